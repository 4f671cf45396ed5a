#include "paylog/audit/auditor.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "paylog/ledger/stage/ledger_stage.h"

namespace paylog::audit {
namespace {

// A directory of the auditor's own, gone with it.
class ScratchDirectory {
 public:
  static base::Result<ScratchDirectory> Make() {
    std::string pattern = std::filesystem::temp_directory_path().string() + "/paylog-audit-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
      return base::Error{.code = base::ErrorCode::kIo,
                         .context = "cannot make a scratch directory " + pattern};
    }
    return ScratchDirectory(std::move(pattern));
  }
  ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ~ScratchDirectory() {
    if (!path_.empty()) {
      std::error_code ignored;
      std::filesystem::remove_all(path_, ignored);
    }
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Each credit and each return settles one transfer that was sent, whole; what is left is in flight.
Verdict FindInFlight(const AuditReport& report, std::map<std::string, base::Int128>& in_flight) {
  std::map<model::Position, model::Money> open;
  for (const LedgerReport& ledger : report.ledgers) {
    open.insert(ledger.sent.begin(), ledger.sent.end());
  }
  for (const LedgerReport& ledger : report.ledgers) {
    for (const auto& [position, amount] : ledger.settled) {
      const auto sent = open.find(position);
      if (sent == open.end() || sent->second != amount) {
        return Difference{.where = "ledger.journal, partition " +
                                   std::to_string(position.partition.value()) + ", sequence " +
                                   std::to_string(position.sequence.value()),
                          .what = "a credit or a return settles no transfer of this amount",
                          .expected = {},
                          .found = {}};
      }
      open.erase(sent);
    }
  }
  for (const auto& [position, amount] : open) {
    in_flight[std::string(amount.currency.code())] += amount.minor;
  }
  return {};
}

// Invariant 2 on the log at rest: transit accounts hold what is in flight, and nothing when quiet.
Verdict CheckTransit(const AuditReport& report) {
  std::map<std::string, base::Int128> in_flight;
  if (Verdict verdict = FindInFlight(report, in_flight); !verdict.ok()) {
    return verdict;
  }
  std::map<std::string, base::Int128> transit;
  for (const LedgerReport& ledger : report.ledgers) {
    for (const auto& [currency, amount] : ledger.transit) {
      transit[currency] += amount;
    }
  }
  for (const auto& [currency, amount] : transit) {
    if (amount != in_flight[currency] || (report.quiet && amount != 0)) {
      return Difference{.where = "$transit:" + currency + ", all partitions",
                        .what = "the transit accounts do not hold what is in flight",
                        .expected = base::ToString(in_flight[currency]),
                        .found = base::ToString(amount)};
    }
  }
  return {};
}

Verdict CheckFinals(log::Log& log, const runtime::PartitionCounts& counts,
                    const ActualOutputs& outputs) {
  for (std::int32_t p = 0; p < counts.commands; ++p) {
    if (Verdict verdict = AuditFinals(log, base::PartitionId(p), outputs); !verdict.ok()) {
      return verdict;
    }
  }
  return {};
}

Verdict AuditStages(log::Log& log, const runtime::PartitionCounts& counts,
                    const std::string& snapshot_directory, const std::string& scratch,
                    ActualOutputs& outputs, AuditReport& report) {
  for (std::int32_t p = 0; p < counts.commands; ++p) {
    Verdict verdict = AuditValidator(log, base::PartitionId(p), counts, outputs, report.validator);
    if (!verdict.ok()) {
      return verdict;
    }
  }
  for (std::int32_t p = 0; p < counts.inbox; ++p) {
    const std::string snapshot =
        snapshot_directory.empty() ? std::string()
                                   : ledger::SnapshotPath(snapshot_directory, base::PartitionId(p));
    Verdict verdict = AuditLedger(log,
                                  {.partition = base::PartitionId(p),
                                   .counts = counts,
                                   .snapshot_path = snapshot,
                                   .scratch_directory = scratch},
                                  outputs, report.ledgers.emplace_back());
    if (!verdict.ok()) {
      return verdict;
    }
  }
  return {};
}

void Summarise(const ActualOutputs& outputs, AuditReport& report) {
  report.inbox_records = outputs.inbox_records();
  report.results = outputs.results();
  report.dead_letters = outputs.dead_letters();
  report.balances = outputs.balances();
  report.quiet = report.validator.pending == 0;
  std::string hashes;
  for (const LedgerReport& ledger : report.ledgers) {
    report.quiet = report.quiet && ledger.pending == 0;
    report.invariants_checked += ledger.invariants_checked;
    hashes += ledger.state_hash.ToHex();
  }
  report.state_hash = base::Sha256(hashes);
}

}  // namespace

Verdict Audit(log::Log& log, const runtime::PartitionCounts& counts,
              const std::string& snapshot_directory, AuditReport& report) {
  const auto scratch = ScratchDirectory::Make();
  if (!scratch) {
    return scratch.error();
  }
  ActualOutputs outputs(log, counts);
  if (Verdict verdict = outputs.Load(); !verdict.ok()) {
    return verdict;
  }
  Verdict verdict = AuditStages(log, counts, snapshot_directory, scratch->path(), outputs, report);
  if (!verdict.ok()) {
    return verdict;
  }
  if (verdict = outputs.CheckNothingLeft(); !verdict.ok()) {
    return verdict;
  }
  Summarise(outputs, report);
  ++report.invariants_checked;
  if (verdict = CheckTransit(report); !verdict.ok()) {
    return verdict;
  }
  if (!report.quiet) {
    return {};
  }
  report.invariants_checked += report.validator.commands;
  return CheckFinals(log, counts, outputs);
}

}  // namespace paylog::audit
