#include "paylog/service/stage_telemetry.h"

#include <algorithm>
#include <array>
#include <utility>

namespace paylog::service {
namespace {

using telemetry::Labels;
using telemetry::Severity;

constexpr const char* kPartitions = "paylog_partitions";
constexpr const char* kAssigned = "paylog_partitions_assigned";
constexpr const char* kFollowed = "paylog_partitions_followed";
constexpr const char* kFollowedSequence = "paylog_followed_sequence";
constexpr const char* kRebalances = "paylog_rebalances_total";
constexpr const char* kStopped = "paylog_partition_stopped";
constexpr const char* kLag = "paylog_lag_records";
constexpr const char* kLsoLag = "paylog_lso_lag_records";
constexpr const char* kBatch = "paylog_batch_records";
constexpr const char* kCommit = "paylog_commit_seconds";
constexpr const char* kTransactions = "paylog_transactions_total";
constexpr const char* kReadTroubles = "paylog_read_troubles_total";
constexpr const char* kTakeOver = "paylog_take_over_seconds";
constexpr const char* kReplayed = "paylog_replayed_events_total";
constexpr const char* kSnapshots = "paylog_snapshots_total";
constexpr const char* kSnapshotAge = "paylog_snapshot_age_seconds";
constexpr const char* kInputs = "paylog_inputs_total";
constexpr const char* kEvents = "paylog_events_total";
constexpr const char* kResults = "paylog_results_total";
constexpr const char* kDuplicates = "paylog_duplicate_results_total";
constexpr const char* kDeadLetters = "paylog_dead_letters_total";
constexpr const char* kWebhooksScheduled = "paylog_webhooks_scheduled_total";
constexpr const char* kWebhookAttempts = "paylog_webhook_attempts_total";

// Series of a partition that end with its assignment.
constexpr std::array kOfPartitions = {kStopped, kLag, kLsoLag, kSnapshotAge};

// The same trouble of a partition is written again only after so long.
constexpr std::chrono::seconds kTroubleAgain{10};

double Seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::int64_t Milliseconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

// How a transaction ended that did not commit: "aborted", or the reason why its writer was made
// anew, such as "tainted" or "fenced".
std::string OutcomeOf(const base::Error& error) {
  if (error.code == base::ErrorCode::kAbortRequired) {
    return "aborted";
  }
  std::string text(base::ToString(error.code));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 'a' || c > 'z'; }, '_');
  return text;
}

std::string List(const std::vector<log::TopicPartition>& partitions) {
  std::string text;
  for (const log::TopicPartition& partition : partitions) {
    text += (text.empty() ? "" : ",") + std::to_string(partition.partition.value());
  }
  return text.empty() ? "none" : text;
}

}  // namespace

StageTelemetry::StageTelemetry(std::string stage, std::int32_t partitions,
                               const runtime::Counters& counters, telemetry::Metrics& metrics,
                               telemetry::Diagnostics& diagnostics, SteadyClock now)
    : stage_(std::move(stage)),
      counters_(counters),
      metrics_(metrics),
      diagnostics_(diagnostics),
      now_(std::move(now)) {
  Declare();
  metrics_.Set(kPartitions, StageLabels(), partitions);
}

