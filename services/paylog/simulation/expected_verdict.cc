#include "paylog/simulation/expected_verdict.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "paylog/base/murmur2.h"
#include "paylog/model/currency.h"

namespace paylog::simulation {
namespace {

using Json = nlohmann::json;
using Kind = ExpectedVerdict::Kind;

constexpr std::size_t kBodyMax = std::size_t{64} * 1024;
constexpr int kNestingMax = 16;
constexpr std::uint64_t kNumberMax = 9'007'199'254'740'991;

// The fields of each command besides type and command_id; true: it must be there.
const std::map<std::string, std::map<std::string, bool>>& Commands() {
  static const std::map<std::string, std::map<std::string, bool>> kCommands = {
      {"open_account",
       {{"account", true},
        {"currency", true},
        {"overdraft_limit", false},
        {"min_balance", false},
        {"max_balance", false}}},
      {"update_account",
       {{"account", true},
        {"overdraft_limit", false},
        {"min_balance", false},
        {"max_balance", false}}},
      {"freeze_account", {{"account", true}, {"scope", true}, {"reason", true}}},
      {"unfreeze_account", {{"account", true}, {"scope", true}, {"reason", true}}},
      {"close_account", {{"account", true}}},
      {"deposit",
       {{"account", true},
        {"amount", true},
        {"currency", true},
        {"reference", false},
        {"metadata", false}}},
      {"withdraw",
       {{"account", true},
        {"amount", true},
        {"currency", true},
        {"reference", false},
        {"metadata", false}}},
      {"transfer",
       {{"debtor_account", true},
        {"creditor_account", true},
        {"amount", true},
        {"currency", true},
        {"reference", false},
        {"metadata", false}}}};
  return kCommands;
}

bool IsNumberField(const std::string& field) {
  return field == "amount" || field.ends_with("_limit") || field.ends_with("_balance");
}

bool IsUtf8(const std::string& text) {
  try {
    (void)Json(text).dump();
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

// In Unicode code points.
bool IsText(const std::string& text, std::size_t min, std::size_t max) {
  const auto points = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
  return points >= min && points <= max && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
         });
}

bool IsCommandId(const Json& id) {
  if (!id.is_string()) {
    return false;
  }
  const auto text = id.get<std::string>();
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool IsAccount(const std::string& text) {
  const auto is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && text.size() <= 64 && is_alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_alphanumeric(c) || c == '_' || c == '.' || c == ':' || c == '-';
         });
}

// The body, how deep it goes, and whether a field stands twice.
// NOLINTNEXTLINE(bugprone-exception-escape): moving a Json throws nothing.
struct Parsed {
  Json body;
  int depth = 0;
  bool has_duplicate = false;
  // An id that stands twice is none; so is an account.
  std::set<std::string> doubled;  // Of the outermost object.
};

Parsed ParseBody(const std::string& text) {
  Parsed parsed;
  std::vector<std::set<std::string>> keys;
  const Json::parser_callback_t look = [&](int depth, Json::parse_event_t event, Json& value) {
    parsed.depth = std::max(parsed.depth, depth + 1);
    if (event == Json::parse_event_t::object_start) {
      keys.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      keys.pop_back();
    } else if (event == Json::parse_event_t::key) {
      const auto key = value.get<std::string>();
      const bool again = !keys.back().insert(key).second;
      parsed.has_duplicate |= again;
      if (again && keys.size() == 1) {
        parsed.doubled.insert(key);
      }
    }
    return true;
  };
  parsed.body = Json::parse(text, look, /*allow_exceptions=*/false);
  return parsed;
}

std::string WhyWrongType(const Json& body) {
  for (const auto& [field, value] : body.items()) {
    const bool right = IsNumberField(field)  ? value.is_number()
                       : field == "metadata" ? value.is_object()
                                             : value.is_string();
    if (!right) {
      return "wrong_field_type";
    }
  }
  return "";
}

std::string WhyWrongNumber(const Json& body) {
  for (const auto& [field, value] : body.items()) {
    if (IsNumberField(field) && value.is_number_float()) {
      return "?";  // A fraction, an exponent, or so many digits that nlohmann makes it one.
    }
  }
  for (const auto& [field, value] : body.items()) {
    if (IsNumberField(field) &&
        (value.is_number_unsigned() ? value.get<std::uint64_t>() > kNumberMax
                                    : field != "amount")) {
      return "number_out_of_range";
    }
  }
  return "";
}

// Text that its field does not allow.
std::string WhyWrongText(const Json& body) {
  for (const auto& [field, value] : body.items()) {
    if ((field == "reference" || field == "reason") && !IsText(value.get<std::string>(), 1, 140)) {
      return "invalid_field_value";
    }
    if (field == "scope" && value != "debits" && value != "credits" && value != "both") {
      return "invalid_field_value";
    }
    if (field == "creditor_account" && !IsAccount(value.get<std::string>())) {
      return value.get<std::string>().starts_with('$') ? "reserved_account" : "invalid_field_value";
    }
  }
  return "";
}

std::string WhyWrongMetadata(const Json& body) {
  const Json metadata = body.value("metadata", Json::object());
  if (metadata.size() > 50) {
    return "metadata_too_large";
  }
  for (const auto& [key, value] : metadata.items()) {
    if (!value.is_string()) {
      return "?";
    }
    const auto text = value.get<std::string>();
    if (!IsText(key, 1, 40) || !IsText(text, 0, 500)) {
      return text.size() > 500 && IsText(key, 1, 40) ? "metadata_too_large" : "?";
    }
  }
  return "";
}

std::string WhyWrongMeaning(const std::string& type, const Json& body) {
  if (body.contains("amount") && body["amount"] <= 0) {
    return "amount_must_be_positive";
  }
  if (body.contains("currency") && !model::Currency::Parse(body["currency"].get<std::string>())) {
    return "unknown_currency";
  }
  if (type == "transfer" && body["debtor_account"] == body["creditor_account"]) {
    return "same_account";
  }
  if (std::string why = WhyWrongMetadata(body); !why.empty()) {
    return why;
  }
  if (type == "update_account" && !body.contains("overdraft_limit") &&
      !body.contains("min_balance") && !body.contains("max_balance")) {
    return "nothing_to_update";
  }
  const bool both = body.value("overdraft_limit", 0) > 0 && body.value("min_balance", 0) > 0;
  return both ? "conflicting_limits" : "";
}

// In order of precedence; empty where nothing is wrong, "?" for one code or another.
std::string WhyRefused(const Parsed& parsed) {
  const Json& body = parsed.body;
  if (parsed.has_duplicate) {
    return "duplicate_field";
  }
  if (!body.contains("type") || !body["type"].is_string()) {
    return "?";
  }
  const std::string type = body["type"];
  const auto command = Commands().find(type);
  if (command == Commands().end()) {
    return "unknown_type";
  }
  for (const auto& [field, value] : body.items()) {
    if (field != "type" && field != "command_id" && !command->second.contains(field)) {
      return "unknown_field";
    }
  }
  for (const auto& [field, required] : command->second) {
    if (required && !body.contains(field)) {
      return "missing_field";
    }
  }
  for (const auto why : {WhyWrongType, WhyWrongNumber, WhyWrongText}) {
    if (std::string code = why(body); !code.empty()) {
      return code;
    }
  }
  return WhyWrongMeaning(type, body);
}

std::string WhyMisplaced(const log::StoredRecord& record, const std::string& account,
                         std::int32_t partition, std::int32_t partition_count) {
  if (!record.key) {
    return "key_missing";
  }
  if (*record.key != account) {
    return "key_not_account";
  }
  return base::PartitionOf(account, partition_count).value() != partition ? "wrong_partition" : "";
}

std::string TypeOf(const Parsed& parsed) {
  const Json type = parsed.body.value("type", Json());
  return type.is_string() && Commands().contains(type) && !parsed.doubled.contains("type") ? type
                                                                                           : "";
}

// The account that the command is about, where it can be read.
std::string AccountOf(const Json& body) {
  const char* const field = body.value("type", Json()) == "transfer" || !body.contains("account")
                                ? "debtor_account"
                                : "account";
  return body.contains(field) && body[field].is_string() ? body[field].get<std::string>() : "";
}

}  // namespace

