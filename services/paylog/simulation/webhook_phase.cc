#include "paylog/simulation/webhook_phase.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "paylog/base/check.h"
#include "paylog/simulation/notifier_setup.h"

namespace paylog::simulation {
namespace {

// A receiver that is down for eight days is asked every five minutes.
constexpr int kRoundsMax = 60'000;
constexpr int kComparisonsMax = 2;
constexpr std::size_t kToldMax = 5;

const notifier::NotifierPartition& NotifierOf(const Cluster& cluster, base::PartitionId partition) {
  const Process* const process = cluster.NotifierProcessOf(partition);
  CHECK(process != nullptr);
  return *process->NotifierOf(partition);
}

std::string NameOf(base::PartitionId partition) {
  return "partition " + std::to_string(partition.value());
}

std::vector<base::PartitionId> AllPartitions(const Cluster& cluster) {
  std::vector<base::PartitionId> all;
  all.reserve(static_cast<std::size_t>(cluster.counts().results));
  for (std::int32_t p = 0; p < cluster.counts().results; ++p) {
    all.emplace_back(p);
  }
  return all;
}

bool AllDelivered(const Cluster& cluster) {
  const auto partitions = AllPartitions(cluster);
  return std::all_of(partitions.begin(), partitions.end(), [&](base::PartitionId partition) {
    const notifier::NotifierPartition& notifier = NotifierOf(cluster, partition);
    return notifier.deliveries().pending() == 0 && !notifier.HasOutput();
  });
}

void FindHeldUp(const Cluster& cluster, std::vector<Violation>& violations) {
  const base::TimestampMs now = cluster.clock().Now();
  for (const base::PartitionId partition : AllPartitions(cluster)) {
    const std::string& process = cluster.NotifierProcessOf(partition)->life();
    for (const auto& [endpoint, line] : NotifierOf(cluster, partition).deliveries().lines()) {
      const auto& first = *line.begin();
      if (first.due < now && !cluster.receivers().MayHoldBack(process, endpoint)) {
        violations.push_back({.check = "webhook-held-up",
                              .what = NameOf(partition) + ": " + first.id + " to " + endpoint +
                                      " was due at " + std::to_string(first.due.value()) +
                                      ", is not sent at " + std::to_string(now.value()) +
                                      ", and nothing holds it back"});
      }
    }
  }
}

// All that decides what is sent from here on; empty where it is the same.
std::string Difference(const notifier::Deliveries& live, const notifier::Deliveries& rebuilt) {
  if (live.pending() != rebuilt.pending() || live.lines() != rebuilt.lines() ||
      live.untried() != rebuilt.untried()) {
    return std::to_string(rebuilt.pending()) + " deliveries instead of " +
           std::to_string(live.pending()) + ", or others, or at other times";
  }
  for (const auto& [endpoint, line] : live.lines()) {
    for (const auto& place : line) {
      const auto* const one = live.Find(place.id);
      const auto* const other = rebuilt.Find(place.id);
      if (one->scheduled != other->scheduled || one->attempts != other->attempts) {
        return place.id + " is another delivery";
      }
    }
  }
  const bool same = std::equal(
      live.disabled().begin(), live.disabled().end(), rebuilt.disabled().begin(),
      rebuilt.disabled().end(), [](const auto& one, const auto& other) {
        return one.first == other.first && one.second.url_sha256 == other.second.url_sha256;
      });
  return same ? "" : "other endpoints are disabled";
}

void CompareWithRebuilt(Cluster& cluster, std::vector<Violation>& violations) {
  // Not to look for disabled endpoints in the other partitions, too.
  const auto gates = MakeGates(cluster.endpoints());
  gates->SetLearned();
  for (const base::PartitionId partition : AllPartitions(cluster)) {
    const auto committed =
        cluster.log().CommittedOffset(std::string(runtime::kNotifierGroup),
                                      runtime::Partition(runtime::kResultsTopic, partition));
    CHECK(committed);
    if (NotifierOf(cluster, partition).deliveries().pending() > 0) {
      cluster.Count("path: deliveries rebuilt while some are pending");
    }
    for (const std::optional<base::Offset>& from : {std::optional<base::Offset>(), *committed}) {
      runtime::Counters counters;
      notifier::NotifierPartition rebuilt(
          cluster.log(), partition, MakeNotifierSetup(cluster.counts(), gates, cluster.clock()),
          counters);
      const auto taken_over = rebuilt.TakeOver(from);
      const std::string wrong =
          taken_over ? Difference(NotifierOf(cluster, partition).deliveries(), rebuilt.deliveries())
                     : taken_over.error().ToString();
      if (!wrong.empty()) {
        violations.push_back({.check = "webhook-state",
                              .what = NameOf(partition) + " from the " +
                                      (from ? "checkpoint" : "beginning") + ": " + wrong});
      }
    }
  }
}

}  // namespace

std::vector<Violation> RunUntilDelivered(Cluster& cluster) {
  std::vector<Violation> violations;
  int comparisons = 0;
  for (int round = 0; round < kRoundsMax && violations.size() < kToldMax; ++round) {
    if (cluster.StepNotifiers() || !cluster.AllServeResults()) {
      continue;  // Somebody may come back to the group.
    }
    FindHeldUp(cluster, violations);
    if (!cluster.receivers().next_answer() && comparisons++ < kComparisonsMax) {
      CompareWithRebuilt(cluster, violations);
    }
    if (AllDelivered(cluster)) {
      return violations;
    }
    if (!cluster.LeapToNextWebhook()) {
      break;
    }
  }
  violations.push_back(
      {.check = "not-quiet", .what = "webhooks are neither delivered nor given up, in the end"});
  return violations;
}

}  // namespace paylog::simulation