void StageTelemetry::Declare() {
  metrics_.DeclareGauge(kPartitions, "Partitions of the stage's input.");
  metrics_.DeclareGauge(kAssigned, "Partitions that this process has.");
  metrics_.DeclareGauge(kFollowed, "Partitions of others that this process follows as a standby.");
  metrics_.DeclareGauge(kFollowedSequence,
                        "Of a partition that is followed: the last event that was read.");
  metrics_.DeclareCounter(kRebalances, "Changes of the assignment, by kind.");
  metrics_.DeclareGauge(kStopped, "1 where a partition cannot be served by any instance.");
  metrics_.DeclareGauge(kLag, "Records of the input that are committed and not processed.");
  metrics_.DeclareGauge(kLsoLag,
                        "Offsets of the input behind the first open transaction; read-committed "
                        "readers wait for its end.");
  metrics_.DeclareHistogram(kBatch, "Records of a transaction.",
                            {1, 10, 50, 100, 500, 1'000, 2'500, 5'000, 10'000});
  metrics_.DeclareHistogram(kCommit, "Time from the end of processing to the commit.",
                            {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10});
  metrics_.DeclareCounter(kTransactions, "Transactions by outcome.");
  metrics_.DeclareCounter(kReadTroubles, "Reads of the input that failed and are repeated.");
  metrics_.DeclareHistogram(kTakeOver, "Time of a take-over, from fencing to serving.",
                            {0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300});
  metrics_.DeclareCounter(kReplayed, "Events replayed in take-overs.");
  metrics_.DeclareCounter(kSnapshots, "Snapshots saved.");
  metrics_.DeclareGauge(kSnapshotAge,
                        "Time since a snapshot was saved, or since the take-over where none was.");
  metrics_.DeclareCounter(kInputs, "Records of the input that were processed.");
  metrics_.DeclareCounter(kEvents, "Journal events written.");
  metrics_.DeclareCounter(kResults, "First results of commands, by code.");
  metrics_.DeclareCounter(kDuplicates, "Results that repeat an earlier one.");
  metrics_.DeclareCounter(kDeadLetters, "Records that became dead letters.");
  metrics_.DeclareCounter(kWebhooksScheduled, "Webhooks that are to be sent.");
  metrics_.DeclareCounter(kWebhookAttempts, "What came of webhooks, by outcome.");
}

Labels StageTelemetry::StageLabels(Labels labels) const {
  labels.emplace("stage", stage_);
  return labels;
}

Labels StageTelemetry::PartitionLabels(const log::TopicPartition& input) const {
  return StageLabels({{"partition", std::to_string(input.partition.value())}});
}

void StageTelemetry::OnAssigned(const std::vector<log::TopicPartition>& inputs) {
  {
    const std::scoped_lock lock(mutex_);
    std::map<log::TopicPartition, Partition> before = std::exchange(partitions_, {});
    for (const log::TopicPartition& input : inputs) {
      partitions_[input] = std::move(before[input]);  // What was known of it still holds.
      before.erase(input);
    }
    for (const auto& [gone, unused] : before) {
      for (const char* const metric : kOfPartitions) {
        metrics_.Remove(metric, PartitionLabels(gone));
      }
    }
  }
  metrics_.Set(kAssigned, StageLabels(), static_cast<double>(inputs.size()));
  metrics_.Increment(kRebalances, StageLabels({{"kind", "assigned"}}));
  diagnostics_.Info("partitions were assigned", {{"stage", stage_}, {"partitions", List(inputs)}});
}

void StageTelemetry::OnRevoked(bool lost) {
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [input, unused] : std::exchange(following_, {})) {
      metrics_.Remove(kFollowedSequence, PartitionLabels(input));
    }
  }
  metrics_.Set(kAssigned, StageLabels(), 0);
  metrics_.Set(kFollowed, StageLabels(), 0);
  metrics_.Increment(kRebalances, StageLabels({{"kind", lost ? "lost" : "revoked"}}));
  diagnostics_.Write(lost ? Severity::kWarning : Severity::kInfo,
                     lost ? "the assignment was lost: others may have the partitions already"
                          : "partitions were revoked",
                     {{"stage", stage_}});
}

void StageTelemetry::OnGroupTrouble(const base::Error& error) {
  diagnostics_.Warning("the group cannot be reached; trying again",
                       {{"stage", stage_}, {"reason", error.ToString()}});
}

void StageTelemetry::OnTakeOverBegun(const log::TopicPartition& input) {
  const std::scoped_lock lock(mutex_);
  Partition& partition = partitions_[input];
  partition.take_over_begun = now_();
  partition.snapshot = base::Sequence(0);
  partition.replayed = 0;
}

void StageTelemetry::OnRebuilt(const log::TopicPartition& input, base::Sequence snapshot,
                               std::int64_t replayed) {
  const std::scoped_lock lock(mutex_);
  Partition& partition = partitions_[input];
  partition.snapshot = snapshot;
  partition.replayed = replayed;
  partition.safe_since = now_();
}

