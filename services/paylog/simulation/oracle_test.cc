#include "paylog/simulation/oracle.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "paylog/base/hash.h"
#include "paylog/simulation/test_history.h"
#include "paylog/test_support/with_header.h"

// Goal: the oracle has nothing to say about a real history, finds what is wrong in a forged one,
// and whatever it is given, it ends. Method: the history of a run of the real services, then
// forgeries by name, each with the check that must find it, and one damage after another to each
// kind of record: dropped, doubled, moved, in other bytes, and each of its fields and headers
// changed. The journal's chain is made good again each time, and for the second part observations
// are left out, so that neither is what notices.
namespace paylog::simulation {
namespace {

using Json = nlohmann::ordered_json;
using Records = std::vector<log::StoredRecord>;

const History& Clean() {
  static const History kClean = MakeTestHistory();
  return kClean;
}

Records& In(History& history, std::string_view topic, std::int32_t partition) {
  return history.log.at({.topic = std::string(topic), .partition = base::PartitionId(partition)});
}

// Where a record stands.
struct Place {
  Records* records;
  std::size_t index;
  std::int32_t partition;
  [[nodiscard]] log::StoredRecord& record() const { return (*records)[index]; }
};

// The n-th record of the topic with this value in this field; its partitions in turn.
Place Find(History& history, std::string_view topic, const std::string& field, const Json& value,
           int nth = 0) {
  for (std::int32_t p = 0; p < history.partition_count; ++p) {
    Records& records = In(history, topic, p);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const Json parsed = Json::parse(records[i].value, nullptr, false);
      if (parsed.is_object() && parsed.value(field, Json()) == value && nth-- == 0) {
        return {&records, i, p};
      }
    }
  }
  ADD_FAILURE() << topic << " has no " << field << ' ' << value;
  return {&In(history, topic, 0), 0, 0};
}

void Edit(const Place& place, const std::function<void(Json&)>& edit) {
  Json value = Json::parse(place.record().value);
  edit(value);
  place.record().value = value.dump();
}

void Drop(const Place& place) {
  place.records->erase(place.records->begin() + static_cast<std::ptrdiff_t>(place.index));
}

void Append(Records& records, log::StoredRecord record) {
  record.offset = base::Offset(records.empty() ? 0 : records.back().offset.value() + 1);
  records.push_back(std::move(record));
}

void Double(const Place& place) {
  Append(*place.records, log::StoredRecord(place.record()));
}

void Move(History& history, std::string_view topic, const Place& place) {
  const log::StoredRecord record = place.record();
  Drop(place);
  Append(In(history, topic, (place.partition + 1) % history.partition_count), record);
}

// Contents only: offsets stay in order.
void Swap(const Place& a, const Place& b) {
  std::swap(a.record(), b.record());
  std::swap(a.record().offset, b.record().offset);
}

void SetHeader(const Place& place, std::string_view name, const std::string& value) {
  log::Headers& headers = place.record().headers;
  ASSERT_TRUE(headers.Find(name).has_value()) << name;
  headers = test_support::WithHeader(headers, name, value);
}

// A liar's journal is whole.
void Rechain(History& history) {
  for (std::int32_t p = 0; p < history.partition_count; ++p) {
    std::string hash(64, '0');
    for (log::StoredRecord& record : In(history, "ledger.journal", p)) {
      Json event = Json::parse(record.value, nullptr, false);
      if (event.is_object() && event.contains("prev_hash")) {
        event["prev_hash"] = hash;
        record.value = event.dump();
      }
      hash = base::Sha256(record.value).ToHex();
    }
  }
}

std::set<std::string> ChecksOf(const std::vector<Violation>& violations) {
  std::set<std::string> checks;
  for (const Violation& violation : violations) {
    checks.insert(violation.check);
  }
  return checks;
}

TEST(OracleTest, FindsNothingInARealHistory) {
  for (const Violation& violation : FindViolations(Clean())) {
    ADD_FAILURE() << violation.check << ": " << violation.what;
  }
  EXPECT_GT(Clean().submissions.size(), 80U);
  EXPECT_GT(Clean().observations.size(), 80U);
}

// What is not there cannot be found to be wrong.
TEST(OracleTest, TheHistoryHasAllKindsOfEvents) {
  History history = Clean();
  for (const char* const type :
       {"account_opened", "account_updated", "account_frozen", "account_unfrozen", "account_closed",
        "account_reopened", "payment_posted", "transfer_sent", "transfer_credited",
        "transfer_refused", "transfer_returned", "command_rejected", "command_repeated",
        "repeat_forwarded"}) {
    (void)Find(history, "ledger.journal", "type", type);
  }
  for (const char* const type : {"credit", "return", "repeat"}) {
    (void)Find(history, "ledger.inbox", "type", type);
  }
  for (const char* const code : {"creditor_not_found", "creditor_closed", "insufficient_funds",
                                 "creditor_credits_frozen", "creditor_currency_mismatch",
                                 "creditor_balance_limit_exceeded", "creditor_balance_overflow",
                                 "balance_overflow", "idempotency_conflict", "wrong_partition"}) {
    (void)Find(history, "payments.results", "code", code);
  }
}

struct Forgery {
  const char* name;
  const char* check;  // That must find it.
  std::function<void(History&)> forge;
};

Place EventOf(History& history, const std::string& type, int nth = 0) {
  return Find(history, "ledger.journal", "type", type, nth);
}
Place ResultWith(History& history, const std::string& code, int nth = 0) {
  return Find(history, "payments.results", "code", code, nth);
}
Place MessageOf(History& history, const std::string& type) {
  return Find(history, "ledger.inbox", "type", type);
}
Place Command(History& history, const std::string& type, int nth = 0) {
  return Find(history, "payments.commands", "type", type, nth);
}

std::vector<Forgery> ForgeriesOfCommands() {
  return {
      {"an acknowledged command is gone", "lost-acknowledged",
       [](History& history) { Drop(Command(history, "deposit")); }},
      {"a command that nobody sent", "invented-command",
       [](History& history) { SetHeader(Command(history, "deposit"), kSubmissionHeader, "999"); }},
      {"a command that names no submission", "invented-command",
       [](History& history) { SetHeader(Command(history, "deposit"), kSubmissionHeader, "x"); }},
      {"a command's amount is another", "invented-command",
       [](History& history) {
         Edit(Command(history, "deposit"), [](Json& command) { command["amount"] = 77; });
       }},
      {"two commands change places", "real-time",
       [](History& history) {
         Swap({&In(history, "payments.commands", 0), 0, 0},
              {&In(history, "payments.commands", 0), 20, 0});
       }},
      {"what was seen is gone", "vanished",
       [](History& history) { Drop(ResultWith(history, "insufficient_funds")); }},
      {"a command is accepted twice", "unexpected",
       [](History& history) { Double(MessageOf(history, "deposit")); }},
      {"a command is never accepted", "validator",
       [](History& history) { Drop(MessageOf(history, "deposit")); }},
      {"an accepted command has other bytes", "validator",
       [](History& history) {
         Edit(MessageOf(history, "deposit"), [](Json& command) { command["amount"] = 1; });
       }},
      {"a refusal is missing", "validator",
       [](History& history) { Drop(ResultWith(history, "unknown_currency")); }},
      {"a refusal has another code", "validator",
       [](History& history) {
         Edit(ResultWith(history, "unknown_currency"),
              [](Json& result) { result["code"] = "same_account"; });
       }},
      {"a dead letter has lost a byte", "validator",
       [](History& history) {
         log::StoredRecord& letter = In(history, "payments.dead-letters", 0).at(1);
         letter.value.pop_back();
       }},
      {"a dead letter names another reason", "validator", [](History& history) {
         SetHeader({&In(history, "payments.dead-letters", 0), 1, 0}, "paylog_reason",
                   "invalid_utf8");
       }}};
}

std::vector<Forgery> ForgeriesOfTheBooks() {
  return {{"an event is missing", "event",
           [](History& history) { Drop(EventOf(history, "payment_posted")); }},
          {"an event stands there twice", "unexpected",
           [](History& history) { Double(EventOf(history, "payment_posted")); }},
          {"a cent is added to one side", "journal",
           [](History& history) {
             Edit(EventOf(history, "payment_posted"), [](Json& event) {
               event["entries"][1]["amount"] = event["entries"][1]["amount"].get<int>() + 1;
             });
           }},
          {"a cent is added to both sides", "event",
           [](History& history) {
             Edit(EventOf(history, "payment_posted"), [](Json& event) {
               event["entries"][0]["amount"] = event["entries"][0]["amount"].get<int>() - 1;
               event["entries"][1]["amount"] = event["entries"][1]["amount"].get<int>() + 1;
             });
           }},
          {"money goes to somebody else", "event",
           [](History& history) {
             Edit(EventOf(history, "transfer_credited"),
                  [](Json& event) { event["entries"][1]["account"] = "thief"; });
           }},
          {"a rejection is a completion", "result",
           [](History& history) {
             Edit(ResultWith(history, "insufficient_funds"), [](Json& result) {
               result["status"] = "completed";
               result["code"] = "ok";
               result.erase("message");
             });
           }},
          {"sequence numbers have a gap", "journal",
           [](History& history) {
             Edit(EventOf(history, "transfer_sent"),
                  [](Json& event) { event["sequence"] = event["sequence"].get<int>() + 1; });
           }},
          {"time goes back", "journal",
           [](History& history) {
             Edit(EventOf(history, "transfer_sent"), [](Json& event) { event["time"] = 1; });
           }},
          {"an event names another inbox record", "journal",
           [](History& history) {
             Edit(EventOf(history, "transfer_sent"),
                  [](Json& event) { event["inbox_offset"] = 0; });
           }},
          {"a return got lost", "message",
           [](History& history) { Drop(MessageOf(history, "return")); }},
          {"a return brings back less", "message",
           [](History& history) {
             Edit(MessageOf(history, "return"), [](Json& message) { message["amount"] = 1; });
           }},
          {"a credit is doubled", "unexpected",
           [](History& history) { Double(MessageOf(history, "credit")); }}};
}

std::vector<Forgery> ForgeriesOfOutputs() {
  return {
      {"a result is missing", "result",
       [](History& history) { Drop(ResultWith(history, "ok", 12)); }},
      {"a result comes twice", "unexpected",
       [](History& history) { Double(ResultWith(history, "ok", 12)); }},
      {"a repeat is not marked", "result",
       [](History& history) {
         Edit(Find(history, "payments.results", "duplicate", true),
              [](Json& result) { result["duplicate"] = false; });
       }},
      {"a result tells another balance", "result",
       [](History& history) {
         Edit(ResultWith(history, "ok", 12), [](Json& result) {
           result["balances"][0]["posted"] = result["balances"][0]["posted"].get<int>() + 1;
         });
       }},
      {"a result names another position", "result",
       [](History& history) {
         Edit(ResultWith(history, "ok", 12),
              [](Json& result) { result["position"]["sequence"] = 1; });
       }},
      {"a result names another origin", "result",
       [](History& history) {
         SetHeader(ResultWith(history, "ok", 12), "paylog_origin", "payments.commands/0/0");
       }},
      {"a result without a cause", "unexpected",
       [](History& history) { SetHeader(ResultWith(history, "ok", 12), "ce_id", "9:9"); }},
      {"a published balance is wrong", "published-balance",
       [](History& history) {
         Edit(Find(history, "ledger.balances", "status", "open"),
              [](Json& balance) { balance["available"] = balance["available"].get<int>() + 1; });
       }},
      {"a live balance is wrong", "live-balance",
       [](History& history) { history.live.at(1).begin()->second.posted = "12345"; }},
      {"an account exists that nobody opened", "live-balance",
       [](History& history) { history.live.at(0)["ghost"] = {.currency = "EUR", .posted = "0"}; }},
      {"a result on another partition", "form",
       [](History& history) { Move(history, "payments.results", ResultWith(history, "ok", 12)); }},
      {"an event of another version", "form", [](History& history) {
         Edit(EventOf(history, "transfer_sent"), [](Json& event) { event["v"] = 2; });
       }}};
}

TEST(OracleTest, FindsEachForgery) {
  std::size_t forgeries = 0;
  for (const auto& some : {ForgeriesOfCommands(), ForgeriesOfTheBooks(), ForgeriesOfOutputs()}) {
    for (const Forgery& forgery : some) {
      History forged = Clean();
      if (forgery.check != std::string("vanished")) {
        forged.observations.clear();  // So that it is not they that tell.
      }
      forgery.forge(forged);
      Rechain(forged);
      const std::set<std::string> found = ChecksOf(FindViolations(forged));
      EXPECT_TRUE(found.contains(forgery.check))
          << forgery.name << ": " << testing::PrintToString(found);
      ++forgeries;
    }
  }
  EXPECT_GE(forgeries, 25U);
}

TEST(OracleTest, AJournalWhoseChainIsBrokenIsFound) {
  History forged = Clean();
  Edit(EventOf(forged, "transfer_sent"),
       [](Json& event) { event["prev_hash"] = std::string(64, 'a'); });
  EXPECT_TRUE(ChecksOf(FindViolations(forged)).contains("journal"));
}

// All that can be done to a JSON value, one thing after another.
void ForEachDamage(Json& whole, Json& part, const std::string& path,
                   const std::function<void(const std::string&)>& look) {
  const Json original = part;
  const auto with = [&](const Json& damaged, const std::string& what) {
    part = damaged;
    look(path + what);
    part = original;
  };
  with(nullptr, " null");
  if (original.is_object()) {
    with("text", " text");
    for (const auto& [name, value] : original.items()) {
      Json without = original;
      without.erase(name);
      with(without, "." + name + " missing");
      ForEachDamage(whole, part[name], path + '.' + name, look);
    }
  } else if (original.is_array()) {
    with(Json::array(), " empty");
    for (std::size_t i = 0; i < original.size(); ++i) {
      ForEachDamage(whole, part[i], path + "[]", look);
    }
  } else if (original.is_number()) {
    with(original.get<std::int64_t>() + 1, " +1");
    with(std::to_string(original.get<std::int64_t>()), " text");
    with(static_cast<double>(original.get<std::int64_t>()) + 0.5, " fraction");
  } else if (original.is_boolean()) {
    with(!original.get<bool>(), " not");
  } else if (original.is_string()) {
    with(original.get<std::string>() + "x", " text");
    with(1, " number");
  }
}

// Of all kinds of damage a test tries each so-manieth; with PAYLOG_ALL_DAMAGE set, all (a minute).
constexpr int kStride = 7;

class Damage {
 public:
  explicit Damage(int stride) : stride_(stride) {}

