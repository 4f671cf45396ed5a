#include "paylog/simulation/checks.h"

#include <memory>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "paylog/audit/auditor.h"
#include "paylog/base/check.h"
#include "paylog/base/int128.h"
#include "paylog/ledger/stage/ledger_partition.h"
#include "paylog/runtime/poll_towards.h"

namespace paylog::simulation {
namespace {

std::vector<log::StoredRecord> ReadCommitted(Cluster& cluster, const log::TopicPartition& from) {
  return cluster.broker()
      .Read(from, base::Offset(0), SIZE_MAX, SIZE_MAX, /*committed_only=*/true)
      .records;
}

std::string TextOf(const std::string& value, const char* field) {
  const auto parsed = nlohmann::json::parse(value, nullptr, /*allow_exceptions=*/false);
  return parsed.is_object() && parsed.contains(field) && parsed[field].is_string()
             ? parsed[field].get<std::string>()
             : "";
}

std::optional<base::Offset> CommittedOf(Cluster& cluster, base::PartitionId partition) {
  const auto committed = cluster.log().CommittedOffset(
      std::string(runtime::kLedgerGroup), runtime::Partition(runtime::kInboxTopic, partition));
  CHECK(committed);
  return *committed;
}

ledger::LedgerOptions OptionsOf(const Cluster& cluster, const std::string& snapshot) {
  return {.counts = cluster.counts(),
          .snapshot_path = snapshot,
          .snapshot_events = INT64_MAX,
          .inline_snapshots = true};
}

// A ledger partition as a process that starts makes it.
class Rebuilt {
 public:
  Rebuilt(Cluster& cluster, base::PartitionId partition, const std::string& snapshot)
      : ledger_(cluster.log(), partition, OptionsOf(cluster, snapshot), counters_),
        taken_over_(ledger_.TakeOver(CommittedOf(cluster, partition))) {}

  [[nodiscard]] const base::Result<base::Offset>& taken_over() const { return taken_over_; }
  [[nodiscard]] base::Hash256 hash() const { return StateHash(ledger_.state()); }

