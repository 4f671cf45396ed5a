#include "paylog/simulation/webhook_conduct.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace paylog::simulation {
namespace {

constexpr std::int64_t kOpenMinMs = 5'000;
constexpr std::int64_t kOpenMaxMs = 300'000;
constexpr int kFailuresInARow = 5;
constexpr int kUnderWayMax = 8;

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
    const bool open = open_until_.has_value();
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
    }
    CheckCircuits();
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
        circuit.End(attempt.answer->status / 100 == 2, attempt.answer->time);
      } else if (const std::string wrong = circuit.Begin(attempt.time); !wrong.empty()) {
        Report("webhook-circuit", attempt, wrong);
      }
    }
  }

  const History& history_;
  const WebhookLog& log_;
  std::vector<Violation> violations_;
  std::set<std::tuple<std::string, std::int64_t, std::int64_t>> made_;  // Id, epoch, number.
};

}  // namespace

std::vector<Violation> FindMisconduct(const History& history, const WebhookLog& log) {
  return Conduct(history, log).Check();
}

}  // namespace paylog::simulation