  // What the oracle does not see, each "topic: kind of damage".
  std::set<std::string> survivors;
  std::set<std::string> crashes;
  int tried = 0;

  void Run() {
    for (const char* const topic :
         {"payments.commands", "ledger.inbox", "ledger.journal", "payments.results",
          "ledger.balances", "payments.dead-letters"}) {
      for (std::int32_t p = 0; p < kTestPartitions; ++p) {
        for (std::size_t i = 0; i < In(history_, topic, p).size(); ++i) {
          DamageRecord(topic, p, i);
        }
      }
    }
  }

 private:
  // The same damage to records of the same kind is tried twice.
  bool IsDue(const std::string& what) { return ++times_[what] <= 2 && ++kinds_ % stride_ == 0; }

  void Try(const std::string& what, const std::function<void(History&)>& forge) {
    if (!IsDue(what)) {
      return;
    }
    ++tried;
    History forged = history_;
    forge(forged);
    if (what.find("prev_hash") == std::string::npos) {
      Rechain(forged);
    }
    try {
      if (FindViolations(forged).empty()) {
        survivors.insert(what);
      }
    } catch (const std::exception& thrown) {
      crashes.insert(what + ": " + thrown.what());
    }
  }

  void DamageRecord(const std::string& topic, std::int32_t p, std::size_t i) {
    const log::StoredRecord record = In(history_, topic, p)[i];
    Json value = Json::parse(record.value, nullptr, false);
    const bool own = topic != "payments.commands" && topic != "payments.dead-letters";
    const std::string kind =
        topic + ": " + (own ? value.value("type", value.value("status", "")) : std::string());
    const auto at = [&](History& history) { return Place{&In(history, topic, p), i, p}; };
    Try(kind + " dropped", [&](History& history) { Drop(at(history)); });
    Try(kind + " doubled", [&](History& history) { Double(at(history)); });
    Try(kind + " moved", [&](History& history) { Move(history, topic, at(history)); });
    Try(kind + " key", [&](History& history) { at(history).record().key = "someone"; });
    Try(kind + " no key", [&](History& history) { at(history).record().key.reset(); });
    for (const char* const bytes : {"", "{}", "[]", "null", "1", "{", "\xff", R"({"type":1})",
                                    R"({"type":"credit"})", R"({"status":1})"}) {
      if (bytes != record.value) {
        Try(kind + " is " + bytes, [&](History& history) { at(history).record().value = bytes; });
      }
    }
    for (const log::Header header : record.headers) {
      const auto change = [&](const std::optional<std::string>& other) {
        return [&, other](History& history) {
          at(history).record().headers =
              test_support::WithHeader(record.headers, header.name, other);
        };
      };
      const std::string what = kind + " header " + std::string(header.name);
      Try(what + " other", change(std::string(header.value) + "x"));
      Try(what + " missing", change(std::nullopt));
    }
    if (own && value.is_object()) {
      ForEachDamage(value, value, "", [&](const std::string& what) {
        Try(kind + what, [&](History& history) { at(history).record().value = value.dump(); });
      });
    }
  }

