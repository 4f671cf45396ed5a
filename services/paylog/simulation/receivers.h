#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "paylog/log_sim/sim_clock.h"
#include "paylog/notifier/core/sender.h"
#include "paylog/simulation/fault_plan.h"
#include "paylog/simulation/history.h"
#include "paylog/simulation/trace.h"

namespace paylog::simulation {

// Those who receive webhooks, and the network between: they take an attempt or not, and answer,
// some time later or never. What they did is remembered, in order.
class Receivers {
 public:
  // Who waits for answers; compared, never called.
  using Caller = const void*;
  using Done = notifier::Sender::Done;

  // All but the seed must outlive the receivers; `step` is the scheduler's counter, `moment`
  // numbers what happens.
  Receivers(std::uint64_t seed, FaultPlan& plan, const log_sim::SimClock& clock, Trace& trace,
            const Step& step, std::function<Moment()> moment);

  // The attempt is on its way. `done` is called by a later RunDue, unless the caller hangs up.
  void Take(Caller caller, WebhookAttempt attempt, Done done);
  // The attempts of the caller that were not answered. Where `told`, it is answered with an error
  // before this returns; otherwise it is dead, and hears nothing.
  void HangUp(Caller caller, bool told);
  // Answers what is to be answered by now.
  void RunDue();

  // When there is something to answer next.
  [[nodiscard]] std::optional<std::chrono::milliseconds> next_answer() const;
  // A new number.
  [[nodiscard]] Moment NextMoment() const { return moment_(); }
  [[nodiscard]] const std::vector<WebhookAttempt>& attempts() const { return attempts_; }

  // Whether the process holds its attempts back for a reason: its last five to this endpoint have
  // failed, or eight are under way.
  [[nodiscard]] bool MayHoldBack(const std::string& process, const std::string& endpoint) const;

 private:
  // Of an endpoint.
  struct Receiver {
    bool gone = false;
    std::chrono::milliseconds down_until{0};
  };
  // What a process sees of an endpoint.
  struct Relation {
    int failures = 0;  // In a row.
    int under_way = 0;
  };
  struct Response {
    bool taken = false;
    notifier::AttemptOutcome outcome;
    std::chrono::milliseconds after{0};
  };
  struct Waiting {
    Caller caller = nullptr;
    std::size_t attempt = 0;
    notifier::AttemptOutcome outcome;
    Done done;
  };

  Response Respond(const std::string& endpoint);
  void Answer(const Waiting& waiting);

  Random random_;
  FaultPlan& plan_;
  const log_sim::SimClock& clock_;
  Trace& trace_;
  const Step& step_;
  const std::function<Moment()> moment_;
  std::map<std::string, Receiver> receivers_;
  std::map<std::pair<std::string, std::string>, Relation> relations_;  // Process and endpoint.
  std::multimap<std::chrono::milliseconds, Waiting> waiting_;          // By time.
  std::vector<WebhookAttempt> attempts_;
};

}  // namespace paylog::simulation
