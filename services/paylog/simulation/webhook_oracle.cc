#include "paylog/simulation/webhook_oracle.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "paylog/base/hash.h"
#include "paylog/simulation/record_form.h"
#include "paylog/simulation/webhook_conduct.h"
#include "paylog/simulation/webhook_log.h"

namespace paylog::simulation {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kShownMax = 20;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;
// docs/reference/webhooks.md: then the next attempt, and after the tenth none.
constexpr std::array<std::int64_t, 9> kWaits = {5'000,        5 * kMinuteMs, 30 * kMinuteMs,
                                                2 * kHourMs,  5 * kHourMs,   10 * kHourMs,
                                                14 * kHourMs, 20 * kHourMs,  24 * kHourMs};
constexpr std::int64_t kGivenUpAfterMs = 7 * kDayMs;

bool Chooses(const std::vector<std::string>& chosen, const std::string& value) {
  return chosen.empty() || std::find(chosen.begin(), chosen.end(), value) != chosen.end();
}

// Of a result: does the endpoint hear of it?
bool Hears(const WebhookEndpoint& endpoint, const Json& result) {
  bool concerned = Chooses(endpoint.accounts, result.at("account"));
  for (const Json& balance : result.at("balances")) {
    concerned = concerned || Chooses(endpoint.accounts, balance.at("account"));
  }
  return concerned && result.at("duplicate") == false &&
         Chooses(endpoint.statuses, result.at("status"));
}

// And what of it.
Json WebhookOf(const WebhookEndpoint& endpoint, const log::StoredRecord& record) {
  Json result = Json::parse(record.value);
  Json own = Json::array();
  for (const Json& balance : result.at("balances")) {
    if (Chooses(endpoint.accounts, balance.at("account"))) {
      own.push_back(balance);
    }
  }
  result["balances"] = own;
  return {{"type", "command." + result.at("status").get<std::string>()},
          {"timestamp", TimeText(record.timestamp.value())},
          {"data", result}};
}

class WebhookOracle {
 public:
  explicit WebhookOracle(const History& history)
      : history_(history), log_(ReadWebhookLog(history)) {}

  std::vector<Violation> Judge() {
    violations_ = log_.violations;
    IndexAttempts();
    IndexDeadLetters();
    for (const auto& [id, delivery] : log_.deliveries) {
      if (!by_result_.emplace(Place{delivery.partition, delivery.result, delivery.endpoint}, &id)
               .second) {
        Report("webhook-event", id, "its result is scheduled for the endpoint twice");
      }
      CheckSteps(id, delivery);
    }
    for (const LoggedDisabled& disabled : log_.disabled) {
      if (!IsGone(disabled.endpoint, disabled.committed.moment) || !NamesTheUrl(disabled)) {
        Report("webhook-outcome", disabled.endpoint, "is disabled without having answered 410");
      }
    }
    for (std::int32_t p = 0; p < history_.partition_count && history_.has_notifier; ++p) {
      CheckResults(p);
    }
    for (const auto& [id, letters] : dead_letters_) {
      Report("webhook-dead-letter", id, "has no cause");
    }
    for (const auto& [place, id] : by_result_) {
      Report("webhook-payload", *id, "is of no result that its endpoint should hear of");
    }
    auto misconduct = FindMisconduct(history_, log_);
    std::move(misconduct.begin(), misconduct.end(), std::back_inserter(violations_));
    if (violations_.size() > kShownMax) {
      violations_.resize(kShownMax);
    }
    return std::move(violations_);
  }

 private:
  using Place = std::tuple<std::int32_t, std::int64_t, std::string>;  // Of a result; and whose.
  struct Letter {
    const log::StoredRecord* record = nullptr;
    Commitment committed;
    std::int32_t partition = 0;
  };

  void Report(const char* check, const std::string& id, const std::string& what) {
    violations_.push_back({.check = check, .what = id + ": " + what});
  }

  [[nodiscard]] bool NamesTheUrl(const LoggedDisabled& disabled) const {
    return std::any_of(history_.endpoints.begin(), history_.endpoints.end(), [&](const auto& one) {
      return one.name == disabled.endpoint &&
             base::Sha256(UrlOf(one)).ToHex() == disabled.url_sha256;
    });
  }

  void IndexAttempts() {
    for (const WebhookAttempt& attempt : history_.webhooks) {
      if (attempt.answer) {
        answered_.emplace(attempt.id, &attempt);
        by_endpoint_[attempt.endpoint].emplace(attempt.answer->moment, &attempt);
      }
    }
  }

  void IndexDeadLetters() {
    for (std::int32_t p = 0; p < history_.partition_count; ++p) {
      const log::TopicPartition at{.topic = "payments.dead-letters",
                                   .partition = base::PartitionId(p)};
      const auto commitments = history_.commitments.find(at);
      const auto& records = history_.log.at(at);
      for (std::size_t i = 0; i < records.size(); ++i) {
        if (IsDeadWebhook(records[i])) {
          const Letter letter{&records[i], commitments->second.at(i), p};
          if (!dead_letters_.emplace(records[i].key.value_or(""), letter).second) {
            Report("webhook-dead-letter", records[i].key.value_or(""), "there are two");
          }
        }
      }
    }
  }

