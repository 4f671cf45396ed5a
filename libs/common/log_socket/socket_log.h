#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "paylog/log/cut.h"
#include "paylog/log/log.h"
#include "paylog/log_socket/connection.h"
#include "paylog/log_socket/messages.h"

namespace paylog::log_socket {

// An embedded log that another process owns, through the owner's socket: reading and producing.
// What only an owner does (transactions, groups, making topics) is kRefused. Once the owner has
// ended every call says so, with kUnavailable; it is not retriable, since a new owner is a new
// connection. Thread-safe, one request at a time.
class SocketLog final : public log::Log {
 public:
  // kNotFound where nobody listens, kBusy where the owner refuses, kInvalidArgument where it speaks
  // another version.
  static base::Result<std::unique_ptr<SocketLog>> Connect(const std::string& directory);

  [[nodiscard]] int owner() const { return owner_; }  // Its process id.
  base::Result<log::LogCut> Cut();

  // Makes nothing: succeeds where all are there already.
  base::Result<void> CreateTopics(std::span<const log::TopicSpec> specs) override;
  base::Result<void> CheckTopics(std::span<const log::TopicSpec> specs) override;
  base::Result<std::vector<log::TopicSpec>> ListTopics() override;
  base::Result<std::unique_ptr<log::Reader>> NewReader(const log::TopicPartition& from,
                                                       log::Isolation isolation) override;
  base::Result<std::unique_ptr<log::TransactionalWriter>> NewWriter(
      const std::string& transactional_id) override;
  base::Result<std::unique_ptr<log::Producer>> NewProducer() override;
  base::Result<std::unique_ptr<log::GroupMember>> JoinGroup(
      const std::string& group, const std::vector<std::string>& topics) override;
  base::Result<std::optional<base::Offset>> CommittedOffset(
      const std::string& group, const log::TopicPartition& from) override;

  // The answer's frame; for what this log makes.
  base::Result<std::string> Ask(const Request& request);

 private:
  SocketLog(Connection connection, int owner) : owner_(owner), connection_(std::move(connection)) {}
  base::Result<std::string> TryAsk(const Request& request);
  [[nodiscard]] base::Error Refused(const std::string& what) const;

  const int owner_;
  std::mutex mutex_;
  Connection connection_;
  std::optional<base::Error> broken_;
};

}  // namespace paylog::log_socket
