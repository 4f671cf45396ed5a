#pragma once

#include <optional>
#include <string>
#include <vector>

#include "paylog/log/log.h"
#include "paylog/runtime/counters.h"
#include "paylog/runtime/observer.h"
#include "paylog/runtime/processor.h"
#include "paylog/runtime/topics.h"
#include "paylog/validator/core/verdict.h"

namespace paylog::validator {

// One partition of the validator on a log. Stateless: its place is the committed offset, and where
// that is missing, the highest origin that its own outputs name. Used by one thread at a time;
// `log`, `counters` and `observer` (which may be missing) must outlive it.
class ValidatorPartition final : public runtime::PartitionProcessor {
 public:
  ValidatorPartition(log::Log& log, base::PartitionId partition, runtime::PartitionCounts counts,
                     runtime::Counters& counters, runtime::StageObserver* observer = nullptr);

  base::Result<base::Offset> TakeOver(std::optional<base::Offset> committed) override;
  base::Result<bool> StillCurrent() override { return true; }
  base::Result<void> Process(std::span<const log::StoredRecord> records,
                             log::TransactionalWriter& writer) override;
  void OnCommitted() override;
  void OnAborted() override { staged_noted_.clear(); }
  base::Result<void> Maintain() override { return {}; }
  base::Result<void> Close() override { return {}; }

 private:
  // A command that was not accepted, for the observer.
  struct Noted {
    base::Offset offset;
    std::optional<std::string> command_id;  // nullopt: a dead letter.
    model::ResultCode code;
  };

  base::Result<base::Offset> AfterHighestOrigin();
  void Note(base::Offset offset, const Verdict& verdict);

  log::Log& log_;
  const base::PartitionId partition_;
  const runtime::PartitionCounts counts_;
  runtime::Counters& counters_;
  runtime::StageObserver* const observer_;
  runtime::Tally staged_tally_;
  std::vector<Noted> staged_noted_;
};

}  // namespace paylog::validator