  // The endpoint had answered 410 by then.
  [[nodiscard]] bool IsGone(const std::string& endpoint, Moment moment) const {
    const auto answers = by_endpoint_.find(endpoint);
    return answers != by_endpoint_.end() &&
           std::any_of(answers->second.begin(), answers->second.lower_bound(moment),
                       [](const auto& one) { return one.second->answer->status == 410; });
  }

  // The answer that the event tells, once.
  const WebhookAnswer* TakeAnswer(const std::string& id, const DeliveryStep& step) {
    for (auto [one, end] = answered_.equal_range(id); one != end; ++one) {
      const WebhookAnswer& answer = *one->second->answer;
      if (answer.moment < step.committed.moment && answer.time == step.time &&
          answer.status == step.status && answer.error == step.error) {
        answered_.erase(one);
        return &answer;
      }
    }
    return nullptr;
  }

  void CheckSteps(const std::string& id, const LoggedDelivery& delivery) {
    std::int64_t attempts = 0;
    for (const DeliveryStep& step : delivery.steps) {
      if (step.attempts == attempts) {
        CheckGivenUp(id, delivery, step);
      } else if (const WebhookAnswer* const answer = TakeAnswer(id, step); answer == nullptr) {
        Report("webhook-outcome", id,
               "no receiver answered " + std::to_string(step.status) + ' ' + step.error + " at " +
                   std::to_string(step.time));
      } else {
        CheckWhatFollows(id, step, *answer);
      }
      attempts = step.attempts;
      if (step.state == "dead") {
        CheckDeadLetter(id, delivery, step);
      }
    }
    if (delivery.steps.empty() || !delivery.steps.back().is_end()) {
      Report("webhook-missing", id, "was neither delivered nor given up, in the end");
    }
  }

  void CheckGivenUp(const std::string& id, const LoggedDelivery& delivery,
                    const DeliveryStep& step) {
    const bool too_old = step.time > delivery.time + kGivenUpAfterMs;
    if (step.error.empty() || step.status != 0 ||
        (!too_old && !IsGone(delivery.endpoint, step.committed.moment))) {
      Report("webhook-retry", id, "is given up without a reason: " + step.error);
    }
  }

  void CheckWhatFollows(const std::string& id, const DeliveryStep& step,
                        const WebhookAnswer& answer) {
    const auto index = static_cast<std::size_t>(step.attempts - 1);
    const std::string expected = answer.status / 100 == 2                         ? "delivered"
                                 : answer.status == 410 || index >= kWaits.size() ? "dead"
                                                                                  : "retrying";
    if (step.state != expected) {
      Report("webhook-retry", id, "is " + step.state + " and not " + expected);
    } else if (step.next && step.state == "retrying") {
      const std::int64_t asked = std::min(answer.retry_after.value_or(0) * 1000, kDayMs);
      const std::int64_t wait = *step.next - step.time;
      const std::int64_t scheduled = kWaits.at(index);
      if (wait < std::max(scheduled, asked) || wait > std::max(scheduled * 11 / 10, asked)) {
        Report("webhook-retry", id,
               "attempt " + std::to_string(step.attempts + 1) + " waits for " +
                   std::to_string(wait) + " ms");
      }
    }
    if (step.state == "dead" && answer.status == 410 && !IsDisabledWith(id, step)) {
      Report("webhook-outcome", id, "does not disable its endpoint");
    }
  }

  // In the same transaction.
  [[nodiscard]] bool IsDisabledWith(const std::string& id, const DeliveryStep& step) const {
    const LoggedDelivery& delivery = log_.deliveries.at(id);
    return std::any_of(log_.disabled.begin(), log_.disabled.end(), [&](const auto& disabled) {
      return disabled.endpoint == delivery.endpoint && disabled.partition == delivery.partition &&
             disabled.committed.moment == step.committed.moment;
    });
  }

  void CheckDeadLetter(const std::string& id, const LoggedDelivery& delivery,
                       const DeliveryStep& step) {
    const auto found = dead_letters_.extract(id);
    if (found.empty()) {
      Report("webhook-dead-letter", id, "is missing");
      return;
    }
    const Letter& letter = found.mapped();
    const auto header = [&](const char* name) {
      return letter.record->FindHeader(name).value_or("");
    };
    if (letter.committed.moment != step.committed.moment ||
        letter.partition != delivery.partition || letter.record->value != delivery.payload ||
        letter.record->timestamp.value() != step.time ||
        header("paylog_endpoint") != delivery.endpoint ||
        header("paylog_reason") != "webhook_undeliverable" ||
        header("paylog_reason_message").empty() ||
        header("paylog_origin") != "payments.results/" + std::to_string(delivery.partition) + '/' +
                                       std::to_string(delivery.result)) {
      Report("webhook-dead-letter", id, "is not as documented");
    }
  }

