#include "paylog/simulation/receivers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::simulation {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds kTimeout = seconds(15);  // docs/reference/webhooks.md
constexpr std::int64_t kQuickMs = 200;
constexpr std::int64_t kLateMs = 14'000;
constexpr int kOpensAfter = 5;
constexpr int kUnderWayMax = 8;
constexpr std::array<milliseconds, 6> kDownFor = {minutes(1), minutes(20), hours(3),
                                                  hours(26),  hours(100),  hours(190)};
constexpr std::array<seconds, 6> kRetryAfter = {seconds(0),  seconds(2),     minutes(2),
                                                minutes(45), seconds(9'000), hours(60)};
constexpr std::array kErrors = {500, 302, 404, 502};
constexpr std::array kBusy = {429, 503};
constexpr std::array kTaken = {200, 204, 299};

notifier::AttemptOutcome Failed(const char* error) {
  return {.status = 0, .error = error, .retry_after = std::nullopt};
}

}  // namespace

Receivers::Receivers(std::uint64_t seed, FaultPlan& plan, const log_sim::SimClock& clock,
                     Trace& trace, const Step& step, std::function<Moment()> moment)
    : random_(seed, "receivers"),
      plan_(plan),
      clock_(clock),
      trace_(trace),
      step_(step),
      moment_(std::move(moment)) {}

void Receivers::Take(Caller caller, WebhookAttempt attempt, Done done) {
  attempt.sent = moment_();
  const Response response = Respond(attempt.endpoint);
  attempt.received = response.taken;
  trace_.Line(step_, "receivers",
              attempt.endpoint + " hears of " + attempt.id + " from " + attempt.process + ": " +
                  (response.taken ? "taken, " : "") +
                  (response.outcome.error.empty() ? std::to_string(response.outcome.status)
                                                  : response.outcome.error));
  Relation& relation = relations_[{attempt.process, attempt.endpoint}];
  ++relation.under_way;
  if (relation.failures >= kOpensAfter) {
    trace_.Count("path: circuit probed");
  }
  waiting_.emplace(clock_.Elapsed() + response.after,
                   Waiting{caller, attempts_.size(), response.outcome, std::move(done)});
  attempts_.push_back(std::move(attempt));
}

Receivers::Response Receivers::Respond(const std::string& endpoint) {
  Receiver& receiver = receivers_[endpoint];
  const std::int64_t usual = random_.Between(0, kQuickMs);
  const milliseconds after(usual + (plan_.Happens(fault::kWebhookLate) ? kLateMs : 0));
  if (plan_.Happens(fault::kReceiverDown)) {
    receiver.down_until = clock_.Elapsed() + kDownFor.at(plan_.Choose(kDownFor.size()));
    trace_.Line(step_, "receivers", endpoint + " is down for a while");
  }
  if (receiver.down_until > clock_.Elapsed() || plan_.Happens(fault::kWebhookRefused)) {
    return {.taken = false, .outcome = Failed("connection refused"), .after = after};
  }
  if (plan_.Happens(fault::kWebhookTimedOut)) {
    return {.taken = false, .outcome = Failed("no response in time"), .after = kTimeout};
  }
  receiver.gone = receiver.gone || plan_.Happens(fault::kWebhookGone);
  if (receiver.gone) {
    return {
        .taken = false, .outcome = {.status = 410, .error = {}, .retry_after = {}}, .after = after};
  }
  if (plan_.Happens(fault::kWebhookAnswerLost)) {
    return {.taken = true, .outcome = Failed("no response in time"), .after = kTimeout};
  }
  if (plan_.Happens(fault::kWebhookBusy)) {
    return {.taken = false,
            .outcome = {.status = kBusy.at(plan_.Choose(kBusy.size())),
                        .error = {},
                        .retry_after = kRetryAfter.at(plan_.Choose(kRetryAfter.size()))},
            .after = after};
  }
  if (plan_.Happens(fault::kWebhookError)) {
    return {.taken = false,
            .outcome = {.status = kErrors.at(plan_.Choose(kErrors.size())),
                        .error = {},
                        .retry_after = std::nullopt},
            .after = after};
  }
  return {.taken = true,
          .outcome = {.status = kTaken.at(random_.Below(kTaken.size())),
                      .error = {},
                      .retry_after = std::nullopt},
          .after = after};
}

void Receivers::HangUp(Caller caller, bool told) {
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    const auto one = next++;
    if (one->second.caller != caller) {
      continue;
    }
    Waiting waiting = std::move(waiting_.extract(one).mapped());
    trace_.Count(told ? "path: attempt cut off by a stop" : "path: attempt cut off by a kill");
    if (told) {
      waiting.outcome = Failed("the attempt was cut off");
      Answer(waiting);
    }
  }
}

void Receivers::RunDue() {
  while (!waiting_.empty() && waiting_.begin()->first <= clock_.Elapsed()) {
    Answer(waiting_.extract(waiting_.begin()).mapped());
  }
}

void Receivers::Answer(const Waiting& waiting) {
  WebhookAttempt& attempt = attempts_.at(waiting.attempt);
  const notifier::AttemptOutcome& outcome = waiting.outcome;
  attempt.answer = WebhookAnswer{.moment = moment_(),
                                 .time = clock_.Now().value(),
                                 .status = outcome.status,
                                 .error = outcome.error,
                                 .retry_after = std::nullopt};
  if (outcome.retry_after) {
    attempt.answer->retry_after = outcome.retry_after->count();
  }
  Relation& relation = relations_[{attempt.process, attempt.endpoint}];
  --relation.under_way;
  if (notifier::IsDelivered(outcome)) {
    if (relation.failures >= kOpensAfter) {
      trace_.Count("path: circuit closed");
    }
    relation.failures = 0;
  } else if (++relation.failures == kOpensAfter) {
    trace_.Count("path: circuit opened");
  }
  waiting.done(outcome);
}

std::optional<milliseconds> Receivers::next_answer() const {
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first);
}

bool Receivers::MayHoldBack(const std::string& process, const std::string& endpoint) const {
  const auto found = relations_.find({process, endpoint});
  return found != relations_.end() &&
         (found->second.failures >= kOpensAfter || found->second.under_way >= kUnderWayMax);
}

}  // namespace paylog::simulation
