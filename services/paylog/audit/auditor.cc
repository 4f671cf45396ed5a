#include "paylog/audit/auditor.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

#include "paylog/audit/side_by_side.h"
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

// Transfers that were sent, of one partition, and which of them are settled.
class SentTransfers {
 public:
  explicit SentTransfers(const LedgerReport& ledger)
      : sent_(ledger.sent), settled_(ledger.sent.size()) {}

  // False where it sent none of this amount there, or one that is settled already.
  bool Settle(base::Sequence sequence, const model::Money& amount) {
    const auto found = std::lower_bound(
        sent_.begin(), sent_.end(), sequence,
        [](const auto& sent, base::Sequence wanted) { return sent.first < wanted; });
    if (found == sent_.end() || found->first != sequence || found->second != amount) {
      return false;
    }
    const auto place = static_cast<std::size_t>(found - sent_.begin());
    const bool open = !settled_[place];
    settled_[place] = true;
    return open;
  }

  void AddInFlight(std::map<std::string, base::Int128>& in_flight) const {
    for (std::size_t i = 0; i < sent_.size(); ++i) {
      if (!settled_[i]) {
        const model::Money& amount = sent_[i].second;
        in_flight[std::string(amount.currency.code())] += amount.minor;
      }
    }
  }

 private:
  const std::vector<std::pair<base::Sequence, model::Money>>& sent_;
  std::vector<bool> settled_;
};

// Each credit and each return settles one transfer that was sent, whole; what is left is in flight.
Verdict FindInFlight(const AuditReport& report, std::map<std::string, base::Int128>& in_flight) {
  std::vector<SentTransfers> sent(report.ledgers.begin(), report.ledgers.end());
  for (const LedgerReport& ledger : report.ledgers) {
    for (const auto& [position, amount] : ledger.settled) {
      const auto partition = static_cast<std::size_t>(position.partition.value());
      if (partition >= sent.size() || !sent[partition].Settle(position.sequence, amount)) {
        return Difference{.where = "ledger.journal, partition " +
                                   std::to_string(position.partition.value()) + ", sequence " +
                                   std::to_string(position.sequence.value()),
                          .what = "a credit or a return settles no transfer of this amount",
                          .expected = {},
                          .found = {}};
      }
    }
  }
  for (const SentTransfers& transfers : sent) {
    transfers.AddInFlight(in_flight);
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

Verdict CheckFinals(log::Log& log, const AuditOptions& options, const ActualOutputs& outputs) {
  return CheckSideBySide(options.counts.commands, options.jobs, [&](std::int32_t p) {
    return AuditFinals(log, base::PartitionId(p), outputs);
  });
}

Verdict AuditValidators(log::Log& log, const AuditOptions& options, ActualOutputs& outputs,
                        ValidatorReport& report) {
  std::vector<ValidatorReport> reports(static_cast<std::size_t>(options.counts.commands));
  Verdict verdict = CheckSideBySide(options.counts.commands, options.jobs, [&](std::int32_t p) {
    return AuditValidator(log, base::PartitionId(p), options.counts, outputs,
                          reports[static_cast<std::size_t>(p)]);
  });
  for (const ValidatorReport& partition : reports) {
    report.commands += partition.commands;
    report.pending += partition.pending;
  }
  return verdict;
}

Verdict AuditLedgers(log::Log& log, const AuditOptions& options, const std::string& scratch,
                     ActualOutputs& outputs, std::vector<LedgerReport>& reports) {
  reports.resize(static_cast<std::size_t>(options.counts.inbox));
  return CheckSideBySide(options.counts.inbox, options.jobs, [&](std::int32_t p) {
    const base::PartitionId partition(p);
    const std::string snapshot = options.snapshot_directory.empty()
                                     ? std::string()
                                     : ledger::SnapshotPath(options.snapshot_directory, partition);
    return AuditLedger(log,
                       {.partition = partition,
                        .counts = options.counts,
                        .snapshot_path = snapshot,
                        .scratch_directory = scratch},
                       outputs, reports[static_cast<std::size_t>(p)]);
  });
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

Verdict Audit(log::Log& log, const AuditOptions& options, AuditReport& report) {
  const auto scratch = ScratchDirectory::Make();
  if (!scratch) {
    return scratch.error();
  }
  ActualOutputs outputs(log, options.counts);
  if (Verdict verdict = outputs.Load(options.jobs); !verdict.ok()) {
    return verdict;
  }
  Verdict verdict = AuditValidators(log, options, outputs, report.validator);
  if (!verdict.ok()) {
    return verdict;
  }
  verdict = AuditLedgers(log, options, scratch->path(), outputs, report.ledgers);
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
  return CheckFinals(log, options, outputs);
}

}  // namespace paylog::audit
