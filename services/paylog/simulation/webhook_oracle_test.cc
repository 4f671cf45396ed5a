#include "paylog/simulation/webhook_oracle.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "paylog/base/check.h"
#include "paylog/simulation/checks.h"
#include "paylog/simulation/cluster.h"
#include "paylog/simulation/record_form.h"
#include "paylog/simulation/webhook_conduct.h"
#include "paylog/simulation/webhook_log.h"
#include "paylog/simulation/webhook_phase.h"

// Goal: the judge of webhooks has nothing to say about what the real notifier does, finds what is
// wrong in forged histories, and ends whatever it is given. Method: the history of one simulated
// cluster whose receivers fail in all ways, then forgeries by name, each with the check that must
// find it, and each record of notifier.deliveries left out, doubled, and with each field changed.
namespace paylog::simulation {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kTurnsMax = 20'000;
constexpr const char* kDeliveries = "notifier.deliveries";
constexpr const char* kDeadLetters = "payments.dead-letters";

Scenario FailingReceivers() {
  auto scenario = Parse(
      "seed 21\npartitions 3\nvalidators 1\nledgers 1\nnotifiers 2\naccounts 5\npayments 60\n"
      "endpoint all\nendpoint some accounts a-0,a-2 statuses completed,rejected\n"
      "endpoint gone accounts a-1\nendpoint never accounts nobody\n");
  EXPECT_TRUE(scenario) << scenario.error().ToString();
  scenario->chances = {{"webhook-error", 1'500},     {"webhook-busy", 800},
                       {"webhook-refused", 500},     {"webhook-timed-out", 300},
                       {"webhook-answer-lost", 300}, {"webhook-late", 1'000},
                       {"webhook-gone", 60},         {"receiver-down", 150}};
  return *scenario;
}

History MakeHistory() {
  const Scenario scenario = FailingReceivers();
  FaultPlan plan(scenario);
  Trace trace(nullptr);
  std::string directory = testing::TempDir() + "webhook-oracle-XXXXXX";
  CHECK(mkdtemp(directory.data()) != nullptr);
  Cluster cluster(scenario, plan, trace, directory);
  EXPECT_TRUE(cluster.Start());
  for (int turn = 0; turn < kTurnsMax && (turn % 50 != 0 || !cluster.IsQuiet()); ++turn) {
    cluster.Turn();
  }
  // The receivers go on failing: nothing else does.
  for (const Violation& violation : RunUntilDelivered(cluster)) {
    ADD_FAILURE() << violation.check << ": " << violation.what;
  }
  History history = TakeHistory(cluster);
  EXPECT_TRUE(cluster.Close());
  std::filesystem::remove_all(directory);
  return history;
}

const History& Clean() {
  static const History kClean = MakeHistory();
  return kClean;
}

// Where a record stands.
struct Place {
  log::TopicPartition at;
  std::size_t index = 0;

  [[nodiscard]] log::StoredRecord& In(History& history) const {
    return history.log.at(at).at(index);
  }
  [[nodiscard]] Json Read(const History& history) const {
    return Json::parse(history.log.at(at).at(index).value);
  }
  [[nodiscard]] Commitment Committed(const History& history) const {
    return history.commitments.at(at).at(index);
  }
};

std::vector<Place> All(const History& history, const char* topic) {
  std::vector<Place> places;
  for (std::int32_t p = 0; p < history.partition_count; ++p) {
    const log::TopicPartition at{.topic = topic, .partition = base::PartitionId(p)};
    for (std::size_t i = 0; i < history.log.at(at).size(); ++i) {
      places.push_back({.at = at, .index = i});
    }
  }
  return places;
}

// The n-th event in which the field has this value.
Place Find(const History& history, const std::string& field, const Json& value, int nth = 0) {
  for (const Place& place : All(history, kDeliveries)) {
    if (place.Read(history).value(field, Json()) == value && nth-- == 0) {
      return place;
    }
  }
  ADD_FAILURE() << "no " << field << ' ' << value;
  return All(history, kDeliveries).front();
}

Place DeadWebhook(const History& history) {
  for (const Place& place : All(history, kDeadLetters)) {
    if (IsDeadWebhook(history.log.at(place.at).at(place.index))) {
      return place;
    }
  }
  ADD_FAILURE() << "no dead webhook";
  return {};
}

void Drop(History& history, const Place& place) {
  auto& records = history.log.at(place.at);
  auto& commitments = history.commitments.at(place.at);
  records.erase(records.begin() + static_cast<std::ptrdiff_t>(place.index));
  commitments.erase(commitments.begin() + static_cast<std::ptrdiff_t>(place.index));
}

void Double(History& history, const Place& place) {
  history.log.at(place.at).push_back(place.In(history));
  history.commitments.at(place.at).push_back(place.Committed(history));
}

void Edit(History& history, const Place& place, const std::function<void(Json&)>& edit) {
  Json value = place.Read(history);
  edit(value);
  place.In(history).value = value.dump();
}

// The n-th attempt that was answered so.
WebhookAttempt& Answered(History& history, int status, int nth = 0) {
  for (WebhookAttempt& attempt : history.webhooks) {
    if (attempt.answer && attempt.answer->status == status && nth-- == 0) {
      return attempt;
    }
  }
  ADD_FAILURE() << "no answer " << status;
  return history.webhooks.front();
}

Moment Last(const History& history) {
  Moment last = 0;
  for (const WebhookAttempt& attempt : history.webhooks) {
    last = std::max({last, attempt.sent, attempt.answer ? attempt.answer->moment : 0});
  }
  return last;
}

// The same attempt once more, by the last owner there was, when all was over.
WebhookAttempt& Repeat(History& history, const WebhookAttempt& attempt) {
  WebhookAttempt again = attempt;
  again.begun = Last(history) + 1'000;
  again.sent = again.begun + 1;
  again.epoch += 1'000;
  again.process = "another";
  again.time += 1'000'000'000;
  again.answer.reset();
  history.webhooks.push_back(again);
  return history.webhooks.back();
}

std::set<std::string> ChecksOf(const History& history) {
  std::set<std::string> checks;
  for (const Violation& violation : FindWebhookViolations(history)) {
    checks.insert(violation.check);
  }
  // The first of many others may leave no room for these.
  for (const Violation& violation : FindMisconduct(history, ReadWebhookLog(history))) {
    checks.insert(violation.check);
  }
  return checks;
}

TEST(WebhookOracleTest, FindsNothingInARealHistory) {
  for (const Violation& violation : FindWebhookViolations(Clean())) {
    ADD_FAILURE() << violation.check << ": " << violation.what;
  }
  for (const Violation& violation : FindMalformed(Clean())) {
    ADD_FAILURE() << violation.check << ": " << violation.what;
  }
}

// What is not there cannot be found to be wrong.
TEST(WebhookOracleTest, TheHistoryHasAllKindsOfEnds) {
  Trace trace(nullptr);
  CountWebhooks(Clean(), trace);
  for (const char* const path :
       {"path: several hear of a result", "path: webhook retrying", "path: webhook delivered",
        "path: webhook dead, 410", "path: webhook dead, after ten attempts",
        "path: webhook given up, endpoint disabled", "path: webhook received twice"}) {
    EXPECT_TRUE(trace.counts().contains(path)) << path;
  }
}

struct Forgery {
  const char* name;
  const char* check;  // That must find it.
  std::function<void(History&)> forge;
};

std::vector<Forgery> ForgeriesOfTheLog() {
  const auto edit = [](const char* state, const std::function<void(Json&)>& change) {
    return [=](History& history) { Edit(history, Find(history, "state", state), change); };
  };
  return {
      {"a delivery is not scheduled", "webhook-event",
       [](History& history) { Drop(history, Find(history, "type", "delivery_scheduled")); }},
      {"a delivery is scheduled twice", "webhook-event",
       [](History& history) { Double(history, Find(history, "type", "delivery_scheduled")); }},
      {"a delivery comes to no end", "webhook-missing",
       [](History& history) { Drop(history, Find(history, "state", "delivered")); }},
      {"a record is no event", "webhook-event",
       [](History& history) { Find(history, "state", "delivered").In(history).value = "{"; }},
      {"an attempt is counted twice", "webhook-event",
       edit("retrying", [](Json& event) { event["attempts"] = 2; })},
      {"an endpoint hears of what is not its business", "webhook-payload",
       [](History& history) { history.endpoints.at(1).accounts = {"a-3"}; }},
      {"an endpoint hears of what it did not ask for", "webhook-payload",
       [](History& history) { history.endpoints.at(1).statuses = {"refused"}; }},
      {"an endpoint does not hear of what it asked for", "webhook-missing",
       [](History& history) { history.endpoints.at(3).accounts.clear(); }},
      {"a delivery is scheduled before its result is there", "webhook-too-early",
       [](History& history) {
         const Place place = Find(history, "type", "delivery_scheduled");
         history.commitments.at(place.at).at(place.index).moment = 0;
       }},
      {"a status is not the receiver's", "webhook-outcome",
       edit("delivered", [](Json& event) { event["status"] = 250; })},
      {"a time is not that of the answer", "webhook-outcome",
       edit("delivered", [](Json& event) { event["time"] = event["time"].get<int64_t>() + 1; })},
      {"the next attempt is too early", "webhook-retry",
       edit("retrying", [](Json& event) { event["next"] = event["time"].get<int64_t>() + 4'999; })},
      {"the next attempt is too late", "webhook-retry",
       edit("retrying",
            [](Json& event) { event["next"] = event["time"].get<int64_t>() + 90'000'000; })},
      {"a dead letter is missing", "webhook-dead-letter",
       [](History& history) { Drop(history, DeadWebhook(history)); }},
      {"a dead letter stands there twice", "webhook-dead-letter",
       [](History& history) { Double(history, DeadWebhook(history)); }},
      {"a dead letter has lost a byte", "webhook-dead-letter",
       [](History& history) { DeadWebhook(history).In(history).value.pop_back(); }},
      {"a dead letter of no delivery", "webhook-dead-letter",
       [](History& history) { DeadWebhook(history).In(history).key = "msg_other"; }},
      {"a dead letter in a transaction of its own", "webhook-dead-letter",
       [](History& history) {
         const Place place = DeadWebhook(history);
         ++history.commitments.at(place.at).at(place.index).moment;
       }},
      {"a 410 disables nothing", "webhook-outcome",
       [](History& history) { Drop(history, Find(history, "type", "endpoint_disabled")); }},
      {"given up though its endpoint had not failed", "webhook-only-waited",
       edit("delivered", [](Json& event) {
         event["state"] = "dead";
         event["attempts"] = 0;
       })}};
}

std::vector<Forgery> ForgeriesOfWhatWasSent() {
  return {{"an id that was never scheduled", "webhook-unknown",
           [](History& history) { history.webhooks.back().id.back() = 'x'; }},
          {"other bytes at a retry", "webhook-unknown",
           [](History& history) { history.webhooks.back().payload += ' '; }},
          {"to another endpoint", "webhook-unknown",
           [](History& history) { history.webhooks.front().endpoint = "never"; }},
          {"sent before it was committed", "webhook-too-early",
           [](History& history) { history.webhooks.front().begun = 0; }},
          {"sent before its time", "webhook-too-early",
           [](History& history) { history.webhooks.back().time -= 1'000'000'000; }},
          {"sent again after its success", "webhook-again",
           [](History& history) { Repeat(history, Answered(history, 200)); }},
          {"sent again after it was given up", "webhook-again",
           [](History& history) { Repeat(history, Answered(history, 410)); }},
          {"sent to who wants no more", "webhook-after-410",
           [](History& history) { Repeat(history, Answered(history, 410)); }},
          {"sent to who wants no more by a process that has just started", "webhook-after-410",
           [](History& history) {
             WebhookAttempt& again = Repeat(history, Answered(history, 410));
             again.started = again.begun - 1;
             again.partition = (again.partition + 1) % history.partition_count;
           }},
          {"the receiver answered something else", "webhook-outcome",
           [](History& history) { Answered(history, 200).answer->status = 500; }},
          {"nobody answered", "webhook-outcome",
           [](History& history) { Answered(history, 200).answer.reset(); }},
          {"it was answered after it was recorded", "webhook-outcome",
           [](History& history) { Answered(history, 200).answer->moment += 1'000'000; }},
          {"Retry-After is not kept", "webhook-retry",
           [](History& history) {
             for (WebhookAttempt& attempt : history.webhooks) {
               if (attempt.answer && attempt.answer->retry_after) {
                 attempt.answer->retry_after = *attempt.answer->retry_after + 86'000;
               }
             }
           }},
          {"an endpoint that fails is asked all the same", "webhook-circuit",
           [](History& history) {
             for (WebhookAttempt& attempt : history.webhooks) {
               if (attempt.answer) {
                 attempt.answer->status = 500;
               }
             }
           }},
          {"a later result goes first", "webhook-order",
           [](History& history) { history.webhooks.erase(history.webhooks.begin()); }},
          {"signed with one of two secrets", "webhook-signature",
           [](History& history) {
             for (WebhookAttempt& attempt : history.webhooks) {
               attempt.signature = attempt.signature.substr(0, attempt.signature.find(' '));
             }
           }},
          {"signed with another secret", "webhook-signature",
           [](History& history) {
             history.endpoints.front().name += "s";
             for (WebhookAttempt& attempt : history.webhooks) {
               attempt.endpoint += attempt.endpoint == "all" ? "s" : "";
             }
           }},
          {"a timestamp of long ago", "webhook-signature",
           [](History& history) { history.webhooks.front().timestamp = "1"; }},
          {"more than eight are under way", "webhook-circuit", [](History& history) {
             for (WebhookAttempt& attempt : history.webhooks) {
               attempt.answer.reset();
             }
           }}};
}

TEST(WebhookOracleTest, FindsForgeries) {
  std::vector<Forgery> forgeries = ForgeriesOfTheLog();
  for (Forgery& forgery : ForgeriesOfWhatWasSent()) {
    forgeries.push_back(std::move(forgery));
  }
  for (const Forgery& forgery : forgeries) {
    History history = Clean();
    forgery.forge(history);
    const std::set<std::string> checks = ChecksOf(history);
    EXPECT_TRUE(checks.contains(forgery.check)) << forgery.name;
  }
}

// Something is found, whichever it is: by the judge of webhooks, or by what topics.md says of
// every record.
void ExpectFound(const History& history, const Place& place, const std::string& what) {
  EXPECT_FALSE(FindWebhookViolations(history).empty() && FindMalformed(history).empty())
      << place.at.ToString() << " index " << place.index << ' ' << what << ": "
      << Clean().log.at(place.at).at(place.index).value;
}

// Of what is given up without an attempt the words say why, and are for people.
bool IsFree(const Json& event, const std::string& field, const Json& other) {
  return event.value("error", "").starts_with("the endpoint") && field == "error" &&
         other.is_string();
}

// A few of the records: they are of three kinds.
TEST(WebhookOracleTest, FindsAnyDamage) {
  const std::vector<Place> places = All(Clean(), kDeliveries);
  ASSERT_GT(places.size(), 100U);
  std::vector<Place> chosen = {Find(Clean(), "type", "endpoint_disabled")};
  for (std::size_t i = 0; i < places.size(); i += 29) {
    chosen.push_back(places[i]);
  }
  for (const Place& place : chosen) {
    const Json event = place.Read(Clean());
    History history = Clean();
    Drop(history, place);
    ExpectFound(history, place, "dropped");
    if (event.at("type") != "endpoint_disabled") {  // Which may be written again.
      history = Clean();
      Double(history, place);
      ExpectFound(history, place, "doubled");
    }
    for (const auto& [field, value] : event.items()) {
      for (const Json& other : {Json("other"), Json(7), Json()}) {
        if (value == other || IsFree(event, field, other)) {
          continue;
        }
        history = Clean();
        Edit(history, place, [&field = field, &other](Json& one) { one[field] = other; });
        ExpectFound(history, place, field + " is " + other.dump());
      }
    }
  }
}

}  // namespace
}  // namespace paylog::simulation
