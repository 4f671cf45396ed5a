#pragma once

#include <memory>

#include "paylog/log/cut.h"
#include "paylog/log/log.h"

namespace paylog::log_socket {

// Another log as it stood at a cut, however much is written to it meanwhile: whoever reads several
// partitions sees one state of them all. Reading only; the rest is kRefused. As thread-safe as
// `target`.
class FrozenLog final : public log::Log {
 public:
  FrozenLog(std::unique_ptr<log::Log> target, log::LogCut cut)
      : target_(std::move(target)), cut_(std::move(cut)) {}

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

 private:
  const std::unique_ptr<log::Log> target_;
  const log::LogCut cut_;
};

}  // namespace paylog::log_socket