 private:
  runtime::Counters counters_;
  ledger::LedgerPartition ledger_;
  base::Result<base::Offset> taken_over_;
};

}  // namespace

History TakeHistory(Cluster& cluster) {
  History history;
  history.partition_count = cluster.counts().inbox;
  history.submissions = cluster.upstream().submissions();
  history.observations = cluster.observer().seen();
  for (const log::TopicSpec& topic : cluster.broker().ListTopics()) {
    for (std::int32_t p = 0; p < topic.partition_count; ++p) {
      const log::TopicPartition from = runtime::Partition(topic.name, base::PartitionId(p));
      history.log.emplace(from, ReadCommitted(cluster, from));
    }
  }
  for (const std::string_view topic :
       {runtime::kResultsTopic, runtime::kDeliveriesTopic, runtime::kDeadLettersTopic}) {
    for (std::int32_t p = 0; p < history.partition_count; ++p) {
      const log::TopicPartition from = runtime::Partition(topic, base::PartitionId(p));
      for (const auto& commitment : cluster.broker().CommitmentsOf(from)) {
        history.commitments[from].push_back(
            {.moment = commitment.moment, .epoch = commitment.epoch});
      }
    }
  }
  history.endpoints = cluster.endpoints();
  history.has_notifier = cluster.has_notifiers();
  history.webhooks = cluster.receivers().attempts();
  for (std::int32_t p = 0; p < history.partition_count; ++p) {
    const ledger::State* const state = cluster.StateOf(base::PartitionId(p));
    CHECK(state != nullptr);
    auto& accounts = history.live.emplace_back();
    for (const model::Account* const account : state->SortedAccounts()) {
      accounts.emplace(account->id.value(),
                       LiveAccount{.currency = std::string(account->currency.code()),
                                   .posted = base::ToString(account->posted)});
    }
  }
  return history;
}

void CountWhatHappened(const History& history, Trace& trace, Report& report) {
  for (const auto& [from, records] : history.log) {
    for (const log::StoredRecord& record : records) {
      if (from.topic == runtime::kJournalTopic) {
        ++report.events;
        trace.Count("event: " + TextOf(record.value, "type"));
      } else if (from.topic == runtime::kResultsTopic) {
        trace.Count("code: " + TextOf(record.value, "code"));
      } else if (from.topic == runtime::kDeadLettersTopic) {
        trace.Count("code: " + std::string(record.FindHeader("paylog_reason").value_or("none")));
      } else if (from.topic == runtime::kDeliveriesTopic) {
        trace.Count("event: " + TextOf(record.value, "type"));
      } else if (from.topic == runtime::kCommandsTopic) {
        ++report.commands;
      }
    }
  }
}

LiveStates TakeLiveStates(const Cluster& cluster) {
  LiveStates live;
  for (std::int32_t p = 0; p < cluster.counts().inbox; ++p) {
    live.emplace(base::PartitionId(p), StateHash(*cluster.StateOf(base::PartitionId(p))));
  }
  return live;
}

std::vector<Violation> CheckRebuilding(Cluster& cluster, const LiveStates& live) {
  std::vector<Violation> violations;
  for (const auto& [partition, hash] : live) {
    std::vector<std::string> snapshots = cluster.snapshots().FilesOf(partition);
    snapshots.emplace_back();  // None: from the beginning.
    for (const std::string& snapshot : snapshots) {
      const Rebuilt rebuilt(cluster, partition, snapshot);
      const std::string what = "partition " + std::to_string(partition.value()) +
                               (snapshot.empty() ? " from the beginning" : " from a snapshot");
      if (!rebuilt.taken_over()) {
        violations.push_back(
            {.check = "rebuilding", .what = what + ": " + rebuilt.taken_over().error().ToString()});
      } else if (rebuilt.hash() != hash) {
        violations.push_back({.check = "rebuilding", .what = what + " is not what it was"});
      }
    }
  }
  return violations;
}

std::vector<Violation> CheckAudit(Cluster& cluster) {
  audit::AuditReport report;
  const audit::Verdict verdict = audit::Audit(cluster.log(), {.counts = cluster.counts()}, report);
  if (const audit::Difference* const difference = verdict.difference()) {
    return {{.check = "audit", .what = difference->where + ": " + difference->what}};
  }
  if (const base::Error* const error = verdict.error()) {
    return {{.check = "audit", .what = error->ToString()}};
  }
  if (!report.quiet) {
    return {{.check = "audit", .what = "something waits to be processed"}};
  }
  return {};
}

std::vector<Violation> CheckLostTail(Cluster& cluster, std::uint64_t seed, Trace& trace) {
  Random random(seed, "lost tail");
  const base::PartitionId partition(
      static_cast<std::int32_t>(random.Below(static_cast<std::uint64_t>(cluster.counts().inbox))));
  const auto journal = runtime::Partition(runtime::kJournalTopic, partition);
  const std::size_t events = ReadCommitted(cluster, journal).size();
  if (events == 0) {
    return {};
  }
  runtime::Counters counters;
  ledger::LedgerPartition standby(cluster.log(), partition, OptionsOf(cluster, ""), counters);
  for (auto more = standby.Follow(); more && *more;) {
    more = standby.Follow();
  }
  const std::size_t left = events - 1 - random.Below(std::min<std::size_t>(events, 4));
  while (ReadCommitted(cluster, journal).size() > left) {
    cluster.broker().LoseTail(journal, 1);
  }
  trace.Count("fault: tail-lost");
  std::vector<Violation> violations;
  const auto went_on = [&](const char* who) {
    violations.push_back({.check = "lost-tail",
                          .what = who + std::to_string(partition.value()) + " went on with " +
                                  std::to_string(left) + " of " + std::to_string(events) +
                                  " events"});
  };
  std::vector<std::string> snapshots = cluster.snapshots().FilesOf(partition);
  snapshots.emplace_back();
  for (const std::string& snapshot : snapshots) {
    if (Rebuilt(cluster, partition, snapshot).taken_over()) {
      went_on("partition ");
    }
  }
  // With nothing of the group's, which would tell as well.
  if (standby.TakeOver(std::nullopt)) {
    went_on("a standby of partition ");
  }
  return violations;
}

}  // namespace paylog::simulation
