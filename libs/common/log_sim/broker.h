#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "paylog/base/clock.h"
#include "paylog/base/result.h"
#include "paylog/log/record.h"
#include "paylog/log_group/group_coordinator.h"
#include "paylog/log_sim/faults.h"
#include "paylog/log_sim/sim_clock.h"

namespace paylog::log_sim {

struct BrokerOptions {
  const base::Clock* clock = nullptr;  // Timestamps of the append. Must outlive the broker.
  // Time that passes only where somebody waits for the log; then `clock` is to be the same one.
  // Without it waits are real, and threads may share the broker.
  SimClock* time = nullptr;
  FaultSource* faults = nullptr;  // None where it is null. Must outlive the broker.
  // Numbers what happens: each call gives a higher number. Empty: commits have the number 0. Must
  // not call the broker.
  std::function<std::int64_t()> moment;
};

// What every process of a simulated cluster shares, and what survives their death: partitions in
// memory, transactions as Kafka keeps them (records lie in their partitions before they are
// committed; a marker in each partition ends them, and hides or shows them), epochs, offsets of
// groups. Thread-safe. Clients (SimLog) come and go.
class Broker {
 public:
  // One owner of a transactional id.
  struct Owner {
    std::string id;
    std::int64_t epoch = 0;
  };
  struct StagedOffset {
    std::string group;
    log::TopicPartition from;
    base::Offset next;
  };
  struct View {
    std::vector<log::StoredRecord> records;
    base::Offset next;  // Beyond what was looked at.
  };
  // When a record was committed, and by which owner of its id: (0, 0) without a transaction.
  struct Commitment {
    std::int64_t moment = 0;
    std::int64_t epoch = 0;
  };

  explicit Broker(const BrokerOptions& options) : options_(options) {}

  base::Result<void> CreateTopics(std::span<const log::TopicSpec> specs);
  [[nodiscard]] std::vector<log::TopicSpec> ListTopics() const;
  // kNotFound where there is no such topic, or partition of it.
  [[nodiscard]] base::Result<log::TopicSpec> FindTopic(const std::string& name) const;
  [[nodiscard]] base::Result<log::TopicSpec> FindPartition(const log::TopicPartition& at) const;

  // The take-over of an id: what its owner before left open is aborted.
  Owner RaiseEpoch(const std::string& id);
  // A record without a transaction. kUnavailable while the log is full.
  base::Result<void> Append(const log::TopicPartition& to, const log::Record& record);
  // Records of the owner's open transaction, which begins with the first. kFenced, kUnavailable.
  base::Result<void> AppendInTransaction(const Owner& owner, const log::TopicPartition& to,
                                         std::span<const log::Record> records);
  // All that was appended in the transaction is committed with these offsets. Markers may be late.
  base::Result<void> Commit(const Owner& owner, const std::vector<StagedOffset>& offsets);
  // The same, at some later moment: if the owner is still the owner by then.
  void CommitLate(const Owner& owner, const std::vector<StagedOffset>& offsets);
  base::Result<void> Abort(const Owner& owner);

  // Records from `offset` on that the isolation may see, up to the limits.
  [[nodiscard]] View Read(const log::TopicPartition& from, base::Offset offset,
                          std::size_t records_max, std::size_t bytes_max, bool committed_only);
  // Of each record that `Read` with `committed_only` shows from the beginning on.
  [[nodiscard]] std::vector<Commitment> CommitmentsOf(const log::TopicPartition& at);
  [[nodiscard]] base::Offset End(const log::TopicPartition& of, bool committed_only);
  // The same with the broker locked.
  [[nodiscard]] base::Offset EndLocked(const log::TopicPartition& of, bool committed_only);
  // Waits for the transaction that has an offset of it pending.
  [[nodiscard]] std::optional<base::Offset> CommittedOffset(const std::string& group,
                                                            const log::TopicPartition& from);

  // Waits until `ready`, which is called with the broker locked, or the wait is over: then false.
  bool WaitUntil(std::chrono::milliseconds wait, const std::function<bool()>& ready);
  // Lets all who wait look again.
  void Notify(const std::function<void()>& change);
  // What was to happen by now happens.
  void RunDue();

  // As Kafka does when a group has had no members for days.
  void ForgetOffsets();
  // The log loses the last entries of a partition, as when its disk was not what it said.
  void LoseTail(const log::TopicPartition& of, std::size_t entries);
  // From now on nothing is late: all that was is done.
  void Settle();

  [[nodiscard]] log_group::GroupCoordinator& groups() { return groups_; }
  [[nodiscard]] bool Happens(std::string_view fault) {
    return options_.faults != nullptr && options_.faults->Happens(fault);
  }
  [[nodiscard]] std::uint64_t Choose(std::uint64_t bound) { return options_.faults->Choose(bound); }

 private:
  using Number = std::int64_t;  // Of a transaction; 0: none.

  struct Entry {
    log::StoredRecord record;
    Number transaction = 0;
    bool is_marker = false;
  };
  struct Partition {
    std::deque<Entry> entries;            // The offset is the index.
    std::map<Number, base::Offset> open;  // Transactions without a marker here: where they begin.
  };
  enum class Fate { kOpen, kCommitted, kAborted };
  struct Transaction {
    Owner owner;
    Fate fate = Fate::kOpen;
    std::int64_t committed_at = 0;  // The moment.
    std::vector<log::TopicPartition> partitions;
    std::vector<StagedOffset> pending;  // Committed, and not stable yet.
  };

  // All with the mutex held.
  Partition& At(const log::TopicPartition& at);
  base::Result<void> CheckSpace();
  base::Result<void> CheckOwner(const Owner& owner) const;
  Number OpenTransaction(const Owner& owner);
  void Store(const log::TopicPartition& to, const log::Record& record, Number transaction);
  void CommitNow(const Owner& owner, const std::vector<StagedOffset>& offsets);
  void AbortNow(Number number);
  void WriteMarker(const log::TopicPartition& to, Number number);
  void MakeStable(Number number);
  void Finish(Number number);
  void FinishOthersOf(const std::string& id);
  void Later(std::chrono::milliseconds after, std::function<void()> what);
  void RunDueLocked();
  bool RunNext(std::chrono::milliseconds until);
  [[nodiscard]] static base::Offset EndOf(const Partition& partition, bool committed_only);
  [[nodiscard]] bool IsShown(const Entry& entry, bool committed_only) const;
  void FenceHanging(Number number);

  const BrokerOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  log_group::GroupCoordinator groups_;
  std::map<std::string, log::TopicSpec> topics_;
  std::map<log::TopicPartition, Partition> partitions_;
  std::map<std::string, std::int64_t> epochs_;
  std::map<Number, Transaction> transactions_;
  std::map<std::string, Number> open_;  // By transactional id.
  std::set<Number> unfinished_;         // Committed, with markers or offsets that are late.
  Number next_number_ = 1;
  std::map<std::pair<std::string, log::TopicPartition>, base::Offset> offsets_;
  // In order of time, then of arrival.
  std::multimap<std::chrono::milliseconds, std::function<void()>> later_;
  bool full_ = false;
};

}  // namespace paylog::log_sim
