#include "paylog/simulation/webhook_conduct.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "paylog/base/base64.h"
#include "paylog/base/hash.h"

namespace paylog::simulation {
namespace {

constexpr std::int64_t kOpenMinMs = 5'000;
constexpr std::int64_t kOpenMaxMs = 300'000;
constexpr int kFailuresInARow = 5;
constexpr int kUnderWayMax = 8;
constexpr std::int64_t kMsPerSecond = 1'000;

std::string NameOf(const WebhookAttempt& attempt) {
  return attempt.id + " to " + attempt.endpoint + " from " + attempt.process;
}

// Did the sender surely know, when it decided? What was committed by itself or by owners before it,
// or before the partition was assigned to it. One that was deposed while it took over may have read
// more.
bool IsKnown(const Commitment& committed, const WebhookAttempt& attempt) {
  return committed.moment < attempt.begun &&
         (committed.epoch <= attempt.epoch || committed.moment < attempt.assigned);
}

// A circuit as the documents describe it, of one process and one endpoint.
class Circuit {
 public:
  // Empty where an attempt may begin.
  std::string Begin(std::int64_t time) {
    const bool open = is_open();
    std::string wrong = ++under_way_ > kUnderWayMax ? "more than eight are under way"
                        : open && probing_          ? "a probe is under way"
                        : open && time < *open_until_
                            ? "the circuit is open until " + std::to_string(*open_until_)
                            : "";
    probing_ = open;
    return wrong;
  }
  void End(bool succeeded, std::int64_t time) {
    --under_way_;
    if (succeeded) {
      *this = Circuit(under_way_);
    } else if (probing_) {
      probing_ = false;
      wait_ = std::min(wait_ * 2, kOpenMaxMs);
      open_until_ = time + wait_;
    } else if (!open_until_ && ++failures_ == kFailuresInARow) {
      open_until_ = time + wait_;
    }
  }
  [[nodiscard]] bool is_open() const { return open_until_.has_value(); }

  Circuit() = default;

 private:
  explicit Circuit(int under_way) : under_way_(under_way) {}

  int under_way_ = 0;
  int failures_ = 0;
  std::int64_t wait_ = kOpenMinMs;
  bool probing_ = false;
  std::optional<std::int64_t> open_until_;
};

class Conduct {
 public:
  Conduct(const History& history, const WebhookLog& log) : history_(history), log_(log) {}

  std::vector<Violation> Check() {
    for (const WebhookAttempt& attempt : history_.webhooks) {
      CheckAttempt(attempt);
      CheckDisabled(attempt);
      CheckSignature(attempt);
    }
    CheckCircuits();
    CheckOrder();
    CheckGivenUp();
    return std::move(violations_);
  }

 private:
  void Report(const char* check, const WebhookAttempt& attempt, const std::string& what) {
    violations_.push_back({.check = check, .what = NameOf(attempt) + ": " + what});
  }

  void CheckAttempt(const WebhookAttempt& attempt) {
    const auto found = log_.deliveries.find(attempt.id);
    if (found == log_.deliveries.end() || found->second.endpoint != attempt.endpoint ||
        found->second.payload != attempt.payload || found->second.partition != attempt.partition) {
      Report("webhook-unknown", attempt, "nothing like it was scheduled");
      return;
    }
    const LoggedDelivery& delivery = found->second;
    if (delivery.committed.moment >= attempt.begun) {
      Report("webhook-too-early", attempt, "it was not yet committed that it is to be sent");
      return;
    }
    std::int64_t due = delivery.time;
    std::int64_t number = 1;
    for (const DeliveryStep& step : delivery.steps) {
      if (!IsKnown(step.committed, attempt)) {
        break;
      }
      if (step.is_end()) {
        Report("webhook-again", attempt, "it was already " + step.state);
        return;
      }
      due = step.next.value_or(due);
      ++number;
    }
    if (attempt.time < due) {
      Report("webhook-too-early", attempt, "it is due at " + std::to_string(due));
    }
    if (!made_.emplace(attempt.id, attempt.epoch, number).second) {
      Report("webhook-again", attempt, "attempt " + std::to_string(number) + " was made before");
    }
  }

