#include "paylog/log_sim/broker.h"

#include <algorithm>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/log/topic_difference.h"

namespace paylog::log_sim {
namespace {

using std::chrono::milliseconds;

// As design decision 11 wants it: a dead writer holds up nobody for longer.
constexpr milliseconds kTransactionTimeout{10'000};
constexpr std::uint64_t kLateMsMax = 3'000;
constexpr std::chrono::hours kWaitMax{24};  // So that no deadline overflows.

}  // namespace

base::Result<void> Broker::CreateTopics(std::span<const log::TopicSpec> specs) {
  const std::lock_guard guard(mutex_);
  for (const log::TopicSpec& spec : specs) {
    if (spec.name.empty() || spec.partition_count < 1 || spec.record_bytes_max < 1) {
      return base::Error{.code = base::ErrorCode::kInvalidArgument,
                         .context = "topic '" + spec.name + "' cannot be made"};
    }
    if (const auto found = topics_.find(spec.name); found != topics_.end()) {
      PAYLOG_TRY(log::CompareTopic(found->second, spec));
    }
  }
  for (const log::TopicSpec& spec : specs) {
    topics_.emplace(spec.name, spec);
    for (std::int32_t p = 0; p < spec.partition_count; ++p) {
      partitions_.try_emplace({.topic = spec.name, .partition = base::PartitionId(p)});
    }
  }
  return {};
}

std::vector<log::TopicSpec> Broker::ListTopics() const {
  const std::lock_guard guard(mutex_);
  std::vector<log::TopicSpec> list;
  list.reserve(topics_.size());
  for (const auto& [name, spec] : topics_) {
    list.push_back(spec);
  }
  return list;
}

base::Result<log::TopicSpec> Broker::FindTopic(const std::string& name) const {
  const std::lock_guard guard(mutex_);
  const auto found = topics_.find(name);
  if (found == topics_.end()) {
    return base::Error{.code = base::ErrorCode::kNotFound,
                       .context = "the log has no topic " + name};
  }
  return found->second;
}

base::Result<log::TopicSpec> Broker::FindPartition(const log::TopicPartition& at) const {
  PAYLOG_ASSIGN(const log::TopicSpec spec, FindTopic(at.topic));
  if (at.partition.value() < 0 || at.partition.value() >= spec.partition_count) {
    return base::Error{.code = base::ErrorCode::kNotFound,
                       .context = at.ToString() + ": the topic has " +
                                  std::to_string(spec.partition_count) + " partitions"};
  }
  return spec;
}

Broker::Partition& Broker::At(const log::TopicPartition& at) {
  const auto found = partitions_.find(at);
  CHECK(found != partitions_.end());
  return found->second;
}

base::Result<void> Broker::CheckOwner(const Owner& owner) const {
  if (epochs_.at(owner.id) != owner.epoch) {
    return base::Error{.code = base::ErrorCode::kFenced,
                       .context = owner.id + " has a newer owner than that of epoch " +
                                  std::to_string(owner.epoch)};
  }
  return {};
}

Broker::Owner Broker::RaiseEpoch(const std::string& id) {
  const std::lock_guard guard(mutex_);
  if (const auto open = open_.find(id); open != open_.end()) {
    AbortNow(open->second);
  }
  FinishOthersOf(id);
  changed_.notify_all();
  return {.id = id, .epoch = ++epochs_[id]};
}

// A broker lets nobody begin before the markers of the transaction before are written.
void Broker::FinishOthersOf(const std::string& id) {
  for (const Number number : std::set(unfinished_)) {
    if (transactions_.at(number).owner.id == id) {
      Finish(number);
    }
  }
}

base::Result<void> Broker::Append(const log::TopicPartition& to, const log::Record& record) {
  const std::lock_guard guard(mutex_);
  PAYLOG_TRY(CheckSpace());
  Store(to, record, 0);
  changed_.notify_all();
  return {};
}

base::Result<void> Broker::CheckSpace() {
  if (!full_ && Happens(fault::kLogFull)) {
    full_ = true;
    Later(milliseconds(1 + static_cast<std::int64_t>(Choose(kLateMsMax))),
          [this] { full_ = false; });
  }
  if (full_) {
    return base::Error{.code = base::ErrorCode::kUnavailable,
                       .context = "simulated: " + std::string(fault::kLogFull),
                       .retriable = true};
  }
  return {};
}

base::Result<void> Broker::AppendInTransaction(const Owner& owner, const log::TopicPartition& to,
                                               std::span<const log::Record> records) {
  const std::lock_guard guard(mutex_);
  PAYLOG_TRY(CheckOwner(owner));
  PAYLOG_TRY(CheckSpace());
  const Number number = OpenTransaction(owner);
  Partition& partition = At(to);
  if (partition.open.emplace(number, base::Offset(std::ssize(partition.entries))).second) {
    transactions_.at(number).partitions.push_back(to);
  }
  for (const log::Record& record : records) {
    Store(to, record, number);
  }
  return {};
}

Broker::Number Broker::OpenTransaction(const Owner& owner) {
  if (const auto open = open_.find(owner.id); open != open_.end()) {
    return open->second;
  }
  FinishOthersOf(owner.id);
  const Number number = next_number_++;
  open_.emplace(owner.id, number);
  transactions_.emplace(number, Transaction{.owner = owner});
  Later(kTransactionTimeout, [this, number] { FenceHanging(number); });
  return number;
}

// Its owner may be dead; if not, it finds out.
void Broker::FenceHanging(Number number) {
  const auto hanging = transactions_.find(number);
  if (hanging != transactions_.end() && hanging->second.fate == Fate::kOpen) {
    ++epochs_[hanging->second.owner.id];
    AbortNow(number);
  }
}

void Broker::Store(const log::TopicPartition& to, const log::Record& record, Number transaction) {
  Partition& partition = At(to);
  const log::TopicSpec& spec = topics_.at(to.topic);
  const bool stamped = spec.timestamps == log::TimestampType::kLogAppend;
  partition.entries.push_back(
      {.record = {.offset = base::Offset(std::ssize(partition.entries)),
                  .key = record.key,
                  .value = record.value,
                  .headers = record.headers,
                  .timestamp = stamped ? options_.clock->Now() : record.timestamp},
       .transaction = transaction});
}

base::Result<void> Broker::Commit(const Owner& owner, const std::vector<StagedOffset>& offsets) {
  const std::lock_guard guard(mutex_);
  PAYLOG_TRY(CheckOwner(owner));
  CommitNow(owner, offsets);
  return {};
}

void Broker::CommitLate(const Owner& owner, const std::vector<StagedOffset>& offsets) {
  const std::lock_guard guard(mutex_);
  if (!CheckOwner(owner)) {
    return;
  }
  const Number number = OpenTransaction(owner);
  Later(milliseconds(1 + static_cast<std::int64_t>(Choose(kLateMsMax))),
        [this, owner, offsets, number] {
          const auto open = open_.find(owner.id);
          if (CheckOwner(owner) && open != open_.end() && open->second == number) {
            CommitNow(owner, offsets);
          }
        });
}

void Broker::CommitNow(const Owner& owner, const std::vector<StagedOffset>& offsets) {
  const Number number = OpenTransaction(owner);
  open_.erase(owner.id);
  Transaction& transaction = transactions_.at(number);
  transaction.fate = Fate::kCommitted;
  transaction.committed_at = options_.moment ? options_.moment() : 0;
  transaction.pending = offsets;
  if (!Happens(fault::kMarkerLate)) {
    Finish(number);
    changed_.notify_all();
    return;
  }
  unfinished_.insert(number);
  for (const log::TopicPartition& partition : transaction.partitions) {
    Later(milliseconds(static_cast<std::int64_t>(Choose(kLateMsMax))),
          [this, partition, number] { WriteMarker(partition, number); });
  }
  Later(milliseconds(static_cast<std::int64_t>(Choose(kLateMsMax))),
        [this, number] { MakeStable(number); });
}

base::Result<void> Broker::Abort(const Owner& owner) {
  const std::lock_guard guard(mutex_);
  PAYLOG_TRY(CheckOwner(owner));
  if (const auto open = open_.find(owner.id); open != open_.end()) {
    AbortNow(open->second);
  }
  changed_.notify_all();
  return {};
}

void Broker::AbortNow(Number number) {
  Transaction& transaction = transactions_.at(number);
  transaction.fate = Fate::kAborted;
  open_.erase(transaction.owner.id);
  Finish(number);
}

void Broker::WriteMarker(const log::TopicPartition& to, Number number) {
  Partition& partition = At(to);
  if (partition.open.erase(number) == 0) {
    return;  // Written meanwhile.
  }
  Entry marker{.transaction = number, .is_marker = true};
  marker.record.offset = base::Offset(std::ssize(partition.entries));
  partition.entries.push_back(std::move(marker));
}

void Broker::MakeStable(Number number) {
  for (const StagedOffset& staged : std::exchange(transactions_.at(number).pending, {})) {
    offsets_[{staged.group, staged.from}] = staged.next;
  }
}

// Its fate is kept, since readers ask for it.
void Broker::Finish(Number number) {
  for (const log::TopicPartition& partition : transactions_.at(number).partitions) {
    WriteMarker(partition, number);
  }
  MakeStable(number);
  unfinished_.erase(number);
}

base::Offset Broker::EndOf(const Partition& partition, bool committed_only) {
  base::Offset end(std::ssize(partition.entries));
  if (committed_only) {
    for (const auto& [number, begin] : partition.open) {
      end = std::min(end, begin);
    }
  }
  return end;
}

base::Offset Broker::End(const log::TopicPartition& of, bool committed_only) {
  const std::lock_guard guard(mutex_);
  return EndLocked(of, committed_only);
}

base::Offset Broker::EndLocked(const log::TopicPartition& of, bool committed_only) {
  return EndOf(At(of), committed_only);
}

Broker::View Broker::Read(const log::TopicPartition& from, base::Offset offset,
                          std::size_t records_max, std::size_t bytes_max, bool committed_only) {
  const std::lock_guard guard(mutex_);
  const Partition& partition = At(from);
  const base::Offset end = EndOf(partition, committed_only);
  View view{.records = {}, .next = offset};
  std::size_t bytes = 0;
  for (; view.next < end; view.next = view.next.Next()) {
    const Entry& entry = partition.entries[static_cast<std::size_t>(view.next.value())];
    if (!IsShown(entry, committed_only)) {
      continue;
    }
    bytes += log::RecordBytes(entry.record);
    if (!view.records.empty() && (view.records.size() >= records_max || bytes > bytes_max)) {
      break;
    }
    view.records.push_back(entry.record);
  }
  return view;
}

bool Broker::IsShown(const Entry& entry, bool committed_only) const {
  return !entry.is_marker && (!committed_only || entry.transaction == 0 ||
                              transactions_.at(entry.transaction).fate == Fate::kCommitted);
}

std::vector<Broker::Commitment> Broker::CommitmentsOf(const log::TopicPartition& at) {
  const std::lock_guard guard(mutex_);
  const Partition& partition = At(at);
  const auto end = static_cast<std::size_t>(EndOf(partition, /*committed_only=*/true).value());
  std::vector<Commitment> commitments;
  for (std::size_t i = 0; i < end; ++i) {
    const Entry& entry = partition.entries[i];
    if (!IsShown(entry, /*committed_only=*/true)) {
      continue;
    }
    commitments.emplace_back();
    if (entry.transaction != 0) {
      const Transaction& transaction = transactions_.at(entry.transaction);
      commitments.back() = {.moment = transaction.committed_at, .epoch = transaction.owner.epoch};
    }
  }
  return commitments;
}

std::optional<base::Offset> Broker::CommittedOffset(const std::string& group,
                                                    const log::TopicPartition& from) {
  std::optional<base::Offset> offset;
  const bool stable = WaitUntil(kTransactionTimeout, [&] {
    for (const Number number : unfinished_) {
      for (const StagedOffset& pending : transactions_.at(number).pending) {
        if (pending.group == group && pending.from == from) {
          return false;
        }
      }
    }
    const auto found = offsets_.find({group, from});
    offset = found != offsets_.end() ? std::optional(found->second) : std::nullopt;
    return true;
  });
  CHECK(stable);  // Nothing is later than that.
  return offset;
}

void Broker::Later(milliseconds after, std::function<void()> what) {
  if (options_.time != nullptr) {
    later_.emplace(options_.time->Elapsed() + after, std::move(what));
  }
}

bool Broker::RunNext(milliseconds until) {
  if (later_.empty() || later_.begin()->first > until) {
    return false;
  }
  const auto next = later_.extract(later_.begin());
  options_.time->Advance(std::max(milliseconds(0), next.key() - options_.time->Elapsed()));
  next.mapped()();
  changed_.notify_all();
  return true;
}

void Broker::RunDue() {
  const std::lock_guard guard(mutex_);
  RunDueLocked();
}

void Broker::RunDueLocked() {
  while (options_.time != nullptr && RunNext(options_.time->Elapsed())) {
  }
}

bool Broker::WaitUntil(milliseconds wait, const std::function<bool()>& ready) {
  std::unique_lock lock(mutex_);
  if (options_.time == nullptr) {
    return changed_.wait_for(lock, std::min<milliseconds>(wait, kWaitMax), ready);
  }
  const milliseconds until = options_.time->Elapsed() + wait;
  while (!ready()) {
    if (!RunNext(until)) {
      options_.time->Advance(until - options_.time->Elapsed());
      return false;
    }
  }
  return true;
}

void Broker::Notify(const std::function<void()>& change) {
  const std::lock_guard guard(mutex_);
  change();
  changed_.notify_all();
}

void Broker::ForgetOffsets() {
  const std::lock_guard guard(mutex_);
  offsets_.clear();
}

void Broker::LoseTail(const log::TopicPartition& of, std::size_t entries) {
  const std::lock_guard guard(mutex_);
  Partition& partition = At(of);
  partition.entries.resize(partition.entries.size() - std::min(entries, partition.entries.size()));
}

void Broker::Settle() {
  const std::lock_guard guard(mutex_);
  while (RunNext(milliseconds::max())) {
  }
}

}  // namespace paylog::log_sim
