#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "paylog/log/log.h"

namespace paylog::test_support {

// What is done to the calls of what a FaultLog makes: an error instead of the call, or nullopt for
// the call itself.
struct Faults {
  // Instead of a poll of a reader.
  std::function<std::optional<base::Error>(const log::TopicPartition&)> on_poll;
  std::function<std::optional<base::Error>(const log::TopicPartition&)> on_append;
  // Asked before the commit; the commit is not made where there is an error.
  std::function<std::optional<base::Error>()> before_commit;
  // Asked after a commit that succeeded: the acknowledgement is lost.
  std::function<std::optional<base::Error>()> after_commit;
  // Instead of a poll of a group member.
  std::function<std::optional<base::Error>()> on_group_poll;
};

// Another log with faults: everything goes to it, but for what `faults` says. As thread-safe as
// the functions in it. `target` must outlive it.
class FaultLog final : public log::Log {
 public:
  FaultLog(log::Log& target, Faults faults) : target_(target), faults_(std::move(faults)) {}

  base::Result<void> CreateTopics(std::span<const log::TopicSpec> specs) override {
    return target_.CreateTopics(specs);
  }
  base::Result<void> CheckTopics(std::span<const log::TopicSpec> specs) override {
    return target_.CheckTopics(specs);
  }
  base::Result<std::vector<log::TopicSpec>> ListTopics() override { return target_.ListTopics(); }
  base::Result<std::unique_ptr<log::Reader>> NewReader(const log::TopicPartition& from,
                                                       log::Isolation isolation) override;
  base::Result<std::unique_ptr<log::TransactionalWriter>> NewWriter(
      const std::string& transactional_id) override;
  base::Result<std::unique_ptr<log::Producer>> NewProducer() override {
    return target_.NewProducer();
  }
  base::Result<std::unique_ptr<log::GroupMember>> JoinGroup(
      const std::string& group, const std::vector<std::string>& topics) override;
  base::Result<std::optional<base::Offset>> CommittedOffset(
      const std::string& group, const log::TopicPartition& from) override {
    return target_.CommittedOffset(group, from);
  }

 private:
  log::Log& target_;
  const Faults faults_;
};

}  // namespace paylog::test_support
