#include "paylog/log_kafka/writer.h"

#include <array>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::log_kafka {
namespace {

using base::Error;
using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// One call of librdkafka; repeated while it may be.
constexpr milliseconds kSlice{1'000};
constexpr int kDeliveryWaitMs = 10;

const char* NameOf(Call call) {
  switch (call) {
    case Call::kInit:
      return "init_transactions";
    case Call::kBegin:
      return "begin_transaction";
    case Call::kSendOffsets:
      return "send_offsets_to_transaction";
    case Call::kCommit:
      return "commit_transaction";
    case Call::kAbort:
      return "abort_transaction";
  }
  return "?";
}

ConsumerGroupMetadata StandaloneMetadata(const std::string& group) {
  return ConsumerGroupMetadata(rd_kafka_consumer_group_metadata_new(group.c_str()));
}

}  // namespace

Writer::Writer(Cluster& cluster, std::string transactional_id, ClientInstance client)
    : cluster_(cluster),
      transactional_id_(std::move(transactional_id)),
      transaction_timeout_(TransactionTimeout(cluster.options().properties)),
      client_(std::move(client)),
      sender_(std::in_place, cluster, client_.get()) {}

// An instance that ends while a partition is being told to the coordinator may take the process
// along (rdkafka_txnmgr.c: txn_req_cnt > 0). A dead one tells nothing any more, nor delivers. What
// is delivered here belongs to a transaction that will never be committed: whoever takes the id
// over aborts it, or the coordinator in time.
Writer::~Writer() {
  if (sent_ > 0 && !RootOf({}).fatal) {
    rd_kafka_flush(client_.get(), Millis(kSlice));
  }
}

template <typename Attempt>
base::Result<void> Writer::Carry(Call call, Attempt attempt) {
  const auto deadline = steady_clock::now() + transaction_timeout_ * kPatienceInTimeouts;
  for (;;) {
    const KafkaError error(attempt(static_cast<int>(kSlice.count())));
    if (error == nullptr) {
      return {};
    }
    Fault fault = FaultOf(error.get());
    const Cause seen{.code = fault.code, .reason = rd_kafka_error_string(error.get())};
    const Cause cause = call == Call::kSendOffsets ? RootInTransaction(seen) : RootOf(seen);
    fault.code = cause.code;
    fault.fatal = fault.fatal || cause.fatal;
    const Verdict verdict = Judge(call, fault);
    if (verdict == Verdict::kRetrySameCall && steady_clock::now() < deadline) {
      rd_kafka_poll(client_.get(), 0);
      continue;
    }
    if (verdict != Verdict::kAbortAndRewind) {
      // A commit that may still be under way must not be followed by an abort.
      state_ = call == Call::kCommit ? State::kUnknown : State::kDead;
    }
    return Explain(call, fault, cause.reason);
  }
}

Error Writer::Explain(Call call, const Fault& fault, const std::string& reason) {
  const std::string what = transactional_id_ + ": " + NameOf(call);
  Error error = ErrorOf(fault.code, what, reason);
  switch (Judge(call, fault)) {
    case Verdict::kFatal:
      error.fatal = true;
      break;
    case Verdict::kAbortAndRewind:
      error.code =
          IsGenerationOver(fault.code) ? ErrorCode::kIllegalGeneration : ErrorCode::kAbortRequired;
      error.retriable = false;
      break;
    case Verdict::kRetrySameCall:
      error.code = call == Call::kCommit ? ErrorCode::kUnknownOutcome : ErrorCode::kTimedOut;
      error.retriable = call != Call::kCommit;
      break;
    case Verdict::kRecreate:
      // A commit that was fenced did not take, unless an earlier copy of the request was lost.
      if (IsFenced(fault.code) && !(call == Call::kCommit && client_.tainted())) {
        error.code = ErrorCode::kFenced;
      } else {
        error.code = call == Call::kCommit ? ErrorCode::kUnknownOutcome : ErrorCode::kUnavailable;
      }
      error.retriable = error.code == ErrorCode::kUnavailable;
      break;
  }
  return error;
}

base::Result<void> Writer::Init() {
  CHECK(state_ == State::kNew || state_ == State::kReady);
  if (state_ == State::kReady) {
    // librdkafka initialises an instance once; every further take-over is one of a new instance.
    PAYLOG_ASSIGN(ClientInstance client,
                  cluster_.NewClient(ClientKind::kTransactionalWriter, transactional_id_));
    sender_.reset();
    client_ = std::move(client);
    sender_.emplace(cluster_, client_.get());
  }
  PAYLOG_TRY(Carry(Call::kInit, [&](int timeout_ms) {
    return rd_kafka_init_transactions(client_.get(), timeout_ms);
  }));
  // What was lost before belongs to epochs that are over.
  client_.ClearTaint();
  state_ = State::kReady;
  return {};
}

base::Result<void> Writer::CheckTaint() {
  if (client_.tainted()) {
    state_ = State::kDead;
    return Error{.code = ErrorCode::kTainted,
                 .context = transactional_id_ +
                            ": a request met a time-out or a broken connection; the writer is "
                            "made anew, so that no late copy of it decides a later transaction"};
  }
  return {};
}

base::Result<void> Writer::Begin() {
  CHECK(state_ == State::kReady);
  PAYLOG_TRY(CheckTaint());
  PAYLOG_TRY(Carry(Call::kBegin,
                   [&](int /*timeout_ms*/) { return rd_kafka_begin_transaction(client_.get()); }));
  state_ = State::kOpen;
  must_abort_.reset();
  client_.ClearDelivery();
  staged_.clear();
  sent_ = 0;
  progress_.clear();
  return {};
}

base::Result<void> Writer::Append(const log::TopicPartition& to, log::Record record) {
  CHECK(state_ == State::kOpen);
  auto topic = sender_->FindTopicFor(to, record);
  if (!topic) {
    must_abort_ = topic.error();
    return *must_abort_;
  }
  staged_.push_back({.topic = *topic, .partition = to.partition, .record = std::move(record)});
  return staged_.size() < kStagedMax ? base::Result<void>() : SendStaged();
}

base::Result<void> Writer::SendStaged() {
  for (Staged& staged : staged_) {
    if (const auto code = sender_->Send(*staged.topic, staged.partition, staged.record);
        code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      must_abort_ = ExplainRefusal(code, staged);
      break;
    }
    staged.record = {};  // librdkafka has a copy.
    ++sent_;
  }
  staged_.clear();
  return must_abort_ ? base::Result<void>(*must_abort_) : base::Result<void>();
}

base::Result<void> Writer::CommitOffset(const log::GroupMetadata& group,
                                        const log::TopicPartition& from, base::Offset next) {
  CHECK(state_ == State::kOpen);
  if (const auto found = cluster_.FindPartition(from); !found) {
    must_abort_ = found.error();
    return found.error();
  }
  Progress& progress =
      progress_.try_emplace(group.group(), Progress{.group = group, .next = {}}).first->second;
  progress.group = group;
  progress.next.insert_or_assign(from, next);
  return {};
}

base::Result<void> Writer::SendOffsets(const Progress& progress) {
  const PartitionList offsets(
      rd_kafka_topic_partition_list_new(static_cast<int>(progress.next.size())));
  for (const auto& [from, next] : progress.next) {
    rd_kafka_topic_partition_list_add(offsets.get(), from.topic.c_str(), from.partition.value())
        ->offset = next.value();
  }
  const auto* const member = dynamic_cast<const MemberMetadata*>(progress.group.rep());
  const ConsumerGroupMetadata standalone =
      member == nullptr ? StandaloneMetadata(progress.group.group()) : nullptr;
  const auto* const metadata = member != nullptr ? member->handle.get() : standalone.get();
  return Carry(Call::kSendOffsets, [&](int timeout_ms) {
    return rd_kafka_send_offsets_to_transaction(client_.get(), offsets.get(), metadata, timeout_ms);
  });
}

// Waits until every record was delivered, or is known not to be.
base::Result<void> Writer::Deliver() {
  const auto deadline = steady_clock::now() + transaction_timeout_ * kPatienceInTimeouts;
  while (rd_kafka_flush(client_.get(), static_cast<int>(kSlice.count())) !=
         RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (const Cause root = RootOf({}); root.fatal) {
      must_abort_ = ExplainDelivery(root.code);
      return *must_abort_;
    }
    if (steady_clock::now() >= deadline) {
      return MustAbort("records were not delivered in time");
    }
  }
  if (const auto code = client_.delivery_error(); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    must_abort_ = ExplainDelivery(code);
    return *must_abort_;
  }
  return {};
}

// Nothing of the transaction was committed: whatever follows is only a matter of the writer's life.
Error Writer::ExplainDelivery(rd_kafka_resp_err_t code) {
  const Cause cause = RootInTransaction({.code = code, .reason = ""});
  Error error =
      ErrorOf(cause.code, transactional_id_ + ": a record was not delivered", cause.reason);
  if (IsFenced(cause.code)) {
    error.code = ErrorCode::kFenced;
    error.retriable = false;
  } else if (!error.fatal && !cause.fatal && !IsForgotten(cause.code)) {
    error.code = error.code == ErrorCode::kMessageTooLarge ? error.code : ErrorCode::kAbortRequired;
    error.retriable = false;
    return error;
  }
  state_ = State::kDead;
  return error;
}

// A record may be refused for what it is, or for what befell the transaction.
Error Writer::ExplainRefusal(rd_kafka_resp_err_t code, const Staged& staged) {
  const Cause cause = RootInTransaction({.code = code, .reason = ""});
  return cause.fatal || cause.code != code
             ? ExplainDelivery(code)
             : ErrorOf(code, transactional_id_ + ": writing to " + staged.topic->spec.name + '/' +
                                 std::to_string(staged.partition.value()));
}

// A dead instance answers every call with what killed it, or worse, with something else.
Writer::Cause Writer::RootOf(const Cause& seen) const {
  std::array<char, 256> text{};
  const auto fatal = rd_kafka_fatal_error(client_.get(), text.data(), text.size());
  return fatal == RD_KAFKA_RESP_ERR_NO_ERROR
             ? seen
             : Cause{.code = fatal, .reason = text.data(), .fatal = true};
}

// What a request failed with may only be the consequence of another one that failed before.
// REQUIRES: a transaction is open, and its commit was not asked for.
Writer::Cause Writer::RootInTransaction(const Cause& seen) const {
  const bool consequence = seen.code == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                           seen.code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ||
                           seen.code == RD_KAFKA_RESP_ERR__STATE;
  Cause root = RootOf(seen);
  if (root.fatal || !consequence) {
    return root;
  }
  // Begin is not possible in an open transaction; where that has failed, it says of what.
  const KafkaError error(rd_kafka_begin_transaction(client_.get()));
  if (error == nullptr || rd_kafka_error_txn_requires_abort(error.get()) == 0) {
    return seen;
  }
  return {.code = rd_kafka_error_code(error.get()), .reason = rd_kafka_error_string(error.get())};
}

base::Result<void> Writer::MustAbort(const std::string& why) {
  must_abort_ = Error{.code = ErrorCode::kAbortRequired, .context = transactional_id_ + ": " + why};
  return *must_abort_;
}

base::Result<void> Writer::Commit() {
  CHECK(state_ == State::kOpen);
  if (must_abort_) {
    return MustAbort("the transaction cannot be committed: " + must_abort_->ToString());
  }
  PAYLOG_TRY(SendStaged());
  for (const auto& [group, progress] : progress_) {
    PAYLOG_TRY(SendOffsets(progress));
  }
  PAYLOG_TRY(Deliver());
  PAYLOG_TRY(Carry(Call::kCommit, [&](int timeout_ms) {
    return rd_kafka_commit_transaction(client_.get(), timeout_ms);
  }));
  state_ = State::kReady;
  return {};
}

// An abort while the very first produce request is in flight kills the instance (librdkafka #4849).
void Writer::AwaitOneDelivery() {
  const auto deadline = steady_clock::now() + kSlice;
  while (sent_ > 0 && static_cast<std::size_t>(rd_kafka_outq_len(client_.get())) >= sent_ &&
         steady_clock::now() < deadline) {
    rd_kafka_poll(client_.get(), kDeliveryWaitMs);
  }
}

base::Result<void> Writer::Abort() {
  CHECK(state_ != State::kUnknown && state_ != State::kNew);
  if (state_ == State::kDead) {
    return Error{.code = ErrorCode::kUnavailable,
                 .context = transactional_id_ + ": the writer must be made anew"};
  }
  CHECK(state_ == State::kOpen);
  staged_.clear();
  AwaitOneDelivery();
  PAYLOG_TRY(Carry(Call::kAbort, [&](int timeout_ms) {
    return rd_kafka_abort_transaction(client_.get(), timeout_ms);
  }));
  state_ = State::kReady;
  return {};
}

}  // namespace paylog::log_kafka
