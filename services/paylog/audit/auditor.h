#pragma once

#include <string>
#include <vector>

#include "paylog/audit/difference.h"
#include "paylog/audit/ledger_audit.h"
#include "paylog/audit/validator_audit.h"
#include "paylog/log/log.h"
#include "paylog/runtime/topics.h"

namespace paylog::audit {

struct AuditReport {
  ValidatorReport validator;          // All partitions.
  std::vector<LedgerReport> ledgers;  // By partition.
  std::int64_t inbox_records = 0;
  std::int64_t results = 0;
  std::int64_t dead_letters = 0;
  std::int64_t balances = 0;
  std::int64_t invariants_checked = 0;
  bool quiet = false;        // Nothing was waiting to be processed.
  base::Hash256 state_hash;  // Over the partitions' hashes, in order.
};

struct AuditOptions {
  runtime::PartitionCounts counts;
  std::string snapshot_directory;  // Empty: there are no snapshots to compare.
  int jobs = 1;  // Partitions at a time, at least 1; each takes a thread and its state's memory.
};

// Reads a whole log and decides everything again: invariants 1 to 7. Changes nothing in it. What it
// finds, and in which place, does not depend on the jobs.
Verdict Audit(log::Log& log, const AuditOptions& options, AuditReport& report);

}  // namespace paylog::audit
