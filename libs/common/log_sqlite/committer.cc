#include "paylog/log_sqlite/committer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/log_sqlite/compaction.h"
#include "paylog/log_sqlite/topic_rules.h"

namespace paylog::log_sqlite {
namespace {

// How much one SQLite transaction may take; the rest waits for the next.
constexpr std::size_t kRequestsMax = 4096;
constexpr std::size_t kBytesMax = std::size_t{64} * 1024 * 1024;

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
// C++20 deduces this by itself; clang 16, which lints, does not yet.
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

std::size_t BytesOf(const Request& request) {
  const auto* const transaction = std::get_if<CommitTransaction>(&request);
  std::size_t bytes = 0;
  if (transaction != nullptr) {
    for (const StagedBatch& batch : transaction->batches) {
      bytes += batch.blob.size();
    }
  }
  return bytes;
}

bool NamesMembers(const Request& request) {
  const auto* const transaction = std::get_if<CommitTransaction>(&request);
  return transaction != nullptr &&
         std::any_of(transaction->offsets.begin(), transaction->offsets.end(),
                     [](const StagedOffset& offset) { return offset.group.rep() != nullptr; });
}

}  // namespace

Committer::Committer(Parts parts)
    : parts_(parts), state_(parts.storage.opened_state()), thread_([this] { Run(); }) {}

Committer::~Committer() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  thread_.join();
}

std::future<Answer> Committer::Submit(Request request) {
  Pending pending{.request = std::move(request), .answer = {}};
  std::future<Answer> answer = pending.answer.get_future();
  {
    const std::lock_guard guard(mutex_);
    queue_.push_back(std::move(pending));
  }
  arrived_.notify_one();
  return answer;
}

void Committer::Run() {
  while (std::optional<std::vector<Pending>> pending = Take()) {
    Process(*std::move(pending));
    KeepHouse();
  }
}

std::optional<std::vector<Committer::Pending>> Committer::Take() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  if (stopping_ && queue_.empty()) {
    return std::nullopt;
  }
  std::vector<Pending> taken;
  std::size_t bytes = 0;
  while (!queue_.empty() && taken.size() < kRequestsMax && bytes < kBytesMax) {
    bytes += BytesOf(queue_.front().request);
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return taken;
}

void Committer::Process(std::vector<Pending> pending) {
  std::unique_lock<std::mutex> frozen;
  if (std::any_of(pending.begin(), pending.end(),
                  [](const Pending& p) { return NamesMembers(p.request); })) {
    frozen = parts_.groups.Freeze();
  }
  Shared shared;
  for (Pending& one : pending) {
    if (const auto* const compact = std::get_if<CompactTopic>(&one.request)) {
      CommitShared(shared);
      Answer compacted = Compact(*compact);
      shared.written.answers.emplace_back(std::move(one.answer), std::move(compacted));
      continue;
    }
    Answer staged = Stage(one.request, shared);
    shared.written.answers.emplace_back(std::move(one.answer), std::move(staged));
  }
  CommitShared(shared);
}

void Committer::CommitShared(Shared& shared) {
  if (!shared.plan.empty() && !parts_.failure.is_set()) {
    base::Result<Head> written = parts_.storage.Write(shared.plan);
    if (written) {
      parts_.tail.Add(shared.written.batches);
      shared.written.head = *written;
    } else {
      parts_.syncer.Fail(written.error());
    }
  }
  parts_.syncer.Submit(std::move(shared.written));
  shared = Shared{};
}

void Committer::KeepHouse() {
  if (parts_.failure.is_set()) {
    return;
  }
  if (const base::Result<void> kept = parts_.storage.CheckpointIfLarge(); !kept) {
    parts_.syncer.Fail(kept.error());
  }
}

Answer Committer::Stage(Request& request, Shared& shared) {
  return std::visit(
      Overloaded{[&](CommitTransaction& commit) { return StageTransaction(commit, shared); },
                 [&](const RaiseEpoch& raise) { return StageEpoch(raise, shared); },
                 [&](const CreateTopics& create) { return StageTopics(create, shared); },
                 [](const CompactTopic&) -> Answer {
                   CHECK(false);
                   return 0;
                 }},
      request);
}

