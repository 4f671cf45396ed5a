#include "paylog/simulation/scenario.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <limits>
#include <set>
#include <utility>

#include "paylog/base/hash.h"
#include "paylog/log_sim/faults.h"
#include "paylog/model/account_id.h"
#include "paylog/simulation/random.h"

namespace paylog::simulation {
namespace {

constexpr std::int64_t kChanceOne = 10'000;
constexpr std::string_view kBlank = " \t\r";
constexpr std::size_t kNameLengthMax = 64;
constexpr std::size_t kKeyLength = 32;
constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr std::array<std::string_view, 3> kStatuses = {"completed", "rejected", "refused"};

// How likely a fault is at most. What nobody may do too often, or the run does nothing else, is
// rarer.
std::int64_t ChanceMax(std::string_view fault) {
  namespace log = log_sim::fault;
  static const std::map<std::string_view, std::int64_t> kRarer = {
      {fault::kCrash, 30},
      {fault::kCrashInside, 15},
      {fault::kStop, 20},
      {fault::kPause, 10},
      {fault::kSessionLost, 30},
      {fault::kRebalance, 60},
      {fault::kClockJump, 60},
      {fault::kTimeLeap, 40},
      {log::kCommitRequestLost, 150},
      {log::kLogFull, 20},
      {fault::kLongDowntime, 5},
      {log::kAppendFails, 60},
      {log::kEndStale, 900},
      {fault::kInterleave, 3'000},
      {log::kMarkerLate, 1'500},
      {log::kPartitionsReordered, 5'000},
      {log::kReadShort, 2'000},
      {log::kReadLate, 800},
      {fault::kSnapshotMissing, 1'500},
      {fault::kSnapshotStale, 2'500},
      {fault::kSnapshotForeign, 1'500},
      {fault::kSnapshotCorrupt, 2'500},
      {fault::kWebhookError, 3'000},
      {fault::kWebhookBusy, 1'500},
      {fault::kWebhookGone, 40},
      {fault::kWebhookRefused, 1'500},
      {fault::kWebhookTimedOut, 1'500},
      {fault::kWebhookAnswerLost, 1'500},
      {fault::kWebhookLate, 4'000},
      {fault::kReceiverDown, 200}};
  const auto found = kRarer.find(fault);
  return found != kRarer.end() ? found->second : 300;
}

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) {
    return "";
  }
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// Takes the first word off the text.
std::string_view TakeWord(std::string_view& text) {
  const std::string_view word = text.substr(0, std::min(text.find_first_of(kBlank), text.size()));
  text = Trim(text.substr(word.size()));
  return word;
}

template <typename Number>
std::optional<Number> ReadNumber(std::string_view text, Number low, Number high) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < low || number > high) {
    return std::nullopt;
  }
  return number;
}

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string Join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    text += (text.empty() ? "" : ",") + part;
  }
  return text;
}

bool IsEndpointName(std::string_view name) {
  return !name.empty() && name.size() <= kNameLengthMax && name.front() != '_' &&
         name.front() != '-' && name.find_first_not_of(kNameCharacters) == std::string_view::npos;
}

bool IsStatus(const std::string& text) {
  return std::find(kStatuses.begin(), kStatuses.end(), text) != kStatuses.end();
}

// "shop accounts alice,bob statuses completed"
std::optional<WebhookEndpoint> ReadEndpoint(std::string_view line) {
  WebhookEndpoint endpoint{.name = std::string(TakeWord(line)), .accounts = {}, .statuses = {}};
  bool good = IsEndpointName(endpoint.name);
  while (good && !line.empty()) {
    const std::string_view field = TakeWord(line);
    std::vector<std::string> values = Split(TakeWord(line));
    if (field == "accounts" && endpoint.accounts.empty()) {
      good = std::all_of(values.begin(), values.end(), [](const std::string& value) {
        return model::AccountId::Parse(value).has_value();
      });
      endpoint.accounts = std::move(values);
    } else {
      good = field == "statuses" && endpoint.statuses.empty() &&
             std::all_of(values.begin(), values.end(), IsStatus);
      endpoint.statuses = std::move(values);
    }
  }
  return good ? std::optional(endpoint) : std::nullopt;
}

std::string FormatEndpoints(const std::vector<WebhookEndpoint>& endpoints) {
  std::string text = endpoints.empty() ? "no-endpoints\n" : "";
  for (const WebhookEndpoint& endpoint : endpoints) {
    text += "endpoint " + endpoint.name;
    text += endpoint.accounts.empty() ? "" : " accounts " + Join(endpoint.accounts);
    text += endpoint.statuses.empty() ? "" : " statuses " + Join(endpoint.statuses);
    text += '\n';
  }
  return text;
}

// Some hear of one or a few accounts, hot ones or not, some of all, some of what never happens.
WebhookEndpoint DrawEndpoint(Random& random, const std::string& name, std::int32_t accounts) {
  WebhookEndpoint endpoint{.name = name, .accounts = {}, .statuses = {}};
  if (!random.Chance(20)) {
    std::set<std::string> chosen;
    for (std::int64_t left = random.Between(1, 3); left > 0; --left) {
      const auto reach = static_cast<std::uint64_t>(random.Chance(50) ? 3 : accounts + 1);
      chosen.insert("a-" + std::to_string(random.Below(reach)));
    }
    endpoint.accounts.assign(chosen.begin(), chosen.end());
  }
  if (random.Chance(40)) {
    const std::uint64_t which = 1 + random.Below(6);
    for (std::size_t i = 0; i < kStatuses.size(); ++i) {
      if ((which >> i & 1) != 0) {
        endpoint.statuses.emplace_back(kStatuses.at(i));
      }
    }
  }
  return endpoint;
}

// A stream of its own: whatever is drawn here moves nothing else.
void DrawWebhooks(Scenario& scenario) {
  static constexpr std::array kNames = {"shop", "bank", "mail", "books", "alarm"};
  Random random(scenario.seed, "webhooks");
  scenario.notifiers = static_cast<std::int32_t>(random.Between(2, 3));
  const std::uint64_t count = random.Below(kNames.size());
  for (std::size_t i = 0; i < count; ++i) {
    scenario.endpoints.push_back(DrawEndpoint(random, kNames.at(i), scenario.accounts));
  }
}

// Lines of a file, one after another: each sets a field, or is told what is wrong with it.
class Reader {
 public:
  explicit Reader(Scenario& scenario) : scenario_(scenario) {}

  std::string Take(std::string_view line) {
    const std::string_view name = TakeWord(line);
    if (name == "seed") {
      return Set<std::uint64_t>(line, 0, std::numeric_limits<std::uint64_t>::max(), scenario_.seed);
    }
    if (name == "partitions") {
      return Set(line, 1, 16, scenario_.partitions);
    }
    if (name == "validators") {
      return Set(line, 1, 8, scenario_.validators);
    }
    if (name == "ledgers") {
      return Set(line, 1, 8, scenario_.ledgers);
    }
    if (name == "standbys") {
      return Set(line, 0, 8, scenario_.standbys);
    }
    if (name == "notifiers") {
      return Set(line, 0, 8, scenario_.notifiers);
    }
    if (name == "endpoint") {
      return TakeEndpoint(line);
    }
    if (name == "no-endpoints" && line.empty()) {
      DropDrawnEndpoints();
      return "";
    }
    if (name == "accounts") {
      return Set(line, 1, 10'000, scenario_.accounts);
    }
    if (name == "payments") {
      return Set(line, 0, 1'000'000, scenario_.payments);
    }
    if (name == "batch-records") {
      return Set<std::size_t>(line, 1, 5'000, scenario_.batch_records);
    }
    if (name == "snapshot-events") {
      return Set<std::int64_t>(line, 1, 1'000'000'000, scenario_.snapshot_events);
    }
    return TakeFault(name, line);
  }

 private:
  template <typename Number>
  static std::string Set(std::string_view text, Number low, Number high, Number& field) {
    const auto number = ReadNumber<Number>(text, low, high);
    if (!number) {
      return "expected a number from " + std::to_string(low) + " to " + std::to_string(high);
    }
    field = *number;
    return "";
  }

  // Those of a file take the place of those that were drawn.
  void DropDrawnEndpoints() {
    if (!std::exchange(has_endpoints_, true)) {
      scenario_.endpoints.clear();
    }
  }

  std::string TakeEndpoint(std::string_view line) {
    DropDrawnEndpoints();
    const auto read = ReadEndpoint(line);
    if (!read) {
      return "an endpoint is NAME [accounts A,B...] [statuses completed,rejected,refused]";
    }
    for (const WebhookEndpoint& other : scenario_.endpoints) {
      if (other.name == read->name) {
        return "there is another endpoint '" + read->name + "'";
      }
    }
    scenario_.endpoints.push_back(*read);
    return "";
  }

  std::string TakeFault(std::string_view name, std::string_view line) {
    if (name == "command") {
      scenario_.commands = scenario_.commands.value_or(std::vector<std::string>());
      scenario_.commands->emplace_back(line);
      return "";
    }
    if (name == "no-other-faults" && line.empty()) {
      scenario_.faults = scenario_.faults.value_or(std::vector<FaultAt>());
      return "";
    }
    if (name != "chance" && name != "fault") {
      return "'" + std::string(name) + "' is not known";
    }
    const std::string fault(TakeWord(line));
    if (std::find(AllFaults().begin(), AllFaults().end(), fault) == AllFaults().end()) {
      return "there is no fault '" + fault + "'";
    }
    if (name == "chance") {
      return Set<std::int64_t>(line, 0, kChanceOne, scenario_.chances[fault]);
    }
    scenario_.faults = scenario_.faults.value_or(std::vector<FaultAt>());
    scenario_.faults->push_back({.name = fault});
    return Set<std::int64_t>(line, 1, std::numeric_limits<std::int64_t>::max(),
                             scenario_.faults->back().opportunity);
  }

  Scenario& scenario_;
  bool has_endpoints_ = false;  // Of its own.
};

// Calls `take` with each line that says something.
std::string ForEachLine(std::string_view text,
                        const std::function<std::string(std::string_view)>& take) {
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') {
      continue;
    }
    if (const std::string wrong = take(line); !wrong.empty()) {
      return "line " + std::to_string(number) + ": " + wrong;
    }
  }
  return "";
}

}  // namespace

const std::vector<std::string_view>& AllFaults() {
  static const std::vector<std::string_view> kAll = [] {
    std::vector<std::string_view> all = {
        fault::kCrash,           fault::kCrashInside,   fault::kStop,
        fault::kLongDowntime,    fault::kPause,         fault::kSessionLost,
        fault::kRebalance,       fault::kInterleave,    fault::kClockJump,
        fault::kSnapshotMissing, fault::kSnapshotStale, fault::kSnapshotForeign,
        fault::kSnapshotCorrupt, fault::kTimeLeap,      fault::kWebhookError,
        fault::kWebhookBusy,     fault::kWebhookGone,   fault::kWebhookRefused,
        fault::kWebhookTimedOut, fault::kWebhookLate,   fault::kWebhookAnswerLost,
        fault::kReceiverDown};
    all.insert(all.end(), log_sim::fault::kAll.begin(), log_sim::fault::kAll.end());
    return all;
  }();
  return kAll;
}

std::string UrlOf(const WebhookEndpoint& endpoint) {
  return "https://" + endpoint.name + ".example/hook";
}

std::vector<std::string> SecretsOf(const WebhookEndpoint& endpoint) {
  const auto key = [&](const char* which) {
    return base::Sha256(endpoint.name + which).ToHex().substr(0, kKeyLength);
  };
  std::vector<std::string> keys = {key(" now")};
  if (endpoint.name.size() % 2 == 0) {
    keys.insert(keys.begin(), key(" before"));
  }
  return keys;
}

Scenario Draw(std::uint64_t seed) {
  Random random(seed, "scenario");
  Scenario scenario;
  scenario.seed = seed;
  scenario.partitions = static_cast<std::int32_t>(random.Between(4, 6));
  scenario.validators = static_cast<std::int32_t>(random.Between(1, 3));
  scenario.ledgers = static_cast<std::int32_t>(random.Between(2, 4));
  scenario.accounts = static_cast<std::int32_t>(random.Between(4, 24));
  scenario.payments = static_cast<std::int32_t>(random.Between(60, 220));
  scenario.batch_records = static_cast<std::size_t>(random.Between(1, 20));
  scenario.snapshot_events = random.Between(3, 40);
  scenario.standbys = static_cast<std::int32_t>(
      Random(seed, "standbys").Below(static_cast<std::uint64_t>(scenario.ledgers) + 1));
  DrawWebhooks(scenario);
  for (const std::string_view fault : AllFaults()) {
    // Some runs are without a fault, so that it cannot hide another.
    const std::int64_t chance = random.Between(0, ChanceMax(fault));
    scenario.chances[std::string(fault)] = random.Chance(25) ? 0 : chance;
  }
  // Both at once are more than is promised: docs/testing.md.
  scenario
      .chances[std::string(random.Chance(50) ? log_sim::fault::kEndStale : fault::kLongDowntime)] =
      0;
  return scenario;
}

std::string Format(const Scenario& scenario) {
  std::string text =
      "seed " + std::to_string(scenario.seed) + "\npartitions " +
      std::to_string(scenario.partitions) + "\nvalidators " + std::to_string(scenario.validators) +
      "\nledgers " + std::to_string(scenario.ledgers) + "\nstandbys " +
      std::to_string(scenario.standbys) + "\nnotifiers " + std::to_string(scenario.notifiers) +
      "\naccounts " + std::to_string(scenario.accounts) + "\npayments " +
      std::to_string(scenario.payments) + "\nbatch-records " +
      std::to_string(scenario.batch_records) + "\nsnapshot-events " +
      std::to_string(scenario.snapshot_events) + '\n' + FormatEndpoints(scenario.endpoints);
  if (scenario.faults) {
    for (const FaultAt& fault : *scenario.faults) {
      text += "fault " + fault.name + ' ' + std::to_string(fault.opportunity) + '\n';
    }
    text += "no-other-faults\n";
  } else {
    for (const auto& [fault, chance] : scenario.chances) {
      text += "chance " + fault + ' ' + std::to_string(chance) + '\n';
    }
  }
  for (const std::string& command : scenario.commands.value_or(std::vector<std::string>())) {
    text += "command " + command + '\n';
  }
  return text;
}

base::Result<Scenario> Parse(std::string_view text) {
  // The seed first, wherever it stands, since it says what is left out.
  Scenario found;
  std::string wrong = ForEachLine(text, [&](std::string_view line) {
    return line.starts_with("seed ") ? Reader(found).Take(line) : std::string();
  });
  Scenario scenario = Draw(found.seed);
  if (wrong.empty()) {
    Reader reader(scenario);
    wrong = ForEachLine(text, [&](std::string_view line) { return reader.Take(line); });
  }
  if (!wrong.empty()) {
    return base::Error{.code = base::ErrorCode::kInvalidArgument, .context = wrong};
  }
  return scenario;
}

}  // namespace paylog::simulation
