#include "paylog/log_sim/writer.h"

#include <algorithm>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::log_sim {
namespace {

using base::Error;
using base::ErrorCode;

Error Simulated(ErrorCode code, std::string_view fault) {
  return {.code = code, .context = "simulated: " + std::string(fault)};
}

base::Result<void> CheckRecord(const Broker& broker, const log::TopicPartition& to,
                               const log::Record& record) {
  PAYLOG_ASSIGN(const log::TopicSpec spec, broker.FindPartition(to));
  if (const auto bytes = static_cast<std::int64_t>(log::RecordBytes(record));
      bytes > spec.record_bytes_max) {
    return Error{.code = ErrorCode::kMessageTooLarge,
                 .context = "a record of " + std::to_string(bytes) + " bytes for " + to.ToString() +
                            ", which takes " + std::to_string(spec.record_bytes_max)};
  }
  return {};
}

}  // namespace

base::Result<void> Writer::Init() {
  PAYLOG_TRY(client_->Enter());
  staged_.clear();
  offsets_.clear();
  state_ = State::kOver;
  PAYLOG_TRY(client_->Fail(fault::kInitFails));
  owner_ = client_->broker.RaiseEpoch(id_);
  if (client_->broker.Happens(fault::kInitAnswerLost)) {
    return Simulated(ErrorCode::kTimedOut, fault::kInitAnswerLost);
  }
  const std::lock_guard guard(client_->epochs_mutex);
  client_->epochs[id_] = owner_.epoch;
  state_ = State::kReady;
  return {};
}

base::Result<void> Writer::Begin() {
  CHECK(state_ == State::kReady);
  PAYLOG_TRY(client_->Enter());
  if (client_->broker.Happens(fault::kTainted)) {
    state_ = State::kOver;
    return Simulated(ErrorCode::kTainted, fault::kTainted);
  }
  state_ = State::kOpen;
  return {};
}

void Writer::After(const Error& error) {
  const bool may_abort = log::RecoveryOf(error) == log::Recovery::kAbortAndRewind;
  state_ = may_abort || error.code == ErrorCode::kNotFound ? State::kMustAbort : State::kOver;
}

base::Result<void> Writer::Append(const log::TopicPartition& to, log::Record record) {
  CHECK(state_ == State::kOpen || state_ == State::kMustAbort);
  base::Result<void> appended = TryAppend(to, std::move(record));
  if (!appended) {
    After(appended.error());
  }
  return appended;
}

base::Result<void> Writer::TryAppend(const log::TopicPartition& to, log::Record record) {
  PAYLOG_TRY(CheckRecord(client_->broker, to, record));
  if (client_->broker.Happens(fault::kAppendFails)) {
    return Simulated(ErrorCode::kAbortRequired, fault::kAppendFails);
  }
  staged_[to].push_back(std::move(record));
  if (client_->broker.Happens(fault::kEarlyDelivery)) {
    return Deliver(to);
  }
  return {};
}

base::Result<void> Writer::Deliver(const log::TopicPartition& to) {
  PAYLOG_TRY(client_->Enter());
  const auto staged = staged_.extract(to);
  return client_->broker.AppendInTransaction(owner_, to, staged.mapped());
}

base::Result<void> Writer::DeliverAll() {
  std::vector<log::TopicPartition> order;
  order.reserve(staged_.size());
  for (const auto& [to, records] : staged_) {
    order.push_back(to);
  }
  if (!order.empty() && client_->broker.Happens(fault::kPartitionsReordered)) {
    const auto turn = static_cast<std::ptrdiff_t>(client_->broker.Choose(order.size()));
    std::rotate(order.begin(), order.begin() + turn, order.end());
    std::reverse(order.begin(), order.begin() + turn);
  }
  for (const log::TopicPartition& to : order) {
    PAYLOG_TRY(Deliver(to));
  }
  return {};
}

