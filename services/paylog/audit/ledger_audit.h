#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "paylog/audit/actual_outputs.h"
#include "paylog/base/int128.h"
#include "paylog/model/event.h"

namespace paylog::audit {

struct LedgerReport {
  std::int64_t inputs = 0;
  std::int64_t events = 0;
  std::int64_t pending = 0;  // Inbox records without events yet.
  std::int64_t accounts = 0;
  std::int64_t ids = 0;
  std::int64_t invariants_checked = 0;
  base::Hash256 state_hash;
  bool snapshot_checked = false;
  std::string snapshot_note;                    // Why a snapshot that is there was not checked.
  std::map<std::string, base::Int128> transit;  // What the partition's accounts hold, by currency.
  // Transfers that this partition sent, in order, and those, of any, that it credited or took back.
  std::vector<std::pair<base::Sequence, model::Money>> sent;
  std::vector<std::pair<model::Position, model::Money>> settled;
};

struct LedgerAuditOptions {
  base::PartitionId partition;
  runtime::PartitionCounts counts;
  std::string snapshot_path;      // Of the running system; copied, never opened in place.
  std::string scratch_directory;  // For ids that do not fit memory.
};

// Runs the ledger again over a partition of ledger.inbox: each event must be the journal's, bit for
// bit, and each result, message and balance must be there. Rebuilds the state by Evolve alone and,
// where there is one, from the snapshot, and compares state hashes.
Verdict AuditLedger(log::Log& log, const LedgerAuditOptions& options, ActualOutputs& outputs,
                    LedgerReport& report);

}  // namespace paylog::audit