base::Result<void> Committer::CheckTransaction(const CommitTransaction& request) const {
  if (request.writer) {
    const auto epoch = state_.epochs.find(request.writer->transactional_id);
    CHECK(epoch != state_.epochs.end());
    if (epoch->second != request.writer->epoch) {
      return base::Error{.code = base::ErrorCode::kFenced,
                         .context = "transactional id " + request.writer->transactional_id +
                                    " has a newer owner: epoch " + std::to_string(epoch->second) +
                                    ", not " + std::to_string(request.writer->epoch)};
    }
  }
  for (const StagedOffset& offset : request.offsets) {
    PAYLOG_TRY(parts_.groups.CheckCurrent(offset.group));
  }
  return {};
}

Answer Committer::StageTransaction(CommitTransaction& request, Shared& shared) {
  if (const base::Result<void> checked = CheckTransaction(request); !checked) {
    return checked.error();
  }
  for (StagedBatch& batch : request.batches) {
    StageBatch(batch, shared);
  }
  for (const StagedOffset& offset : request.offsets) {
    GroupOffsetKey key{.group = offset.group.group(), .from = offset.from};
    shared.plan.Put(OffsetCell(key, offset.next));
    shared.written.offsets.insert_or_assign(std::move(key), offset.next);
  }
  return 0;
}

void Committer::StageBatch(StagedBatch& staged, Shared& shared) {
  PartitionState& partition = state_.partitions[static_cast<std::size_t>(staged.partition_index)];
  partition.appended = std::max(partition.appended, parts_.clock.Now());
  DecodedBatch& decoded = *staged.decoded;
  const std::int64_t base = partition.end.value();
  decoded.base = base::Offset(base);
  decoded.end = base::Offset(base + static_cast<std::int64_t>(decoded.records.size()));
  for (log::StoredRecord& record : decoded.records) {
    record.offset = base::Offset(base + record.offset.value());
    if (staged.timestamps == log::TimestampType::kLogAppend) {
      record.timestamp = partition.appended;
    }
  }
  partition.end = decoded.end;
  CHECK(partition.end.value() <= kOffsetMax);  // 10^12 records in one partition.
  shared.plan.batches.push_back({.place = {.partition_index = staged.partition_index,
                                           .base = decoded.base,
                                           .end = decoded.end,
                                           .appended = partition.appended},
                                 .blob = std::move(staged.blob)});
  shared.plan.Put(PartitionCell(staged.partition_index, partition));
  shared.written.batches.push_back(
      {.partition_index = staged.partition_index, .batch = std::move(staged.decoded)});
}

Answer Committer::StageEpoch(const RaiseEpoch& request, Shared& shared) {
  const std::int64_t epoch = ++state_.epochs[request.transactional_id];
  shared.plan.Put(EpochCell(request.transactional_id, epoch));
  return epoch;
}

Answer Committer::StageTopics(const CreateTopics& request, Shared& shared) {
  base::Result<std::vector<Topic>> wanted = TopicsToMake(request.specs, state_);
  if (!wanted) {
    return wanted.error();
  }
  for (Topic& topic : *wanted) {
    shared.plan.Put(TopicCell(topic));
    state_.partitions.resize(state_.partitions.size() +
                             static_cast<std::size_t>(topic.spec.partition_count));
    state_.topics[topic.spec.name] = topic;
    shared.written.topics.push_back(std::move(topic));
  }
  return 0;
}

Answer Committer::Compact(const CompactTopic& request) {
  // A row of many batches is durable and seen whole: nothing in it may be ahead of the disk.
  if (const base::Result<void> drained = parts_.syncer.Drain(); !drained) {
    return drained.error();
  }
  const Topic& topic = state_.topics.at(request.topic);
  for (std::int32_t i = 0; i < topic.spec.partition_count; ++i) {
    const std::int32_t index = topic.first_partition + i;
    const PartitionRef partition{
        .name = {.topic = request.topic, .partition = base::PartitionId(i)}, .index = index};
    base::Result<CommitPlan> plan = PlanCompaction(
        parts_.storage, partition, state_.partitions[static_cast<std::size_t>(index)]);
    if (!plan) {
      return plan.error();  // Nothing was changed in this partition.
    }
    Shared shared;
    shared.plan = *std::move(plan);
    CommitShared(shared);
    if (const base::Result<void> alive = parts_.failure.Check(); !alive) {
      return alive.error();
    }
  }
  return 0;
}

}  // namespace paylog::log_sqlite
