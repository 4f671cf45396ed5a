#pragma once

#include <cstdint>

#include "paylog/audit/actual_outputs.h"

namespace paylog::audit {

struct ValidatorReport {
  std::int64_t commands = 0;
  std::int64_t pending = 0;  // Not processed yet.
};

// Runs the validator again over a partition of payments.commands and takes each record that it must
// have left. `committed` is the validator's offset: what lies beyond may be unprocessed.
Verdict AuditValidator(log::Log& log, base::PartitionId partition,
                       const runtime::PartitionCounts& counts, ActualOutputs& outputs,
                       ValidatorReport& report);

// Invariant 4, once the ledger's inbox is empty: each processed command has exactly one final.
Verdict AuditFinals(log::Log& log, base::PartitionId partition, const ActualOutputs& outputs);

}  // namespace paylog::audit