void StageTelemetry::OnTakenOver(const log::TopicPartition& input, base::Offset next, bool kept) {
  std::chrono::steady_clock::duration took{};
  base::Sequence snapshot;
  std::int64_t replayed = 0;
  {
    const std::scoped_lock lock(mutex_);
    Partition& partition = partitions_[input];
    took = now_() - partition.take_over_begun;
    partition.next = next;
    snapshot = partition.snapshot;
    replayed = partition.replayed;
  }
  metrics_.Observe(kTakeOver, StageLabels(), Seconds(took));
  diagnostics_.Info(kept ? "goes on with the state it had" : "took a partition over",
                    {{"partition", input.ToString()},
                     {"next_offset", next.value()},
                     {"snapshot_sequence", snapshot.value()},
                     {"replayed_events", replayed},
                     {"milliseconds", Milliseconds(took)}});
}

void StageTelemetry::OnFollowing(const std::vector<log::TopicPartition>& inputs) {
  {
    const std::scoped_lock lock(mutex_);
    for (const log::TopicPartition& input : inputs) {
      following_.try_emplace(input);
    }
  }
  metrics_.Set(kFollowed, StageLabels(), static_cast<double>(inputs.size()));
  diagnostics_.Info("follows partitions of others",
                    {{"stage", stage_}, {"partitions", List(inputs)}});
}

void StageTelemetry::OnFollowed(const log::TopicPartition& input, base::Sequence last) {
  const std::scoped_lock lock(mutex_);
  following_[input].outcome.clear();
  metrics_.Set(kFollowedSequence, PartitionLabels(input), static_cast<double>(last.value()));
}

void StageTelemetry::OnFollowTrouble(const log::TopicPartition& input, const base::Error& error) {
  metrics_.Increment(kReadTroubles, PartitionLabels(input));
  const std::scoped_lock lock(mutex_);
  WriteTrouble(following_[input], input, "a standby cannot follow; trying again", error);
}

void StageTelemetry::OnCommitBegun(const log::TopicPartition& input, std::size_t records) {
  metrics_.Observe(kBatch, StageLabels(), static_cast<double>(records));
  const std::scoped_lock lock(mutex_);
  partitions_[input].commit_begun = now_();
}

void StageTelemetry::Advance(const log::TopicPartition& input, base::Offset next) {
  const std::scoped_lock lock(mutex_);
  Partition& partition = partitions_[input];
  partition.next = next;
  partition.trouble.outcome.clear();
}

void StageTelemetry::OnCommitted(const log::TopicPartition& input, base::Offset next) {
  std::chrono::steady_clock::duration took{};
  {
    const std::scoped_lock lock(mutex_);
    took = now_() - partitions_[input].commit_begun;
  }
  Advance(input, next);
  metrics_.Observe(kCommit, StageLabels(), Seconds(took));
  Labels labels = PartitionLabels(input);
  labels.emplace("outcome", "committed");
  metrics_.Increment(kTransactions, labels);
}

void StageTelemetry::OnCaughtUp(const log::TopicPartition& input, base::Offset next) {
  Advance(input, next);
}

void StageTelemetry::OnTrouble(const log::TopicPartition& input, const base::Error& error) {
  Labels labels = PartitionLabels(input);
  labels.emplace("outcome", OutcomeOf(error));
  metrics_.Increment(kTransactions, labels);
  const std::scoped_lock lock(mutex_);
  WriteTrouble(partitions_[input].trouble, input, "a transaction or take-over failed; trying again",
               error);
}

void StageTelemetry::OnStopped(const log::TopicPartition& input, const base::Error& error) {
  metrics_.Set(kStopped, PartitionLabels(input), 1);
  diagnostics_.Error("a partition has stopped; the others go on",
                     {{"partition", input.ToString()}, {"reason", error.ToString()}});
}

void StageTelemetry::OnReadTrouble(const log::TopicPartition& input, const base::Error& error) {
  metrics_.Increment(kReadTroubles, PartitionLabels(input));
  const std::scoped_lock lock(mutex_);
  WriteTrouble(partitions_[input].trouble, input, "reading failed; trying again", error);
}

