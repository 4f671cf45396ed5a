#include "paylog/cli/watched_log.h"

#include <utility>

namespace paylog::cli {
namespace {

using base::Error;
using base::ErrorCode;

Error Refused() {
  return {.code = ErrorCode::kRefused, .context = "a log that is watched is for reading"};
}

}  // namespace

class WatchedLog::WatchedReader final : public log::Reader {
 public:
  WatchedReader(std::unique_ptr<log::Reader> target, WatchedLog& log)
      : target_(std::move(target)), log_(log) {}

  base::Result<void> Seek(base::Offset offset) override { return target_->Seek(offset); }
  [[nodiscard]] base::Offset position() const override { return target_->position(); }
  base::Result<log::PolledRecords> Poll(const log::PollLimits& limits) override {
    PAYLOG_ASSIGN(log::PolledRecords polled, target_->Poll(limits));
    PAYLOG_TRY(log_.Look(static_cast<std::int64_t>(polled.records.size())));
    return polled;
  }
  base::Result<base::Offset> EndOffset() override { return target_->EndOffset(); }
  base::Result<base::Offset> BeginningOffset() override { return target_->BeginningOffset(); }
  void Wakeup() override { target_->Wakeup(); }

 private:
  const std::unique_ptr<log::Reader> target_;
  WatchedLog& log_;
};

base::Result<void> WatchedLog::Look(std::int64_t records) {
  if (stop_.requested()) {
    return Error{.code = ErrorCode::kShutdown, .context = "interrupted"};
  }
  const std::scoped_lock lock(mutex_);
  records_ += records;
  bar_.Update(records_, records_, total_);
  return {};
}

base::Result<void> WatchedLog::CreateTopics(std::span<const log::TopicSpec> /*specs*/) {
  return Refused();
}

base::Result<void> WatchedLog::CheckTopics(std::span<const log::TopicSpec> specs) {
  return target_.CheckTopics(specs);
}

base::Result<std::vector<log::TopicSpec>> WatchedLog::ListTopics() {
  return target_.ListTopics();
}

base::Result<std::unique_ptr<log::Reader>> WatchedLog::NewReader(const log::TopicPartition& from,
                                                                 log::Isolation isolation) {
  PAYLOG_ASSIGN(auto reader, target_.NewReader(from, isolation));
  return std::unique_ptr<log::Reader>(std::make_unique<WatchedReader>(std::move(reader), *this));
}

base::Result<std::unique_ptr<log::TransactionalWriter>> WatchedLog::NewWriter(
    const std::string& /*transactional_id*/) {
  return Refused();
}

base::Result<std::unique_ptr<log::Producer>> WatchedLog::NewProducer() {
  return Refused();
}

base::Result<std::unique_ptr<log::GroupMember>> WatchedLog::JoinGroup(
    const std::string& /*group*/, const std::vector<std::string>& /*topics*/) {
  return Refused();
}

base::Result<std::optional<base::Offset>> WatchedLog::CommittedOffset(
    const std::string& group, const log::TopicPartition& from) {
  return target_.CommittedOffset(group, from);
}

}  // namespace paylog::cli
