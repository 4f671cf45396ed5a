#pragma once

#include "paylog/log/log.h"
#include "paylog/runtime/counters.h"
#include "paylog/runtime/processor.h"
#include "paylog/runtime/topics.h"

namespace paylog::validator {

// One partition of the validator on a log. Stateless: its place is the committed offset, and where
// that is missing, the highest origin that its own outputs name. Used by one thread at a time;
// `log` and `counters` must outlive it.
class ValidatorPartition final : public runtime::PartitionProcessor {
 public:
  ValidatorPartition(log::Log& log, base::PartitionId partition, runtime::PartitionCounts counts,
                     runtime::Counters& counters);

  base::Result<base::Offset> TakeOver(std::optional<base::Offset> committed) override;
  base::Result<bool> StillCurrent() override { return true; }
  base::Result<void> Process(std::span<const log::StoredRecord> records,
                             log::TransactionalWriter& writer) override;
  void OnCommitted() override;
  void OnAborted() override {}
  base::Result<void> Maintain() override { return {}; }
  base::Result<void> Close() override { return {}; }

 private:
  base::Result<base::Offset> AfterHighestOrigin();

  log::Log& log_;
  const base::PartitionId partition_;
  const runtime::PartitionCounts counts_;
  runtime::Counters& counters_;
  runtime::Tally staged_tally_;
};

}  // namespace paylog::validator