base::Result<void> Writer::CommitOffset(const log::GroupMetadata& group,
                                        const log::TopicPartition& from, base::Offset next) {
  CHECK(state_ == State::kOpen || state_ == State::kMustAbort);
  if (const auto found = client_->broker.FindPartition(from); !found) {
    state_ = State::kMustAbort;
    return found.error();
  }
  offsets_.push_back({.group = group, .from = from, .next = next});
  return {};
}

// As on Kafka: between this check and the end of the transaction a generation may begin; then only
// the epoch stops a deposed owner.
base::Result<std::vector<Broker::StagedOffset>> Writer::CheckOffsets() {
  log_group::GroupCoordinator& groups = client_->broker.groups();
  std::vector<Broker::StagedOffset> checked;
  for (const Progress& progress : offsets_) {
    const auto frozen = groups.Freeze();
    PAYLOG_TRY(groups.CheckCurrent(progress.group));
    checked.push_back(
        {.group = progress.group.group(), .from = progress.from, .next = progress.next});
  }
  return checked;
}

base::Result<void> Writer::Commit() {
  CHECK(state_ == State::kOpen || state_ == State::kMustAbort);
  base::Result<void> committed =
      state_ == State::kMustAbort
          ? Error{.code = ErrorCode::kAbortRequired, .context = "an earlier call was refused"}
          : TryCommit();
  staged_.clear();
  offsets_.clear();
  if (committed) {
    state_ = State::kReady;
  } else {
    After(committed.error());
  }
  return committed;
}

base::Result<void> Writer::TryCommit() {
  Broker& broker = client_->broker;
  PAYLOG_TRY(DeliverAll());
  PAYLOG_TRY(client_->Enter());
  PAYLOG_ASSIGN(const auto offsets, CheckOffsets());
  PAYLOG_TRY(client_->Enter());
  if (broker.Happens(fault::kCommitRequestLost)) {
    return Simulated(ErrorCode::kUnknownOutcome, fault::kCommitRequestLost);
  }
  if (broker.Happens(fault::kCommitRequestLate)) {
    broker.CommitLate(owner_, offsets);
    return Simulated(ErrorCode::kUnknownOutcome, fault::kCommitRequestLate);
  }
  PAYLOG_TRY(broker.Commit(owner_, offsets));
  PAYLOG_TRY(client_->Enter());  // Killed here, a process never learns that it has committed.
  if (broker.Happens(fault::kCommitAnswerLost)) {
    return Simulated(ErrorCode::kUnknownOutcome, fault::kCommitAnswerLost);
  }
  return {};
}

base::Result<void> Writer::Abort() {
  CHECK(state_ == State::kOpen || state_ == State::kMustAbort);
  staged_.clear();
  offsets_.clear();
  state_ = State::kOver;
  PAYLOG_TRY(client_->Enter());
  PAYLOG_TRY(client_->Fail(fault::kAbortFails));
  PAYLOG_TRY(client_->broker.Abort(owner_));
  state_ = State::kReady;
  return {};
}

base::Result<void> Producer::Send(const log::TopicPartition& to, log::Record record) {
  PAYLOG_TRY(CheckRecord(client_->broker, to, record));
  sent_.emplace_back(to, std::move(record));
  return {};
}

base::Result<void> Producer::Flush() {
  PAYLOG_TRY(client_->Enter());
  Broker& broker = client_->broker;
  auto sent = std::exchange(sent_, {});
  if (!sent.empty() && broker.Happens(fault::kSendTorn)) {
    sent.resize(static_cast<std::size_t>(broker.Choose(sent.size())));
    for (const auto& [to, record] : sent) {
      PAYLOG_TRY(broker.Append(to, record));
    }
    return Simulated(ErrorCode::kTimedOut, fault::kSendTorn);
  }
  for (const auto& [to, record] : sent) {
    PAYLOG_TRY(broker.Append(to, record));
    if (broker.Happens(fault::kSendTwice)) {
      PAYLOG_TRY(broker.Append(to, record));
    }
  }
  if (broker.Happens(fault::kSendAnswerLost)) {
    return Simulated(ErrorCode::kTimedOut, fault::kSendAnswerLost);
  }
  return {};
}

}  // namespace paylog::log_sim
