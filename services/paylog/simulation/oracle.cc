#include "paylog/simulation/oracle.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "paylog/base/hash.h"
#include "paylog/base/murmur2.h"
#include "paylog/simulation/expected_verdict.h"
#include "paylog/simulation/model.h"
#include "paylog/simulation/published_balances.h"
#include "paylog/simulation/record_form.h"

namespace paylog::simulation {
namespace {

constexpr std::size_t kViolationsMax = 20;

// The fields that every event begins with, besides "v" and "rules".
constexpr std::array kHeader = {
    "v",    "rules",     "partition", "sequence",   "inbox_offset", "i",          "n",
    "time", "prev_hash", "account",   "command_id", "command_type", "body_sha256"};

// SIZE_MAX where the record names none.
std::size_t SubmissionOf(const log::StoredRecord& record) {
  const std::string text = HeaderOf(record, kSubmissionHeader);
  std::size_t id = SIZE_MAX;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && rest == text.data() + text.size() ? id : SIZE_MAX;
}

std::string IdOf(const log::StoredRecord& record) {
  return HeaderOf(record, "ce_source") + ' ' + HeaderOf(record, "ce_id");
}

// Of an inbox record: who pays, or whom the command is about.
Json CommandAccount(const Json& record) {
  return record.contains("command_type") || record.at("type") != "transfer"
             ? record.at("account")
             : record.at("debtor_account");
}

Json Without(Json record, std::initializer_list<const char*> fields) {
  for (const char* const field : fields) {
    record.erase(field);
  }
  return record;
}

bool IsRefusal(const Json& result, const log::StoredRecord& command,
               const ExpectedVerdict& expected) {
  // What the sentence says, and which place it names, is left to it.
  return result.at("status") == "refused" &&
         (expected.code == "?" || result.at("code") == expected.code) &&
         result.at("account") == expected.account && result.at("duplicate") == false &&
         result.at("command_id") == Json::parse(command.value).at("command_id") &&
         result.at("balances") == Json::array() && !result.contains("position") &&
         result.at("message").is_string() && result.value("path", "$").starts_with('$') &&
         (expected.type.empty() || result.at("type") == expected.type);
}

// The judgement of one run.
class Oracle {
 public:
  explicit Oracle(const History& history) : history_(history) {}

  std::vector<Violation> Judge() {
    CheckCommands();
    CheckObservations();
    IndexOutputs();
    CheckValidator();
    for (std::int32_t p = 0; p < history_.partition_count; ++p) {
      Try("event", "partition " + std::to_string(p), [&] { Replay(p); });
    }
    CheckNothingElse();
    CheckInFlight();
    Add(balances_.Check(history_));
    Add(FindMalformed(history_));
    if (violations_.size() > kViolationsMax) {
      violations_.resize(kViolationsMax);
    }
    return std::move(violations_);
  }

 private:
  using Records = std::vector<log::StoredRecord>;

  void Report(const char* check, std::string what) {
    violations_.push_back({.check = check, .what = std::move(what)});
  }
  void Add(std::vector<Violation> more) {
    violations_.insert(violations_.end(), std::make_move_iterator(more.begin()),
                       std::make_move_iterator(more.end()));
  }
  // What cannot be read is wrong, too. The JSON library tells it by throwing.
  template <typename Check>
  void Try(const char* check, const std::string& where, const Check& look) {
    try {
      look();
    } catch (const std::exception& thrown) {
      Report(check, where + " cannot be read: " + thrown.what());
    }
  }
  [[nodiscard]] const Records& In(const char* topic, std::int32_t partition) const {
    return history_.log.at({.topic = topic, .partition = base::PartitionId(partition)});
  }
  static std::string At(const char* topic, std::int32_t partition,
                        const log::StoredRecord& record) {
    return std::string(topic) + '/' + std::to_string(partition) + " offset " +
           std::to_string(record.offset.value());
  }

  void CheckCommands();
  void CheckRealTime(std::int32_t partition, const std::set<std::int64_t>& seen_before);
  void CheckObservations();
  void IndexOutputs();
  void CheckValidator();
  void CheckVerdict(std::int32_t partition, const log::StoredRecord& command);
  void Replay(std::int32_t partition);
  std::optional<Json> CheckHeader(const log::StoredRecord& record, const Json& inbox_record,
                                  const log::StoredRecord& inbox, std::size_t index,
                                  std::size_t count);
  void CheckOutputs(const Expected& expected, const log::StoredRecord& last_event,
                    const log::StoredRecord& inbox);
  void CheckLive(std::int32_t partition, const Model& model);
  void CheckNothingElse();
  void CheckInFlight();

  // Where a partition's journal stands.
  struct Place {
    std::int32_t partition = 0;
    std::int64_t sequence = 0;
    std::int64_t time = 0;
    std::string hash = std::string(64, '0');
  };

