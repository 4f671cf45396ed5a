#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "paylog/ledger/stage/ledger_partition.h"
#include "paylog/runtime/worker.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/payment_log.h"

// For tests: one partition of the ledger with its worker, as a process would run it.
namespace paylog::ledger::testing {

struct RunOptions {
  std::int32_t partition = 0;
  std::string snapshot;  // The file's name; empty: none.
  std::int64_t snapshot_events = 1'000'000;
  std::size_t batch_records_max = 5'000;
  std::string group = std::string(runtime::kLedgerGroup);
  log::Log* log = nullptr;  // Instead of the payment log's own: one with faults.
};

class LedgerRun {
 public:
  explicit LedgerRun(test_support::PaymentLog& payments, const RunOptions& options = {})
      : log_(options.log != nullptr ? *options.log : payments.log()),
        ledger_(log_, base::PartitionId(options.partition),
                {.counts = payments.counts(),
                 .snapshot_path = options.snapshot.empty()
                                      ? std::string()
                                      : payments.SnapshotDirectory() + '/' + options.snapshot,
                 .snapshot_events = options.snapshot_events,
                 .inline_snapshots = true,
                 .warn = [this](const std::string& warning) { warnings_.push_back(warning); }},
                counters_) {
    const auto inbox =
        runtime::Partition(runtime::kInboxTopic, base::PartitionId(options.partition));
    worker_.emplace(
        log_, ledger_, counters_,
        runtime::WorkerOptions{.input = inbox,
                               .transactional_id = "ledger-" + std::to_string(options.partition),
                               .batch_records_max = options.batch_records_max},
        log::GroupMetadata::Standalone(options.group));
  }

  base::Result<runtime::StepOutcome> Step() { return worker_->Step(std::chrono::milliseconds(0)); }

  // Steps until the inbox is empty; the error that ends it before, if any.
  base::Result<void> TryRunToIdle() {
    while (true) {
      PAYLOG_ASSIGN(const runtime::StepOutcome outcome, Step());
      if (outcome == runtime::StepOutcome::kIdle) {
        return {};
      }
      if (outcome == runtime::StepOutcome::kPaused) {
        worker_->Confirm();
      }
    }
  }
  void RunToIdle() { test_support::Must(TryRunToIdle()); }
  void Close() { test_support::Must(worker_->Close()); }

  [[nodiscard]] const State& state() const { return ledger_.state(); }
  [[nodiscard]] base::Hash256 hash() const { return StateHash(ledger_.state()); }
  [[nodiscard]] runtime::Tally tally() const { return counters_.Read(); }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
  [[nodiscard]] runtime::Worker& worker() { return *worker_; }

 private:
  log::Log& log_;
  runtime::Counters counters_;
  std::vector<std::string> warnings_;
  LedgerPartition ledger_;
  std::optional<runtime::Worker> worker_;
};

}  // namespace paylog::ledger::testing
