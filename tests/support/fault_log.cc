#include "paylog/test_support/fault_log.h"

#include <utility>

namespace paylog::test_support {
namespace {

class FaultReader final : public log::Reader {
 public:
  FaultReader(std::unique_ptr<log::Reader> target, log::TopicPartition from, const Faults& faults)
      : target_(std::move(target)), from_(std::move(from)), faults_(faults) {}

  base::Result<void> Seek(base::Offset offset) override { return target_->Seek(offset); }
  [[nodiscard]] base::Offset position() const override { return target_->position(); }
  base::Result<log::PolledRecords> Poll(const log::PollLimits& limits) override {
    if (const auto error = faults_.on_poll ? faults_.on_poll(from_) : std::nullopt) {
      return *error;
    }
    return target_->Poll(limits);
  }
  base::Result<base::Offset> EndOffset() override { return target_->EndOffset(); }
  base::Result<base::Offset> BeginningOffset() override { return target_->BeginningOffset(); }
  void Wakeup() override { target_->Wakeup(); }

 private:
  std::unique_ptr<log::Reader> target_;
  const log::TopicPartition from_;
  const Faults& faults_;
};

class FaultWriter final : public log::TransactionalWriter {
 public:
  FaultWriter(std::unique_ptr<log::TransactionalWriter> target, const Faults& faults)
      : target_(std::move(target)), faults_(faults) {}

  base::Result<void> Init() override { return target_->Init(); }
  base::Result<void> Begin() override { return target_->Begin(); }
  base::Result<void> Append(const log::TopicPartition& to, log::Record record) override {
    if (const auto error = faults_.on_append ? faults_.on_append(to) : std::nullopt) {
      return *error;
    }
    return target_->Append(to, std::move(record));
  }
  base::Result<void> CommitOffset(const log::GroupMetadata& group, const log::TopicPartition& from,
                                  base::Offset next) override {
    return target_->CommitOffset(group, from, next);
  }
  base::Result<void> Commit() override {
    if (const auto error = faults_.before_commit ? faults_.before_commit() : std::nullopt) {
      return *error;
    }
    PAYLOG_TRY(target_->Commit());
    if (const auto error = faults_.after_commit ? faults_.after_commit() : std::nullopt) {
      return *error;
    }
    return {};
  }
  base::Result<void> Abort() override { return target_->Abort(); }

 private:
  std::unique_ptr<log::TransactionalWriter> target_;
  const Faults& faults_;
};

class FaultMember final : public log::GroupMember {
 public:
  FaultMember(std::unique_ptr<log::GroupMember> target, const Faults& faults)
      : target_(std::move(target)), faults_(faults) {}

  base::Result<log::AssignmentChange> Poll(std::chrono::milliseconds wait) override {
    if (faults_.on_group_poll) {
      if (const auto error = faults_.on_group_poll()) {
        return *error;
      }
    }
    return target_->Poll(wait);
  }
  void Wakeup() override { target_->Wakeup(); }

 private:
  std::unique_ptr<log::GroupMember> target_;
  const Faults& faults_;
};

}  // namespace

base::Result<std::unique_ptr<log::GroupMember>> FaultLog::JoinGroup(
    const std::string& group, const std::vector<std::string>& topics) {
  PAYLOG_ASSIGN(auto member, target_.JoinGroup(group, topics));
  return std::unique_ptr<log::GroupMember>(
      std::make_unique<FaultMember>(std::move(member), faults_));
}

base::Result<std::unique_ptr<log::Reader>> FaultLog::NewReader(const log::TopicPartition& from,
                                                               log::Isolation isolation) {
  PAYLOG_ASSIGN(auto reader, target_.NewReader(from, isolation));
  return std::unique_ptr<log::Reader>(
      std::make_unique<FaultReader>(std::move(reader), from, faults_));
}

base::Result<std::unique_ptr<log::TransactionalWriter>> FaultLog::NewWriter(
    const std::string& transactional_id) {
  PAYLOG_ASSIGN(auto writer, target_.NewWriter(transactional_id));
  return std::unique_ptr<log::TransactionalWriter>(
      std::make_unique<FaultWriter>(std::move(writer), faults_));
}

}  // namespace paylog::test_support