  const History& history_;
  std::vector<Violation> violations_;
  // What ledger and validator published, by source and id; what is explained is taken out.
  std::map<std::string, const log::StoredRecord*> results_;
  std::map<std::string, const log::StoredRecord*> messages_;
  std::map<std::string, const log::StoredRecord*> dead_letters_;
  std::map<std::string, const log::StoredRecord*> accepted_;
  Place place_;
  std::map<std::string, std::string> hashes_;    // Of bodies: the same body, the same hash.
  std::map<std::string, base::Int128> transit_;  // By currency.
  PublishedBalances balances_;
};

// Each record was sent, each acknowledged one is there, and in an order that could be.
void Oracle::CheckCommands() {
  std::set<std::int64_t> there;
  for (std::int32_t p = 0; p < history_.partition_count; ++p) {
    const std::set<std::int64_t> elsewhere = there;
    for (const log::StoredRecord& record : In("payments.commands", p)) {
      const std::size_t id = SubmissionOf(record);
      if (id >= history_.submissions.size() || history_.submissions[id].value != record.value ||
          history_.submissions[id].key != record.key ||
          history_.submissions[id].to.partition.value() != p) {
        Report("invented-command", At("payments.commands", p, record) + " was never sent so");
        continue;
      }
      there.insert(static_cast<std::int64_t>(id));
    }
    CheckRealTime(p, elsewhere);
  }
  for (const Submission& submission : history_.submissions) {
    if (submission.acknowledged && !there.contains(submission.id)) {
      Report("lost-acknowledged", "submission " + std::to_string(submission.id) + " to " +
                                      submission.to.ToString() + ", acknowledged at step " +
                                      std::to_string(*submission.acknowledged) +
                                      ", is not in the log");
    }
  }
}

// What was acknowledged before another one was sent stands before it. A library that sends twice
// may leave a second copy anywhere behind.
void Oracle::CheckRealTime(std::int32_t partition, const std::set<std::int64_t>& seen_before) {
  std::set<std::int64_t> seen = seen_before;
  Step latest_sent = std::numeric_limits<Step>::min();
  for (const log::StoredRecord& record : In("payments.commands", partition)) {
    const std::size_t id = SubmissionOf(record);
    if (id >= history_.submissions.size() || !seen.insert(static_cast<std::int64_t>(id)).second) {
      continue;
    }
    const Submission& submission = history_.submissions[id];
    if (submission.acknowledged && *submission.acknowledged < latest_sent) {
      Report("real-time", At("payments.commands", partition, record) +
                              " stands behind one that was sent after its acknowledgement");
    }
    latest_sent = std::max(latest_sent, submission.sent);
  }
}

void Oracle::CheckObservations() {
  for (const Observation& seen : history_.observations) {
    const Records& records = history_.log.at(seen.from);
    const auto found = std::lower_bound(records.begin(), records.end(), seen.record.offset,
                                        [](const log::StoredRecord& record, base::Offset offset) {
                                          return record.offset < offset;
                                        });
    if (found == records.end() || !(*found == seen.record)) {
      Report("vanished", seen.from.ToString() + " offset " +
                             std::to_string(seen.record.offset.value()) + " was seen at step " +
                             std::to_string(seen.seen) + " and is not in the log");
    }
  }
}

void Oracle::IndexOutputs() {
  const auto index = [this](auto& by_id, const char* topic, std::int32_t p,
                            const log::StoredRecord& record) {
    if (!by_id.emplace(IdOf(record), &record).second) {
      Report("unexpected", At(topic, p, record) + " repeats an id: " + IdOf(record));
    }
  };
  for (std::int32_t p = 0; p < history_.partition_count; ++p) {
    for (const log::StoredRecord& record : In("payments.results", p)) {
      index(results_, "payments.results", p, record);
    }
    for (const log::StoredRecord& record : In("payments.dead-letters", p)) {
      if (IsDeadWebhook(record)) {
        continue;  // webhook_oracle.h
      }
      index(dead_letters_, "payments.dead-letters", p, record);
    }
    for (const log::StoredRecord& record : In("ledger.inbox", p)) {
      const bool is_message = HeaderOf(record, "ce_type") == "paylog.message.v1";
      index(is_message ? messages_ : accepted_, "ledger.inbox", p, record);
    }
  }
}

void Oracle::CheckValidator() {
  for (std::int32_t p = 0; p < history_.partition_count; ++p) {
    for (const log::StoredRecord& command : In("payments.commands", p)) {
      Try("validator", "the outcome of " + At("payments.commands", p, command),
          [&] { CheckVerdict(p, command); });
    }
  }
  // In each inbox, the commands of one partition in their order.
  for (std::int32_t p = 0; p < history_.partition_count; ++p) {
    std::map<std::string, std::int64_t> last;
    for (const log::StoredRecord& record : In("ledger.inbox", p)) {
      const std::string origin = HeaderOf(record, "paylog_origin");
      const std::size_t slash = origin.rfind('/');
      if (HeaderOf(record, "ce_type") == "paylog.command.v1" && slash != std::string::npos) {
        const std::int64_t offset = std::atoll(origin.c_str() + slash + 1);
        std::int64_t& before = last.try_emplace(origin.substr(0, slash), -1).first->second;
        if (offset <= before) {
          Report("validator", At("ledger.inbox", p, record) + " is out of order: " + origin);
        }
        before = offset;
      }
    }
  }
}

void Oracle::CheckVerdict(std::int32_t partition, const log::StoredRecord& command) {
  const ExpectedVerdict expected = JudgeCommand(command, partition, history_.partition_count);
  const std::string origin = "payments.commands/" + std::to_string(partition) + '/' +
                             std::to_string(command.offset.value());
  const std::string id = "paylog/validator/" + std::to_string(partition) + ' ' + origin;
  const auto take = [&](auto& by_id) -> const log::StoredRecord* {
    const auto found = by_id.extract(id);
    return found.empty() ? nullptr : found.mapped();
  };
  const log::StoredRecord* const letter = take(dead_letters_);
  const log::StoredRecord* const refusal = take(results_);
  const auto accepted = accepted_.find(id);
  const bool is_accepted = accepted != accepted_.end();
  const std::string what = origin + ": expected " + expected.code;
  if ((letter != nullptr ? 1 : 0) + (refusal != nullptr ? 1 : 0) + (is_accepted ? 1 : 0) != 1) {
    Report("validator", origin + " has not one outcome");
  } else if (expected.kind == ExpectedVerdict::Kind::kDeadLetter) {
    if (letter == nullptr || letter->value != command.value || letter->key != command.key ||
        HeaderOf(*letter, "paylog_reason") != expected.code ||
        HeaderOf(*letter, "paylog_origin") != origin ||
        HeaderOf(*letter, "paylog_reason_message").empty()) {
      Report("validator", what + " as a dead letter");
    }
  } else if (expected.kind == ExpectedVerdict::Kind::kRefused) {
    if (refusal == nullptr || HeaderOf(*refusal, "paylog_origin") != origin ||
        !IsRefusal(Json::parse(refusal->value), command, expected)) {
      Report("validator", what + " as a refusal");
    }
  } else if (!is_accepted || accepted->second->value != command.value ||
             accepted->second->key != expected.account) {
    Report("validator", what + " to be accepted, with its bytes");
  }
}

// The inbox of a partition, record by record, through the model.
void Oracle::Replay(std::int32_t partition) {
  Model model(partition, history_.partition_count);
  place_ = {.partition = partition};
  const Records& journal = In("ledger.journal", partition);
  auto next = journal.begin();
  for (const log::StoredRecord& inbox : In("ledger.inbox", partition)) {
    const bool is_message = HeaderOf(inbox, "ce_type") == "paylog.message.v1";
    const Json record = Json::parse(inbox.value, nullptr, false);
    if (!record.is_object() || next == journal.end()) {
      Report("event", At("ledger.inbox", partition, inbox) + " led to no event");
      return;
    }
    const Json first = Json::parse(next->value, nullptr, false);
    const std::string sha = first.is_object() ? first.value("body_sha256", "") : "";
    if (!is_message && hashes_.emplace(record.dump(), sha).first->second != sha) {
      Report("event", At("ledger.inbox", partition, inbox) + ": one body has two hashes");
    }
    const Expected expected = model.Take(record, is_message, sha, place_.sequence + 1);
    const std::size_t count = expected.events.size();
    for (std::size_t i = 0; i < count; ++i, ++next) {
      const std::string where = "partition " + std::to_string(partition) + ", sequence " +
                                std::to_string(place_.sequence + 1);
      const auto own =
          next != journal.end() ? CheckHeader(*next, record, inbox, i, count) : std::nullopt;
      if (!own || own->dump() != expected.events[i].dump()) {
        Report("event", where + " is " + (own ? own->dump() : "missing or damaged") + ", not " +
                            expected.events[i].dump());
        return;  // Everything behind it would differ too.
      }
    }
    CheckOutputs(expected, *std::prev(next), inbox);
    balances_.Remember(partition, place_.sequence - static_cast<std::int64_t>(count) + 1,
                       expected.events, CommandAccount(record), model);
  }
  if (next != journal.end()) {
    Report("unexpected", At("ledger.journal", partition, *next) + " has no cause");
  }
  CheckLive(partition, model);
}

// The event's own fields; nullopt where what it begins with is wrong.
std::optional<Json> Oracle::CheckHeader(const log::StoredRecord& record, const Json& inbox_record,
                                        const log::StoredRecord& inbox, std::size_t index,
                                        std::size_t count) {
  Json event = Json::parse(record.value, nullptr, false);
  if (!event.is_object()) {
    return std::nullopt;
  }
  const bool is_command = !inbox_record.contains("command_type");
  const Json expected = {
      {"partition", place_.partition},
      {"sequence", place_.sequence + 1},
      {"inbox_offset", inbox.offset.value()},
      {"time", std::max(place_.time, inbox.timestamp.value())},
      {"i", index},
      {"n", count},
      {"prev_hash", place_.hash},
      {"account", CommandAccount(inbox_record)},
      {"command_id", inbox_record.at("command_id")},
      {"command_type", is_command ? inbox_record.at("type") : inbox_record.at("command_type")}};
  for (const auto& [field, value] : expected.items()) {
    // As text, since a fraction may equal a whole number.
    if (event.value(field, Json()).dump() != value.dump()) {
      Report("journal", At("ledger.journal", place_.partition, record) + ": " + field + " is not " +
                            value.dump());
    }
  }
  std::map<std::string, std::int64_t> sums;
  for (const Json& entry : event.value("entries", Json::array())) {
    sums[entry.at("currency")] += entry.at("amount").get<std::int64_t>();
  }
  const bool balanced =
      std::all_of(sums.begin(), sums.end(), [](const auto& sum) { return sum.second == 0; });
  if (!balanced || HeaderOf(record, "paylog_origin") != HeaderOf(inbox, "paylog_origin")) {
    Report("journal", At("ledger.journal", place_.partition, record) +
                          ": its entries do not sum to zero, or it names another origin");
  }
  place_ = {.partition = place_.partition,
            .sequence = place_.sequence + 1,
            .time = event.value("time", std::int64_t{0}),
            .hash = base::Sha256(record.value).ToHex()};
  for (const char* const field : kHeader) {
    event.erase(field);
  }
  return event;
}

// The result and the message that follow from an inbox record carry its last event's position.
void Oracle::CheckOutputs(const Expected& expected, const log::StoredRecord& last_event,
                          const log::StoredRecord& inbox) {
  const std::string id = IdOf(last_event);
  const std::string where = "what follows from " + id;
  const auto compare = [&](auto& by_id, const char* check, const std::optional<Json>& wanted) {
    const auto found = by_id.extract(id);
    if (!wanted) {
      if (!found.empty()) {
        Report(check, where + " should not be");
      }
      return;
    }
    const Json actual = found.empty() ? Json()
                                      : Without(Json::parse(found.mapped()->value, nullptr, false),
                                                {"v", "message"});
    if (actual.dump() != wanted->dump()) {
      Report(check, where + " is " + actual.dump() + ", not " + wanted->dump());
    } else if (HeaderOf(*found.mapped(), "paylog_origin") != HeaderOf(inbox, "paylog_origin")) {
      Report(check, where + " names another origin");
    } else if (&wanted == &expected.message && found.mapped()->key != expected.recipient) {
      Report(check, where + " has not its recipient as the key");
    }
  };
  compare(results_, "result", expected.result);
  compare(messages_, "message", expected.message);
}

void Oracle::CheckLive(std::int32_t partition, const Model& model) {
  std::map<std::string, LiveAccount> expected;
  std::map<std::string, base::Int128> sums;
  for (const auto& [name, account] : model.accounts()) {
    expected.emplace(
        name, LiveAccount{.currency = account.currency, .posted = base::ToString(account.posted)});
    sums[account.currency] += account.posted;
    if (name.starts_with("$transit:")) {
      transit_[account.currency] += account.posted;
    }
  }
  for (const auto& [currency, sum] : sums) {
    if (sum != 0) {
      Report("journal", "partition " + std::to_string(partition) + " sums to " +
                            base::ToString(sum) + ' ' + currency);
    }
  }
  if (expected != history_.live.at(static_cast<std::size_t>(partition))) {
    Report("live-balance",
           "the accounts of partition " + std::to_string(partition) + " are not the model's");
  }
}

// What is left over has no cause. An accepted command stays, since the model took it.
void Oracle::CheckNothingElse() {
  for (const auto* const left : {&results_, &messages_, &dead_letters_}) {
    for (const auto& [id, record] : *left) {
      Report("unexpected", "nothing led to the record " + id);
    }
  }
}

void Oracle::CheckInFlight() {
  for (const auto& [currency, sum] : transit_) {
    if (sum != 0) {
      Report("in-flight", base::ToString(sum) + ' ' + currency + " are in transit");
    }
  }
}

}  // namespace

std::vector<Violation> FindViolations(const History& history) {
  return Oracle(history).Judge();
}

}  // namespace paylog::simulation
