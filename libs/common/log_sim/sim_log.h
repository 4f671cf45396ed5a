#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "paylog/log/log.h"
#include "paylog/log_sim/broker.h"

namespace paylog::log_sim {

// One process's connection to a broker, shared by all that the process makes of its log.
struct Client {
  Broker& broker;
  // Called before each call reaches the broker, and within those that take several requests: a
  // scheduler may let others work meanwhile, or end this process. May be empty.
  std::function<void()> interleave;
  // The process was killed: no call has an effect any more, and each answers kShutdown, fatal.
  bool dead = false;
  // Of the ids that this process initialised, as it knows. Writers are used side by side.
  std::mutex epochs_mutex;
  std::map<std::string, std::int64_t> epochs;
  bool hears_stale_ends = true;  // Where it is false, fault::kEndStale passes it by.

  // The beginning of each call.
  base::Result<void> Enter();
  // The fault as an error that goes away: kUnavailable.
  base::Result<void> Fail(std::string_view fault);
};

// The log port on a simulated broker, as one process sees it. As thread-safe as the port says where
// the broker has no faults and nothing interleaves; otherwise everything runs on one thread.
// `broker` must outlive it.
class SimLog final : public log::Log {
 public:
  explicit SimLog(Broker& broker, std::function<void()> interleave = {});
  ~SimLog() override;

  // The process dies here, with calls on its stack or without; or comes back with nothing.
  void Kill() { client_->dead = true; }
  [[nodiscard]] bool dead() const { return client_->dead; }
  // With which epoch it owns a transactional id, or believes to; 0: it never did.
  [[nodiscard]] std::int64_t EpochOf(const std::string& transactional_id) const;
  // From now on fault::kEndStale passes this process by.
  void HearNoStaleEnds() { client_->hears_stale_ends = false; }
  // Nobody has heard of the process for so long that its groups share what it had.
  void LoseSession();

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
  class Member;

  const std::shared_ptr<Client> client_;
  std::vector<Member*> members_;  // Those that are alive.
};

}  // namespace paylog::log_sim