  // What one partition knows, all know; what another one's did, a process learns when it starts.
  void CheckDisabled(const WebhookAttempt& attempt) {
    for (const LoggedDisabled& disabled : log_.disabled) {
      const bool own =
          disabled.partition == attempt.partition && IsKnown(disabled.committed, attempt);
      if (disabled.endpoint == attempt.endpoint &&
          (own || disabled.committed.moment < attempt.started)) {
        Report("webhook-after-410", attempt, "the endpoint is disabled");
        return;
      }
    }
  }

  void CheckCircuits() {
    std::map<Moment, std::pair<const WebhookAttempt*, bool>> moments;  // True: its answer.
    for (const WebhookAttempt& attempt : history_.webhooks) {
      moments.emplace(attempt.begun, std::pair(&attempt, false));
      if (attempt.answer) {
        moments.emplace(attempt.answer->moment, std::pair(&attempt, true));
      }
    }
    std::map<std::pair<std::string, std::string>, Circuit> circuits;
    for (const auto& [moment, what] : moments) {
      const WebhookAttempt& attempt = *what.first;
      Circuit& circuit = circuits[{attempt.process, attempt.endpoint}];
      if (what.second) {
        const bool was_open = circuit.is_open();
        circuit.End(attempt.answer->status / 100 == 2, attempt.answer->time);
        NoteCircuit(attempt, moment, was_open, circuit.is_open());
      } else if (const std::string wrong = circuit.Begin(attempt.time); !wrong.empty()) {
        Report("webhook-circuit", attempt, wrong);
      }
    }
  }

  void NoteCircuit(const WebhookAttempt& attempt, Moment moment, bool was_open, bool is_open) {
    std::vector<OpenCircuit>& all = open_circuits_[attempt.endpoint];
    if (!was_open && is_open) {
      all.push_back({.process = attempt.process, .from = moment, .to = NextLife(attempt)});
    } else if (was_open && !is_open) {
      const auto of_process = [&](const auto& one) { return one.process == attempt.process; };
      std::find_if(all.rbegin(), all.rend(), of_process)->to = moment;
    }
  }

  // When the instance started again: this life was over by then.
  [[nodiscard]] Moment NextLife(const WebhookAttempt& attempt) const {
    const std::string instance = attempt.process.substr(0, attempt.process.find('#') + 1);
    Moment next = std::numeric_limits<Moment>::max();
    for (const WebhookAttempt& other : history_.webhooks) {
      if (other.started > attempt.started && other.process.starts_with(instance)) {
        next = std::min(next, other.started);
      }
    }
    return next;
  }

  // Of one endpoint and partition, the deliveries in the order of their results.
  using Line = std::map<std::int64_t, std::pair<const std::string*, const LoggedDelivery*>>;

  void CheckOrder() {
    std::map<std::pair<std::int32_t, std::string>, Line> lines;
    for (const auto& [id, delivery] : log_.deliveries) {
      lines[{delivery.partition, delivery.endpoint}].emplace(delivery.result,
                                                             std::pair(&id, &delivery));
    }
    std::map<std::string, const WebhookAttempt*> first;  // Of all attempts, by id.
    for (const WebhookAttempt& attempt : history_.webhooks) {
      const WebhookAttempt*& known = first.try_emplace(attempt.id, &attempt).first->second;
      known = attempt.begun < known->begun ? &attempt : known;
    }
    for (const auto& [id, attempt] : first) {
      const auto delivery = log_.deliveries.find(id);
      if (delivery != log_.deliveries.end()) {
        const LoggedDelivery& later = delivery->second;
        CheckTurn(*attempt, later, lines.at({later.partition, later.endpoint}), first);
      }
    }
  }