  void CheckResults(std::int32_t partition) {
    const log::TopicPartition at{.topic = "payments.results",
                                 .partition = base::PartitionId(partition)};
    const auto& records = history_.log.at(at);
    for (std::size_t i = 0; i < records.size(); ++i) {
      try {
        const Json result = Json::parse(records[i].value);
        for (const WebhookEndpoint& endpoint : history_.endpoints) {
          if (Hears(endpoint, result)) {
            CheckHeard(partition, endpoint, records[i], history_.commitments.at(at).at(i).moment);
          }
        }
      } catch (const std::exception& thrown) {  // As the JSON library tells what it cannot read.
        Report("webhook-payload", at.ToString(), thrown.what());
      }
    }
  }

  void CheckHeard(std::int32_t partition, const WebhookEndpoint& endpoint,
                  const log::StoredRecord& record, Moment visible) {
    const std::int64_t offset = record.offset.value();
    const auto found = by_result_.extract(Place{partition, offset, endpoint.name});
    if (found.empty()) {
      if (!MayPassOver(partition, endpoint.name, offset)) {
        Report("webhook-missing", endpoint.name,
               "never hears of payments.results/" + std::to_string(partition) + " offset " +
                   std::to_string(offset));
      }
      return;
    }
    const std::string& id = *found.mapped();
    const LoggedDelivery& delivery = log_.deliveries.at(id);
    const Json payload = Json::parse(delivery.payload);
    const Json expected = WebhookOf(endpoint, record);
    // As text, since a fraction may equal a whole number.
    if (payload.dump() != expected.dump() ||
        delivery.account != expected.at("data").at("account").get<std::string>()) {
      Report("webhook-payload", id, "is " + payload.dump() + ", not " + expected.dump());
    }
    if (delivery.committed.moment <= visible) {
      Report("webhook-too-early", id, "is scheduled before its result is visible");
    }
  }

  // Whoever had answered 410 need not hear of what was read afterwards. What was read before shows
  // by what was scheduled before.
  [[nodiscard]] bool MayPassOver(std::int32_t partition, const std::string& endpoint,
                                 std::int64_t offset) const {
    return std::all_of(log_.deliveries.begin(), log_.deliveries.end(),
                       [&](const auto& one) {
                         const LoggedDelivery& delivery = one.second;
                         return delivery.partition != partition || delivery.result < offset ||
                                IsGone(endpoint, delivery.committed.moment);
                       }) &&
           IsGone(endpoint, std::numeric_limits<Moment>::max());
  }

  const History& history_;
  const WebhookLog log_;
  std::vector<Violation> violations_;
  std::multimap<std::string, const WebhookAttempt*> answered_;  // By id; each for one event.
  std::map<std::string, std::map<Moment, const WebhookAttempt*>> by_endpoint_;  // Answered.
  std::map<std::string, Letter> dead_letters_;     // By id; what is explained is taken out.
  std::map<Place, const std::string*> by_result_;  // Ids; the same.
};

}  // namespace

void CountWebhooks(const History& history, Trace& trace) {
  const WebhookLog log = ReadWebhookLog(history);
  std::map<std::pair<std::int32_t, std::int64_t>, int> heard;  // By result.
  for (const auto& [id, delivery] : log.deliveries) {
    if (++heard[{delivery.partition, delivery.result}] == 2) {
      trace.Count("path: several hear of a result");
    }
    std::int64_t attempts = 0;
    for (const DeliveryStep& step : delivery.steps) {
      const bool given_up = step.attempts == std::exchange(attempts, step.attempts);
      if (step.state != "dead") {
        trace.Count("path: webhook " + step.state);
      } else if (given_up) {
        trace.Count(step.time > delivery.time + kGivenUpAfterMs
                        ? "path: webhook given up after a week"
                        : "path: webhook given up, endpoint disabled");
      } else {
        trace.Count(step.status == 410 ? "path: webhook dead, 410"
                                       : "path: webhook dead, after ten attempts");
      }
    }
  }
  std::map<std::string, int> received;
  for (const WebhookAttempt& attempt : history.webhooks) {
    if (attempt.received && ++received[attempt.id] == 2) {
      trace.Count("path: webhook received twice");
    }
    if (attempt.signature.find(' ') != std::string::npos) {
      trace.Count("path: webhook signed with two secrets");
    }
    const auto found = log.deliveries.find(attempt.id);
    if (found != log.deliveries.end() && attempt.time > found->second.time + kGivenUpAfterMs) {
      trace.Count("path: webhook sent after more than a week");
    }
    const bool deposed =
        found != log.deliveries.end() &&
        std::any_of(found->second.steps.begin(), found->second.steps.end(), [&](const auto& step) {
          return step.committed.epoch > attempt.epoch && step.committed.moment < attempt.sent;
        });
    if (deposed) {
      trace.Count("path: attempt by a zombie");
    }
  }
}

std::vector<Violation> FindWebhookViolations(const History& history) {
  return WebhookOracle(history).Judge();
}

}  // namespace paylog::simulation