  History history_ = [] {
    History history = Clean();
    history.observations.clear();
    return history;
  }();
  const int stride_;
  int kinds_ = 0;
  std::map<std::string, int> times_;
};

// Damage that nothing promises to show, with the reason.
bool MayStay(const std::string& damage) {
  static const std::vector<std::pair<std::string, std::string>> kAllowed = {
      // For caches, written now and then; a new owner may publish the same again.
      {"ledger.balances", " dropped"},
      {"ledger.balances", " doubled"},
      // Free text for people, and the place that it names.
      {"payments.results", ".message text"},
      {"payments.results", ".path text"},
      {"payments.results", ".path missing"},
      {"payments.dead-letters", " header paylog_reason_message other"},
      {"payments.dead-letters", " header paylog_reason_path other"},
      {"payments.dead-letters", " header paylog_reason_path missing"},
      // The ledger time of the sender, which the record does not hold otherwise.
      {"ledger.inbox", " header ce_time other"},
      // Nothing was changed.
      {"payments.results", ".balances empty"}};
  return std::any_of(kAllowed.begin(), kAllowed.end(), [&](const auto& allowed) {
    return damage.starts_with(allowed.first) && damage.ends_with(allowed.second);
  });
}

TEST(OracleTest, SeesEachDamage) {
  Damage damage(std::getenv("PAYLOG_ALL_DAMAGE") != nullptr ? 1 : kStride);
  damage.Run();
  EXPECT_GT(damage.tried, 500);
  EXPECT_EQ(damage.crashes, std::set<std::string>());
  for (const std::string& survivor : damage.survivors) {
    EXPECT_TRUE(MayStay(survivor)) << survivor;
  }
}

}  // namespace
}  // namespace paylog::simulation
