#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "paylog/log/record.h"
#include "paylog/simulation/scenario.h"

// What outsiders saw of one simulated run. Plain values: what the oracle judges by.
namespace paylog::simulation {

// A step is one turn of the scheduler: the only measure of before and after.
using Step = std::int64_t;

// The order in which things happened: nothing has the same number as anything else.
using Moment = std::int64_t;

// The header of a command record that tells which submission made it.
inline constexpr char kSubmissionHeader[] = "simulation_submission";

// One record that an upstream sent to payments.commands.
struct Submission {
  std::int64_t id = 0;  // The value of its header kSubmissionHeader.
  log::TopicPartition to;
  std::optional<std::string> key;
  std::string value;
  Step sent = 0;
  // When the upstream learnt that it is in the log; nullopt where it never did: then it may be
  // there or not, or, since the upstream's library may send again by itself, twice.
  std::optional<Step> acknowledged;
};

// A record that a read-committed reader was handed while the run went on.
struct Observation {
  Step seen = 0;
  log::TopicPartition from;
  log::StoredRecord record;
};

// When a record was committed, and by which owner of its transactional id: each has a higher epoch
// than those before. (0, 0) where there was no transaction.
struct Commitment {
  Moment moment = 0;
  std::int64_t epoch = 0;
};

// What a process was told of an attempt to deliver a webhook.
struct WebhookAnswer {
  Moment moment = 0;
  std::int64_t time = 0;  // By its clock, in ms.
  int status = 0;         // 0: there was no response, but an error.
  std::string error;
  std::optional<std::int64_t> retry_after;  // In seconds.
};

// An attempt to deliver a webhook, as it was seen on its way.
struct WebhookAttempt {
  std::string process;  // One life of it.
  Moment started = 0;   // That life.
  // What it believed to own: a partition of results, assigned to it then, with this epoch.
  std::int32_t partition = 0;
  Moment assigned = 0;
  std::int64_t epoch = 0;
  std::string endpoint;
  std::string id;  // The header.
  std::string payload;
  std::string timestamp;                // The header.
  std::string signature;                // The same.
  std::int64_t time = 0;                // When it was made, by the process's clock.
  Moment begun = 0;                     // The process had decided to send.
  Moment sent = 0;                      // It may have paused in between.
  bool received = false;                // The receiver has taken it.
  std::optional<WebhookAnswer> answer;  // None where the process ended before.
};

// Of one account in the live state of a ledger partition when all was quiet.
struct LiveAccount {
  std::string currency;
  std::string posted;  // A decimal number of minor units.
  friend bool operator==(const LiveAccount&, const LiveAccount&) = default;
};

struct History {
  std::int32_t partition_count = 0;     // Of every topic but paylog.settings.
  std::vector<Submission> submissions;  // In the order in which they were sent.
  std::vector<Observation> observations;
  // The final read: all committed records, once the faults were over and all was quiet. Every
  // partition of every topic has an entry.
  std::map<log::TopicPartition, std::vector<log::StoredRecord>> log;
  // Of each record that the final read has of payments.results, notifier.deliveries and
  // payments.dead-letters.
  std::map<log::TopicPartition, std::vector<Commitment>> commitments;
  std::vector<WebhookEndpoint> endpoints;
  bool has_notifier = false;             // Otherwise nobody hears of anything.
  std::vector<WebhookAttempt> webhooks;  // In the order in which they were sent.
  // The final state of each ledger partition, system accounts included, by account.
  std::vector<std::map<std::string, LiveAccount>> live;
};

// Something that must not be.
struct Violation {
  std::string check;  // A short name in kebab-case, such as "lost-acknowledged".
  std::string what;   // Where, what was found and what was expected, in one line.
};

}  // namespace paylog::simulation