  void CheckTurn(const WebhookAttempt& attempt, const LoggedDelivery& later, const Line& line,
                 const std::map<std::string, const WebhookAttempt*>& first) {
    for (auto one = line.begin(); one != line.end() && one->first < later.result; ++one) {
      const auto& [id, earlier] = one->second;
      const auto tried = first.find(*id);
      // Where the clock went back in between, the later one may be due before.
      const bool had_its_turn = (tried != first.end() && tried->second->begun < attempt.begun) ||
                                (!earlier->steps.empty() && earlier->steps.front().attempts == 0);
      if (!had_its_turn && earlier->time <= later.time && IsKnown(earlier->committed, attempt)) {
        Report("webhook-order", attempt, "it was the turn of " + *id);
        return;
      }
    }
  }

  // One signature for each secret, as Standard Webhooks says.
  void CheckSignature(const WebhookAttempt& attempt) {
    const auto endpoint =
        std::find_if(history_.endpoints.begin(), history_.endpoints.end(),
                     [&](const auto& one) { return one.name == attempt.endpoint; });
    if (endpoint == history_.endpoints.end()) {
      return;  // Which is reported already.
    }
    std::string expected;
    for (const std::string& key : SecretsOf(*endpoint)) {
      const auto mac =
          base::HmacSha256(key, attempt.id + '.' + attempt.timestamp + '.' + attempt.payload);
      expected += expected.empty() ? "v1," : " v1,";
      expected +=
          base::EncodeBase64({reinterpret_cast<const char*>(mac.bytes.data()), mac.bytes.size()});
    }
    if (attempt.timestamp != std::to_string(attempt.time / kMsPerSecond)) {
      Report("webhook-signature", attempt, "webhook-timestamp is " + attempt.timestamp);
    } else if (attempt.signature != expected) {
      Report("webhook-signature", attempt,
             "the signature is " + attempt.signature + ", not " + expected);
    }
  }

  void CheckGivenUp() {
    for (const auto& [id, delivery] : log_.deliveries) {
      std::int64_t attempts = 0;
      for (const DeliveryStep& step : delivery.steps) {
        if (step.attempts == attempts && !IsDisabled(delivery.endpoint, step.committed.moment) &&
            !WasOpen(delivery, step.committed)) {
          violations_.push_back({.check = "webhook-only-waited",
                                 .what = id + ": " + delivery.endpoint +
                                         " does not fail, and yet it is given up: " + step.error});
        }
        attempts = step.attempts;
      }
    }
  }

  [[nodiscard]] bool IsDisabled(const std::string& endpoint, Moment moment) const {
    return std::any_of(log_.disabled.begin(), log_.disabled.end(), [&](const auto& one) {
      return one.endpoint == endpoint && one.committed.moment < moment;
    });
  }

  // Whoever gave it up saw the endpoint's circuit open, after all that the partition had recorded
  // before: what is decided is recorded next.
  [[nodiscard]] bool WasOpen(const LoggedDelivery& delivery, const Commitment& committed) const {
    const auto circuits = open_circuits_.find(delivery.endpoint);
    if (circuits == open_circuits_.end()) {
      return false;
    }
    Moment decided_after = 0;
    for (const Commitment& other : history_.commitments.at({.topic = "notifier.deliveries",
                                   .partition = base::PartitionId(delivery.partition)})) {
      decided_after =
          other.moment < committed.moment ? std::max(decided_after, other.moment) : decided_after;
    }
    const auto owner =
        std::find_if(history_.webhooks.begin(), history_.webhooks.end(), [&](const auto& one) {
          return one.partition == delivery.partition && one.epoch == committed.epoch;
        });
    return std::any_of(circuits->second.begin(), circuits->second.end(),
                       [&](const OpenCircuit& one) {
                         return one.from < committed.moment && one.to > decided_after &&
                                (owner == history_.webhooks.end() || owner->process == one.process);
                       });
  }

  struct OpenCircuit {
    std::string process;
    Moment from = 0;
    Moment to = 0;
  };

  const History& history_;
  const WebhookLog& log_;
  std::vector<Violation> violations_;
  std::map<std::string, std::vector<OpenCircuit>> open_circuits_;       // By endpoint.
  std::set<std::tuple<std::string, std::int64_t, std::int64_t>> made_;  // Id, epoch, number.
};

}  // namespace

std::vector<Violation> FindMisconduct(const History& history, const WebhookLog& log) {
  return Conduct(history, log).Check();
}

}  // namespace paylog::simulation
