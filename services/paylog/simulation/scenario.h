#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"

namespace paylog::simulation {

// The faults that the processes of a cluster and the receivers of webhooks meet, besides those of
// the log (log_sim/faults.h).
namespace fault {
inline constexpr std::string_view kCrash = "crash";                 // Between two steps.
inline constexpr std::string_view kCrashInside = "crash-inside";    // Between two requests.
inline constexpr std::string_view kStop = "stop";                   // A clean end.
inline constexpr std::string_view kLongDowntime = "long-downtime";  // All; offsets are forgotten.
inline constexpr std::string_view kPause = "pause";                 // Long enough to be a zombie.
inline constexpr std::string_view kSessionLost = "session-lost";    // The process goes on.
inline constexpr std::string_view kRebalance = "rebalance";
inline constexpr std::string_view kInterleave = "interleave";  // Others work within a call.
inline constexpr std::string_view kClockJump = "clock-jump";   // Backwards, too.
inline constexpr std::string_view kTimeLeap = "time-leap";     // Hours in which nobody has a turn.
inline constexpr std::string_view kSnapshotMissing = "snapshot-missing";
inline constexpr std::string_view kSnapshotStale = "snapshot-stale";
inline constexpr std::string_view kSnapshotForeign = "snapshot-foreign";  // Another partition's.
inline constexpr std::string_view kSnapshotCorrupt = "snapshot-corrupt";
// An attempt to deliver a webhook.
inline constexpr std::string_view kWebhookError = "webhook-error";      // 500, and others.
inline constexpr std::string_view kWebhookBusy = "webhook-busy";        // 429, 503; Retry-After.
inline constexpr std::string_view kWebhookGone = "webhook-gone";        // 410, from now on.
inline constexpr std::string_view kWebhookRefused = "webhook-refused";  // No connection.
inline constexpr std::string_view kWebhookTimedOut = "webhook-timed-out";
inline constexpr std::string_view kWebhookAnswerLost = "webhook-answer-lost";  // It was taken.
inline constexpr std::string_view kWebhookLate = "webhook-late";    // Seconds until the answer.
inline constexpr std::string_view kReceiverDown = "receiver-down";  // For minutes to days.
}  // namespace fault

// All names, those of the log included, in the order in which they are printed.
const std::vector<std::string_view>& AllFaults();

// "The fault of this name happens at its n-th opportunity", counted from 1.
struct FaultAt {
  std::string name;
  std::int64_t opportunity = 0;
  friend auto operator<=>(const FaultAt&, const FaultAt&) = default;
};

// Who hears of results, as the file of `run --webhooks` says it.
struct WebhookEndpoint {
  std::string name;
  std::vector<std::string> accounts;  // Empty: all; here and below.
  std::vector<std::string> statuses;
  friend bool operator==(const WebhookEndpoint&, const WebhookEndpoint&) = default;
};

std::string UrlOf(const WebhookEndpoint& endpoint);
// Its HMAC keys: two, as in a rotation, where its name has an even number of letters.
std::vector<std::string> SecretsOf(const WebhookEndpoint& endpoint);

// All that a run depends on. Plain value; Format and Parse are the file of `simulate --scenario`.
struct Scenario {
  std::uint64_t seed = 1;
  std::int32_t partitions = 4;
  std::int32_t validators = 2;  // Instances.
  std::int32_t ledgers = 3;
  std::int32_t standbys = 0;   // How many of the ledgers follow the partitions of the others.
  std::int32_t notifiers = 0;  // None: nobody reads the results.
  std::int32_t accounts = 12;
  std::int32_t payments = 250;  // Commands, but for the accounts' own.
  std::size_t batch_records = 8;
  std::int64_t snapshot_events = 40;
  std::vector<WebhookEndpoint> endpoints;
  // Of 10,000 opportunities; faults that are not named do not happen.
  std::map<std::string, std::int64_t, std::less<>> chances;
  // Set: exactly these faults, and no chances.
  std::optional<std::vector<FaultAt>> faults;
  // Set: the bodies of the commands, instead of generated ones.
  std::optional<std::vector<std::string>> commands;
  friend bool operator==(const Scenario&, const Scenario&) = default;
};

// Sizes and chances as the seed wants them.
Scenario Draw(std::uint64_t seed);

std::string Format(const Scenario& scenario);
// What the file leaves out is drawn from its seed. kInvalidArgument names the line.
base::Result<Scenario> Parse(std::string_view text);

}  // namespace paylog::simulation
