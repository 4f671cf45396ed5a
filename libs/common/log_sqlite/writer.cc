#include "paylog/log_sqlite/writer.h"

#include <utility>

#include "paylog/base/check.h"

namespace paylog::log_sqlite {
namespace {

// Of one transaction, in memory.
constexpr std::size_t kTransactionBytesMax = std::size_t{256} * 1024 * 1024;

}  // namespace

void Writer::Drop() {
  stage_.Clear();
  offsets_.clear();
}

base::Result<void> Writer::Init() {
  PAYLOG_TRY(engine_.failure.Check());
  Drop();
  state_ = State::kOver;
  PAYLOG_ASSIGN(epoch_, engine_.committer.Execute(RaiseEpoch{.transactional_id = id_}));
  state_ = State::kReady;
  return {};
}

base::Result<void> Writer::Begin() {
  CHECK(state_ == State::kReady);
  PAYLOG_TRY(engine_.failure.Check());
  state_ = State::kOpen;
  return {};
}

base::Result<void> Writer::Append(const log::TopicPartition& to, log::Record record) {
  CHECK(IsOpen());
  PAYLOG_TRY(engine_.failure.Check());
  if (stage_.bytes() > kTransactionBytesMax) {
    state_ = State::kMustAbort;
    return base::Error{.code = base::ErrorCode::kMessageTooLarge,
                       .context = "the transaction holds more than " +
                                  std::to_string(kTransactionBytesMax) + " bytes"};
  }
  base::Result<void> added = stage_.Add(to, std::move(record));
  if (!added) {
    state_ = State::kMustAbort;
  }
  return added;
}

base::Result<void> Writer::CommitOffset(const log::GroupMetadata& group,
                                        const log::TopicPartition& from, base::Offset next) {
  CHECK(IsOpen());
  PAYLOG_TRY(engine_.failure.Check());
  if (const base::Result<CatalogEntry> found = engine_.catalog.Find(from); !found) {
    state_ = State::kMustAbort;
    return found.error();
  }
  if (next.value() < 0) {
    state_ = State::kMustAbort;
    return base::Error{.code = base::ErrorCode::kInvalidArgument,
                       .context = "offset " + std::to_string(next.value()) + " for " +
                                  from.ToString() + " is negative"};
  }
  offsets_.push_back({.group = group, .from = from, .next = next});
  return {};
}

base::Result<void> Writer::Commit() {
  CHECK(IsOpen());
  PAYLOG_TRY(engine_.failure.Check());
  if (state_ == State::kMustAbort) {
    return base::Error{.code = base::ErrorCode::kAbortRequired,
                       .context = "transaction of " + id_ + ": an earlier call was refused"};
  }
  // Also where nothing is staged: the epoch is checked.
  const Answer answer = engine_.committer.Execute(
      CommitTransaction{.writer = WriterEpoch{.transactional_id = id_, .epoch = epoch_},
                        .batches = stage_.Encode(),
                        .offsets = std::exchange(offsets_, {})});
  if (answer) {
    state_ = State::kReady;
    return {};
  }
  const bool may_abort = log::RecoveryOf(answer.error()) == log::Recovery::kAbortAndRewind;
  state_ = may_abort ? State::kMustAbort : State::kOver;
  return answer.error();
}

base::Result<void> Writer::Abort() {
  CHECK(IsOpen());
  Drop();
  PAYLOG_TRY(engine_.failure.Check());
  state_ = State::kReady;
  return {};
}

}  // namespace paylog::log_sqlite
