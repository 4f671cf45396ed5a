#include <cstdio>
#include <iostream>

#include "paylog/audit/auditor.h"
#include "paylog/cli/commands.h"
#include "paylog/cli/watched_log.h"
#include "paylog/service/open_log.h"

namespace paylog::cli {
namespace {

void PrintRow(const char* name, std::int64_t value) {
  std::printf("  %-24s %12lld\n", name, static_cast<long long>(value));
}

void PrintReport(const audit::AuditReport& report) {
  std::int64_t events = 0;
  std::int64_t accounts = 0;
  std::int64_t ids = 0;
  std::int64_t pending = report.validator.pending;
  std::int64_t snapshots = 0;
  for (const audit::LedgerReport& ledger : report.ledgers) {
    events += ledger.events;
    accounts += ledger.accounts;
    ids += ledger.ids;
    pending += ledger.pending;
    snapshots += ledger.snapshot_checked ? 1 : 0;
  }
  std::printf("audit clean: every record is what validator and ledger decide\n");
  PrintRow("commands", report.validator.commands);
  PrintRow("inbox records", report.inbox_records);
  PrintRow("journal events", events);
  PrintRow("results", report.results);
  PrintRow("dead letters", report.dead_letters);
  PrintRow("balance records", report.balances);
  PrintRow("accounts", accounts);
  PrintRow("remembered ids", ids);
  PrintRow("snapshots compared", snapshots);
  PrintRow("invariants checked", report.invariants_checked);
  if (pending > 0) {
    PrintRow("not processed yet", pending);
  }
  for (std::size_t p = 0; p < report.ledgers.size(); ++p) {
    if (!report.ledgers[p].snapshot_note.empty()) {
      std::printf("  note: snapshot of partition %zu: %s\n", p,
                  report.ledgers[p].snapshot_note.c_str());
    }
    std::printf("  partition %-3zu %s\n", p, report.ledgers[p].state_hash.ToHex().c_str());
  }
  std::printf("  state hash    %s\n", report.state_hash.ToHex().c_str());
}

}  // namespace

ExitCode AuditVerify(const AuditArguments& arguments) {
  const base::SystemClock clock;
  const service::StopSignal stop;
  auto opened = service::OpenExistingLog(arguments.log, clock, Warn);
  if (!opened) {
    return ReportError(opened.error().ToString());
  }
  if (auto frozen = service::Freeze(*opened); !frozen) {
    return ReportError(frozen.error().ToString());
  }
  // Those of a log on Kafka are on the machines of its ledgers, perhaps in use; those of an
  // embedded log are its owner's.
  const bool known =
      opened->served == nullptr && (opened->kafka == nullptr || !arguments.log.snapshots.empty());
  const std::string compared = known ? opened->snapshot_directory : "";
  audit::AuditReport report;
  ProgressBar bar("audit", "records");
  WatchedLog watched(*opened->log, stop, bar,
                     std::nullopt);  // It reads some topics more than once.
  const audit::Verdict verdict = audit::Audit(
      watched,
      {.counts = opened->counts, .snapshot_directory = compared, .jobs = JobsOf(arguments.jobs)},
      report);
  bar.Clear();
  if (const base::Error* const error = verdict.error()) {
    if (error->code == base::ErrorCode::kShutdown) {
      return ReportIncomplete("interrupted; the audit found nothing so far, and is not complete");
    }
    return ReportError("audit: " + error->ToString());
  }
  if (const audit::Difference* const difference = verdict.difference()) {
    std::cout << "audit: DIFFERENCE at " << difference->where << '\n'
              << "  " << difference->what << '\n'
              << "  expected: " << difference->expected << '\n'
              << "  found:    " << difference->found << '\n';
    return ExitCode::kIncomplete;
  }
  PrintReport(report);
  if (opened->served != nullptr) {
    std::printf("  note: as of a moment; process %d serves the log, and snapshots are its own\n",
                opened->served->owner());
  }
  return ExitCode::kDone;
}

}  // namespace paylog::cli
