#include "paylog/test_support/fake_log.h"

#include <algorithm>

#include "paylog/base/check.h"

namespace paylog::test_support {

using base::Error;
using base::ErrorCode;

struct FakeLog::Generation final : log::GroupMetadata::Rep {
  int number = 0;
};

class FakeLog::FakeReader final : public log::Reader {
 public:
  FakeReader(FakeLog& log, log::TopicPartition from, log::Isolation isolation)
      : log_(log), from_(std::move(from)), isolation_(isolation) {
    ++log_.open_readers_;
  }
  ~FakeReader() override { --log_.open_readers_; }

  base::Result<void> Seek(base::Offset offset) override {
    if (offset > LogEnd()) {
      return Error{.code = ErrorCode::kOffsetOutOfRange, .context = from_.ToString()};
    }
    position_ = offset;
    return {};
  }
  [[nodiscard]] base::Offset position() const override { return position_; }

  base::Result<log::PolledRecords> Poll(const log::PollLimits& limits) override {
    if (const Planned planned = log_.Take(Call::kPoll); planned.error) {
      return *planned.error;
    }
    if (log_.on_poll_) {
      log_.on_poll_();
    }
    const auto& all = log_.partitions_[from_];
    log::PolledRecords polled{.records = {}, .next = position_};
    if (log_.hidden_polls_ > 0) {
      --log_.hidden_polls_;
      return polled;
    }
    while (polled.next < End() && polled.records.size() < limits.records_max) {
      const auto& slot = all[static_cast<std::size_t>(polled.next.value())];
      if (slot) {
        polled.records.push_back(*slot);
      }
      polled.next = polled.next.Next();
    }
    position_ = polled.next;
    return polled;
  }

  base::Result<base::Offset> EndOffset() override { return End(); }
  base::Result<base::Offset> BeginningOffset() override { return base::Offset(0); }
  void Wakeup() override {}

 private:
  [[nodiscard]] base::Offset LogEnd() const {
    return base::Offset(static_cast<std::int64_t>(log_.partitions_[from_].size()));
  }
  [[nodiscard]] base::Offset End() const {
    const auto stable = log_.stable_ends_.find(from_);
    const bool all =
        isolation_ == log::Isolation::kReadUncommitted || stable == log_.stable_ends_.end();
    return all ? LogEnd() : std::min(LogEnd(), stable->second);
  }

  FakeLog& log_;
  log::TopicPartition from_;
  const log::Isolation isolation_;
  base::Offset position_{0};
};

class FakeLog::FakeWriter final : public log::TransactionalWriter {
 public:
  FakeWriter(FakeLog& log, std::string id) : log_(log), id_(std::move(id)) {}

  base::Result<void> Init() override {
    CHECK(!open_);
    if (const Planned planned = log_.Take(Call::kInit); planned.error) {
      return *planned.error;
    }
    epoch_ = ++log_.epochs_[id_];
    return {};
  }
  base::Result<void> Begin() override {
    CHECK(epoch_ > 0 && !open_ && !over_);
    if (const Planned planned = log_.Take(Call::kBegin); planned.error) {
      return *planned.error;
    }
    open_ = true;
    return {};
  }
  base::Result<void> Append(const log::TopicPartition& to, log::Record record) override {
    CHECK(open_ && !over_);
    if (const Planned planned = log_.Take(Call::kAppend); planned.error) {
      return *planned.error;
    }
    staged_.emplace_back(to, std::move(record));
    return {};
  }
  base::Result<void> CommitOffset(const log::GroupMetadata& group, const log::TopicPartition& from,
                                  base::Offset next) override {
    CHECK(open_ && !over_);
    if (const Planned planned = log_.Take(Call::kCommitOffset); planned.error) {
      return *planned.error;
    }
    const auto* const generation = dynamic_cast<const Generation*>(group.rep());
    stale_ = stale_ || (generation != nullptr && generation->number != log_.generation_);
    offsets_.emplace_back(std::pair(group.group(), from), next);
    return {};
  }
  base::Result<void> Commit() override {
    CHECK(open_ && !over_);
    const Planned planned = log_.Take(Call::kCommit);
    if (epoch_ != log_.epochs_[id_]) {
      return Refuse({.code = ErrorCode::kFenced, .context = id_});
    }
    if (stale_) {
      return Refuse({.code = ErrorCode::kIllegalGeneration, .context = id_});
    }
    if (!planned.error || planned.taken) {
      Apply();
    }
    if (planned.error) {
      return Refuse(*planned.error);
    }
    open_ = false;
    return {};
  }
  base::Result<void> Abort() override {
    CHECK(open_ && !unknown_);
    if (const Planned planned = log_.Take(Call::kAbort); planned.error) {
      return *planned.error;
    }
    staged_.clear();
    offsets_.clear();
    open_ = over_ = stale_ = false;
    return {};
  }

 private:
  base::Result<void> Refuse(const Error& error) {
    over_ = true;
    unknown_ = error.code == ErrorCode::kUnknownOutcome;
    return error;
  }
  void Apply() {
    for (auto& [to, record] : staged_) {
      log_.Put(to, std::move(record.value));
    }
    for (const auto& [key, next] : offsets_) {
      log_.offsets_.insert_or_assign(key, next);
    }
    staged_.clear();
    offsets_.clear();
  }

