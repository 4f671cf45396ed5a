#include "paylog/log_socket/frozen_log.h"

#include <algorithm>
#include <utility>

namespace paylog::log_socket {
namespace {

using base::Error;
using base::ErrorCode;

Error Refused() {
  return {.code = ErrorCode::kRefused, .context = "a log as it stood at a moment is for reading"};
}

class FrozenReader final : public log::Reader {
 public:
  FrozenReader(std::unique_ptr<log::Reader> target, base::Offset end)
      : target_(std::move(target)), end_(end) {}

  base::Result<void> Seek(base::Offset offset) override {
    if (offset > end_) {
      return Error{.code = ErrorCode::kOffsetOutOfRange,
                   .context = "offset " + std::to_string(offset.value()) +
                              ": the partition ended at " + std::to_string(end_.value())};
    }
    return target_->Seek(offset);
  }
  [[nodiscard]] base::Offset position() const override {
    return std::min(target_->position(), end_);
  }

  base::Result<log::PolledRecords> Poll(const log::PollLimits& limits) override {
    if (position() >= end_) {
      return log::PolledRecords{.records = {}, .next = end_};
    }
    PAYLOG_ASSIGN(log::PolledRecords polled, target_->Poll(limits));
    std::erase_if(polled.records,
                  [this](const log::StoredRecord& record) { return record.offset >= end_; });
    polled.next = std::min(polled.next, end_);
    return polled;
  }

  base::Result<base::Offset> EndOffset() override { return end_; }
  base::Result<base::Offset> BeginningOffset() override { return target_->BeginningOffset(); }
  void Wakeup() override { target_->Wakeup(); }

 private:
  const std::unique_ptr<log::Reader> target_;
  const base::Offset end_;
};

}  // namespace

base::Result<void> FrozenLog::CreateTopics(std::span<const log::TopicSpec> /*specs*/) {
  return Refused();
}

base::Result<void> FrozenLog::CheckTopics(std::span<const log::TopicSpec> specs) {
  return target_->CheckTopics(specs);
}

base::Result<std::vector<log::TopicSpec>> FrozenLog::ListTopics() {
  return target_->ListTopics();
}

base::Result<std::unique_ptr<log::Reader>> FrozenLog::NewReader(const log::TopicPartition& from,
                                                                log::Isolation isolation) {
  PAYLOG_ASSIGN(auto reader, target_->NewReader(from, isolation));
  const auto end = cut_.ends.find(from);
  return std::unique_ptr<log::Reader>(std::make_unique<FrozenReader>(
      std::move(reader), end == cut_.ends.end() ? base::Offset(0) : end->second));
}

base::Result<std::unique_ptr<log::TransactionalWriter>> FrozenLog::NewWriter(
    const std::string& /*transactional_id*/) {
  return Refused();
}

base::Result<std::unique_ptr<log::Producer>> FrozenLog::NewProducer() {
  return Refused();
}

base::Result<std::unique_ptr<log::GroupMember>> FrozenLog::JoinGroup(
    const std::string& /*group*/, const std::vector<std::string>& /*topics*/) {
  return Refused();
}

base::Result<std::optional<base::Offset>> FrozenLog::CommittedOffset(
    const std::string& group, const log::TopicPartition& from) {
  const auto offset = cut_.offsets.find({group, from});
  return offset == cut_.offsets.end() ? std::nullopt : std::optional(offset->second);
}

}  // namespace paylog::log_socket
