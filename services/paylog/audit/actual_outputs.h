#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "paylog/audit/difference.h"
#include "paylog/base/hash.h"
#include "paylog/log/log.h"
#include "paylog/runtime/topics.h"

namespace paylog::audit {

// What the services did publish: read first, so that what they must have published, derived record
// by record, can be held against it and shown side by side. Memory: some 100 bytes a record.
class ActualOutputs {
 public:
  explicit ActualOutputs(log::Log& log, const runtime::PartitionCounts& counts);

  // Reads inbox, results, dead letters and balances.
  Verdict Load();

  // The record must be there, once, with this key, value and origin; it is then accounted for.
  // `cause` says in words where it follows from.
  Verdict Take(const log::TopicPartition& to, const log::Record& expected,
               const std::string& cause);
  // True where a record of this source and id is there, whatever it says.
  [[nodiscard]] bool Contains(const log::TopicPartition& to, const log::Record& record) const;
  // A record of ledger.balances for this state of the account, if there is one, must equal it.
  Verdict CheckBalance(const log::TopicPartition& to, const log::Record& expected,
                       base::Sequence sequence);

  // Whatever was not taken should not be there.
  [[nodiscard]] Verdict CheckNothingLeft();
  // Invariant 4: how many final results and dead letters name this command as their origin.
  [[nodiscard]] int FinalsOf(base::PartitionId partition, base::Offset offset) const;

  [[nodiscard]] std::int64_t results() const { return results_; }
  [[nodiscard]] std::int64_t dead_letters() const { return dead_letters_; }
  [[nodiscard]] std::int64_t balances() const { return balances_; }
  [[nodiscard]] std::int64_t inbox_records() const { return inbox_records_; }

 private:
  struct Found {
    std::int32_t topic = 0;  // Index into kTopics.
    base::PartitionId partition;
    base::Offset offset;
    base::Hash256 digest;
    bool accounted_for = false;
  };

  Verdict SizeFinals();
  Verdict LoadPartition(std::int32_t topic, base::PartitionId partition);
  Verdict LoadRecord(std::int32_t topic, base::PartitionId partition,
                     const log::StoredRecord& record);
  void CountFinal(const log::StoredRecord& record);
  [[nodiscard]] Verdict Differs(const Found& found, const log::Record& expected,
                                const std::string& what) const;

  log::Log& log_;
  const runtime::PartitionCounts counts_;
  std::unordered_map<std::string, Found> found_;  // By topic, partition, source and id.
  // By commands partition: how many finals each offset up to its end has.
  std::vector<std::vector<std::uint8_t>> finals_;
  std::int64_t results_ = 0;
  std::int64_t dead_letters_ = 0;
  std::int64_t balances_ = 0;
  std::int64_t inbox_records_ = 0;
};

}  // namespace paylog::audit