ExpectedVerdict JudgeCommand(const log::StoredRecord& record, std::int32_t partition,
                             std::int32_t partition_count) {
  if (record.value.size() > kBodyMax) {
    return {.kind = Kind::kDeadLetter, .code = "body_too_large"};
  }
  if (!IsUtf8(record.value)) {
    return {.kind = Kind::kDeadLetter, .code = "invalid_utf8"};
  }
  const Parsed parsed = ParseBody(record.value);
  if (parsed.depth > kNestingMax) {
    return {.kind = Kind::kDeadLetter, .code = "nesting_too_deep"};
  }
  if (!parsed.body.is_object()) {
    return {.kind = Kind::kDeadLetter, .code = "invalid_json"};
  }
  if (!IsCommandId(parsed.body.value("command_id", Json())) ||
      parsed.doubled.contains("command_id")) {
    return {.kind = Kind::kDeadLetter, .code = "unreadable_command_id"};
  }
  const std::string account = AccountOf(parsed.body);
  if (!IsAccount(account)) {
    return {.kind = Kind::kDeadLetter, .code = "unreadable_account"};
  }
  std::string code = WhyRefused(parsed);
  if (code.empty()) {
    code = WhyMisplaced(record, account, partition, partition_count);
  }
  return {.kind = code.empty() ? Kind::kAccepted : Kind::kRefused,
          .code = code.empty() ? "ok" : code,
          .account = account,
          .type = TypeOf(parsed)};
}

}  // namespace paylog::simulation
