#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "paylog/audit/difference.h"
#include "paylog/audit/published_records.h"
#include "paylog/log/log.h"
#include "paylog/model/account_id.h"
#include "paylog/runtime/topics.h"

namespace paylog::audit {

// Says in words where a record follows from. Asked only where that is to be told.
using Cause = std::function<std::string()>;

// What the services did publish: read first, so that what they must have published, derived record
// by record, can be held against it and shown side by side. Memory: as PublishedRecords has it.
// Once loaded, it may be asked by many threads at once, where each asks for what comes from stages
// and partitions of its own.
class ActualOutputs {
 public:
  explicit ActualOutputs(log::Log& log, const runtime::PartitionCounts& counts);

  // Reads inbox, results, dead letters and balances, so many partitions at a time.
  Verdict Load(int jobs);

  // The record must be there, once, with this key, value and origin; it is then accounted for.
  Verdict Take(const log::TopicPartition& to, const log::Record& expected, const Cause& cause);
  // True where a record of this source and id is there, whatever it says.
  [[nodiscard]] bool Contains(const log::TopicPartition& to, const log::Record& record);

  // The events of the partition behind which ledger.balances has the state of an account: their
  // sequence numbers, which grow.
  [[nodiscard]] const std::vector<base::Sequence>& BalanceSequences(
      base::PartitionId partition) const;
  // Whether it has this state of the account.
  [[nodiscard]] bool HasBalance(base::PartitionId partition, const model::AccountId& account,
                                base::Sequence sequence) const;
  // That record must equal `expected`. REQUIRES: it is there.
  Verdict CheckBalance(const log::TopicPartition& to, const log::Record& expected,
                       base::Sequence sequence);

  // Whatever was not taken should not be there.
  [[nodiscard]] Verdict CheckNothingLeft() const;
  // Invariant 4: how many final results and dead letters name this command as their origin.
  [[nodiscard]] int FinalsOf(base::PartitionId partition, base::Offset offset) const;

  // Records read.
  [[nodiscard]] std::int64_t inbox_records() const;
  [[nodiscard]] std::int64_t results() const;
  [[nodiscard]] std::int64_t dead_letters() const;
  [[nodiscard]] std::int64_t balances() const;

 private:
  using BySource = std::map<std::string, PublishedRecords, std::less<>>;
  struct Balance {
    base::Offset offset;
    base::Hash256 digest;
    bool accounted_for = false;
  };
  // What a partition holds.
  struct Contents {
    log::TopicPartition at;
    std::int64_t records = 0;
    BySource by_source;                                 // Of all topics but balances.
    std::unordered_map<std::string, Balance> by_state;  // Balances, by account and sequence.
    std::vector<base::Sequence> sequences;              // Of these; sorted once all are there.
  };
  using Finals = std::vector<std::atomic<std::uint8_t>>;

  Verdict SizeFinals();
  Verdict Load(Contents& contents);
  static Verdict LoadBalance(Contents& contents, const log::StoredRecord& record);
  Verdict LoadRecord(Contents& contents, const log::StoredRecord& record);
  void CountFinal(const log::StoredRecord& record);

  Contents& At(const log::TopicPartition& at);
  [[nodiscard]] const Contents& BalancesOf(base::PartitionId partition) const;
  // nullptr where the source published nothing there.
  PublishedRecords* RecordsOf(const log::TopicPartition& to, std::string_view source);
  [[nodiscard]] std::int64_t CountOf(std::string_view topic) const;
  static std::optional<base::Offset> FirstLeft(const Contents& contents);
  [[nodiscard]] Verdict Differs(const log::TopicPartition& at, base::Offset offset,
                                const log::Record& expected, const std::string& what) const;

  log::Log& log_;
  const runtime::PartitionCounts counts_;
  std::vector<Contents> contents_;       // Topic by topic, and partition by partition.
  std::array<std::size_t, 4> begins_{};  // Of the topics, in there.
  // By commands partition: how many finals each offset up to its end has.
  std::vector<Finals> finals_;
};

}  // namespace paylog::audit