  FakeLog& log_;
  const std::string id_;
  int epoch_ = 0;
  bool open_ = false;
  bool over_ = false;     // Only Abort is allowed.
  bool unknown_ = false;  // Not even that.
  bool stale_ = false;
  std::vector<std::pair<log::TopicPartition, log::Record>> staged_;
  std::vector<std::pair<std::pair<std::string, log::TopicPartition>, base::Offset>> offsets_;
};

void FakeLog::FailNext(Call call, Error error, bool taken) {
  script_[call].push_back({.error = std::move(error), .taken = taken});
}

void FakeLog::PassNext(Call call) {
  script_[call].push_back({});
}

FakeLog::Planned FakeLog::Take(Call call) {
  if (call != Call::kPoll && call != Call::kNewReader) {
    calls_.push_back(call);
  }
  std::deque<Planned>& plan = script_[call];
  if (plan.empty()) {
    return {};
  }
  Planned next = std::move(plan.front());
  plan.pop_front();
  return next;
}

void FakeLog::Put(const log::TopicPartition& to, std::string value) {
  auto& records = partitions_[to];
  records.push_back(
      log::StoredRecord{.offset = base::Offset(static_cast<std::int64_t>(records.size())),
                        .key = std::nullopt,
                        .value = std::move(value),
                        .headers = {},
                        .timestamp = base::TimestampMs(0)});
}

void FakeLog::PutMarker(const log::TopicPartition& to) {
  partitions_[to].emplace_back(std::nullopt);
}

void FakeLog::SetStableEnd(const log::TopicPartition& of, std::optional<base::Offset> end) {
  stable_ends_.erase(of);
  if (end) {
    stable_ends_.emplace(of, *end);
  }
}

std::vector<std::string> FakeLog::Values(const log::TopicPartition& from) const {
  std::vector<std::string> values;
  if (const auto found = partitions_.find(from); found != partitions_.end()) {
    for (const auto& record : found->second) {
      if (record) {
        values.push_back(record->value);
      }
    }
  }
  return values;
}

void FakeLog::SetCommitted(const std::string& group, const log::TopicPartition& from,
                           base::Offset next) {
  offsets_.insert_or_assign(std::pair(group, from), next);
}

std::optional<base::Offset> FakeLog::Committed(const std::string& group,
                                               const log::TopicPartition& from) const {
  const auto found = offsets_.find(std::pair(group, from));
  return found == offsets_.end() ? std::nullopt : std::optional(found->second);
}

log::GroupMetadata FakeLog::Metadata(const std::string& group) const {
  auto generation = std::make_shared<Generation>();
  generation->number = generation_;
  return {group, std::move(generation)};
}

std::size_t FakeLog::CountOf(Call call) const {
  return static_cast<std::size_t>(std::count(calls_.begin(), calls_.end(), call));
}

base::Result<void> FakeLog::CreateTopics(std::span<const log::TopicSpec> /*specs*/) {
  return {};
}

base::Result<void> FakeLog::CheckTopics(std::span<const log::TopicSpec> /*specs*/) {
  return {};
}

base::Result<std::vector<log::TopicSpec>> FakeLog::ListTopics() {
  return std::vector<log::TopicSpec>();
}

base::Result<std::unique_ptr<log::Reader>> FakeLog::NewReader(const log::TopicPartition& from,
                                                              log::Isolation isolation) {
  if (const Planned planned = Take(Call::kNewReader); planned.error) {
    return *planned.error;
  }
  isolations_[from] = isolation;
  return std::unique_ptr<log::Reader>(std::make_unique<FakeReader>(*this, from, isolation));
}

std::optional<log::Isolation> FakeLog::IsolationOf(const log::TopicPartition& from) const {
  const auto found = isolations_.find(from);
  return found == isolations_.end() ? std::nullopt : std::optional(found->second);
}

base::Result<std::unique_ptr<log::TransactionalWriter>> FakeLog::NewWriter(
    const std::string& transactional_id) {
  if (const Planned planned = Take(Call::kNewWriter); planned.error) {
    return *planned.error;
  }
  return std::unique_ptr<log::TransactionalWriter>(
      std::make_unique<FakeWriter>(*this, transactional_id));
}

base::Result<std::unique_ptr<log::Producer>> FakeLog::NewProducer() {
  return Error{.code = ErrorCode::kInvalidArgument, .context = "a fake log has no producers"};
}

base::Result<std::unique_ptr<log::GroupMember>> FakeLog::JoinGroup(
    const std::string& /*group*/, const std::vector<std::string>& /*topics*/) {
  return Error{.code = ErrorCode::kInvalidArgument, .context = "a fake log has no members"};
}

base::Result<std::optional<base::Offset>> FakeLog::CommittedOffset(
    const std::string& group, const log::TopicPartition& from) {
  if (const Planned planned = Take(Call::kCommittedOffset); planned.error) {
    return *planned.error;
  }
  return Committed(group, from);
}

}  // namespace paylog::test_support