// Trouble that lasts, such as a broker that is away, is written now and then only.
void StageTelemetry::WriteTrouble(Trouble& trouble, const log::TopicPartition& input,
                                  const char* what, const base::Error& error) {
  const std::string outcome = OutcomeOf(error);
  if (trouble.outcome == outcome && now_() - trouble.written < kTroubleAgain) {
    return;
  }
  trouble = {.outcome = outcome, .written = now_()};
  diagnostics_.Warning(
      what, {{"partition", input.ToString()}, {"outcome", outcome}, {"reason", error.ToString()}});
}

void StageTelemetry::OnSnapshotSaved(const log::TopicPartition& input, base::Sequence last) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = partitions_.find(input); found != partitions_.end()) {
      found->second.safe_since = now_();
    }
  }
  diagnostics_.Info("saved a snapshot",
                    {{"partition", input.ToString()}, {"sequence", last.value()}});
}

void StageTelemetry::OnRefused(const log::TopicPartition& input, base::Offset command,
                               const std::string& command_id, model::ResultCode code) {
  if (diagnostics_.Writes(Severity::kDebug)) {
    diagnostics_.Debug("refused a command", {{"partition", input.ToString()},
                                             {"offset", command.value()},
                                             {"command_id", command_id},
                                             {"code", std::string(model::ToString(code))}});
  }
}

void StageTelemetry::OnDeadLetter(const log::TopicPartition& input, base::Offset command,
                                  model::ResultCode code) {
  diagnostics_.Warning("a record became a dead letter",
                       {{"partition", input.ToString()},
                        {"origin", input.ToString() + '/' + std::to_string(command.value())},
                        {"code", std::string(model::ToString(code))}});
}

std::vector<log::TopicPartition> StageTelemetry::Assigned() const {
  const std::scoped_lock lock(mutex_);
  std::vector<log::TopicPartition> assigned;
  assigned.reserve(partitions_.size());
  for (const auto& [input, unused] : partitions_) {
    assigned.push_back(input);
  }
  return assigned;
}

void StageTelemetry::OnEnds(const log::TopicPartition& input, base::Offset committed_end,
                            base::Offset end) {
  const std::scoped_lock lock(mutex_);
  const auto found = partitions_.find(input);
  if (found == partitions_.end()) {
    return;  // Revoked meanwhile.
  }
  metrics_.Set(kLsoLag, PartitionLabels(input),
               static_cast<double>(std::max<std::int64_t>(0, end.value() - committed_end.value())));
  if (found->second.next) {
    metrics_.Set(kLag, PartitionLabels(input),
                 static_cast<double>(std::max<std::int64_t>(
                     0, committed_end.value() - found->second.next->value())));
  }
}

void StageTelemetry::Refresh() {
  const runtime::Tally tally = counters_.Read();
  const auto raise = [&](const char* name, const Labels& labels, std::int64_t total) {
    metrics_.RaiseTo(name, labels, static_cast<double>(total));
  };
  raise(kInputs, StageLabels(), tally.inputs);
  raise(kEvents, StageLabels(), tally.events);
  raise(kResults, StageLabels({{"code", "ok"}}), tally.completed);
  for (const auto& [code, count] : tally.refused) {
    raise(kResults, StageLabels({{"code", std::string(model::ToString(code))}}), count);
  }
  raise(kDuplicates, StageLabels(), tally.duplicates);
  raise(kDeadLetters, StageLabels(), tally.dead_letters);
  raise(kWebhooksScheduled, StageLabels(), tally.webhooks_scheduled);
  raise(kWebhookAttempts, StageLabels({{"outcome", "delivered"}}), tally.webhooks_delivered);
  raise(kWebhookAttempts, StageLabels({{"outcome", "failed"}}), tally.webhook_retries);
  raise(kWebhookAttempts, StageLabels({{"outcome", "given_up"}}), tally.webhooks_dead);
  raise(kSnapshots, StageLabels(), tally.snapshots);
  raise(kReplayed, StageLabels(), tally.replayed);
  const std::scoped_lock lock(mutex_);
  for (const auto& [input, partition] : partitions_) {
    if (partition.safe_since) {
      metrics_.Set(kSnapshotAge, PartitionLabels(input), Seconds(now_() - *partition.safe_since));
    }
  }
}

}  // namespace paylog::service
