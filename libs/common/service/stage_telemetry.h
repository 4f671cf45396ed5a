#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "paylog/runtime/counters.h"
#include "paylog/runtime/observer.h"
#include "paylog/telemetry/diagnostics.h"
#include "paylog/telemetry/metrics.h"

namespace paylog::service {

using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

// What a stage does, as metrics (docs/reference/metrics.md) and diagnostics. Thread-safe. All
// references must outlive it.
class StageTelemetry final : public runtime::StageObserver {
 public:
  // `stage`: "ledger", a label of every metric. `partitions`: of its input, all that there are.
  StageTelemetry(std::string stage, std::int32_t partitions, const runtime::Counters& counters,
                 telemetry::Metrics& metrics, telemetry::Diagnostics& diagnostics,
                 SteadyClock now = std::chrono::steady_clock::now);

  void OnAssigned(const std::vector<log::TopicPartition>& inputs) override;
  void OnRevoked(bool lost) override;
  void OnGroupTrouble(const base::Error& error) override;
  void OnTakeOverBegun(const log::TopicPartition& input) override;
  void OnTakenOver(const log::TopicPartition& input, base::Offset next, bool kept) override;
  void OnRebuilt(const log::TopicPartition& input, base::Sequence snapshot,
                 std::int64_t replayed) override;
  void OnFollowing(const std::vector<log::TopicPartition>& inputs) override;
  void OnFollowed(const log::TopicPartition& input, base::Sequence last) override;
  void OnFollowTrouble(const log::TopicPartition& input, const base::Error& error) override;
  void OnCommitBegun(const log::TopicPartition& input, std::size_t records) override;
  void OnCommitted(const log::TopicPartition& input, base::Offset next) override;
  void OnCaughtUp(const log::TopicPartition& input, base::Offset next) override;
  void OnTrouble(const log::TopicPartition& input, const base::Error& error) override;
  void OnReadTrouble(const log::TopicPartition& input, const base::Error& error) override;
  void OnStopped(const log::TopicPartition& input, const base::Error& error) override;
  void OnSnapshotSaved(const log::TopicPartition& input, base::Sequence last) override;
  void OnRefused(const log::TopicPartition& input, base::Offset command,
                 const std::string& command_id, model::ResultCode code) override;
  void OnDeadLetter(const log::TopicPartition& input, base::Offset command,
                    model::ResultCode code) override;

  // What is assigned now.
  [[nodiscard]] std::vector<log::TopicPartition> Assigned() const;
  // The ends of an assigned partition, read committed and uncommitted, sampled now and then.
  void OnEnds(const log::TopicPartition& input, base::Offset committed_end, base::Offset end);
  // Brings up to date what is not told: totals and ages. For Metrics::SetRefresh.
  void Refresh();

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  struct Trouble {
    std::string outcome;  // Of the last one that was written, while it lasts.
    TimePoint written;
  };
  struct Partition {
    TimePoint take_over_begun;
    TimePoint commit_begun;
    std::optional<base::Offset> next;     // Everything before it is processed.
    std::optional<TimePoint> safe_since;  // A snapshot was saved, or the log was replayed.
    base::Sequence snapshot{0};           // That the take-over began with.
    std::int64_t replayed = 0;
    Trouble trouble;
  };

  void Declare();
  void Advance(const log::TopicPartition& input, base::Offset next);
  void WriteTrouble(Trouble& trouble, const log::TopicPartition& input, const char* what,
                    const base::Error& error);
  [[nodiscard]] telemetry::Labels StageLabels(telemetry::Labels labels = {}) const;
  [[nodiscard]] telemetry::Labels PartitionLabels(const log::TopicPartition& input) const;

  const std::string stage_;
  const runtime::Counters& counters_;
  telemetry::Metrics& metrics_;
  telemetry::Diagnostics& diagnostics_;
  const SteadyClock now_;

  mutable std::mutex mutex_;
  std::map<log::TopicPartition, Partition> partitions_;  // All that are assigned.
  std::map<log::TopicPartition, Trouble> following_;     // All that others have.
};

}  // namespace paylog::service
