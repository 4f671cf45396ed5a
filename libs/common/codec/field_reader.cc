#include "paylog/codec/field_reader.h"

#include <limits>

#include "paylog/base/check.h"
#include "paylog/base/limits.h"
#include "paylog/codec/json_reader.h"

namespace paylog::codec {
namespace {

const JsonValue& StandIn(JsonKind kind) {
  static const JsonValue kInteger{.kind = JsonKind::kInteger};
  static const JsonValue kString{.kind = JsonKind::kString};
  static const JsonValue kObject{.kind = JsonKind::kObject};
  static const JsonValue kNull;
  switch (kind) {
    case JsonKind::kInteger:
      return kInteger;
    case JsonKind::kString:
      return kString;
    case JsonKind::kObject:
      return kObject;
    case JsonKind::kNull:
    case JsonKind::kBoolean:
    case JsonKind::kNotInteger:
    case JsonKind::kTooLarge:
    case JsonKind::kArray:
      return kNull;
  }
  return kNull;
}

base::Error Corrupt(std::string context) {
  return {.code = base::ErrorCode::kCorrupt, .context = std::move(context)};
}

}  // namespace

FieldReader::FieldReader(const JsonValue& object)
    : object_(object), next_(object.children().begin()) {
  CHECK(object.kind == JsonKind::kObject);
}

base::Error FieldReader::error() const {
  CHECK(!ok());
  return Corrupt("$" + *fault_);
}

void FieldReader::Fail(std::string_view name, std::string_view problem) {
  FailAt(MemberPath({}, name), problem);
}

void FieldReader::FailItem(std::string_view name, std::size_t index, std::string_view problem) {
  FailAt(ItemPath(MemberPath({}, name), index), problem);
}

void FieldReader::FailAt(std::string path, std::string_view problem) {
  if (ok()) {
    fault_ = std::move(path.append(": ").append(problem));
  }
}

const JsonValue* FieldReader::Find(std::string_view name) {
  const JsonValue* const found = IsNext(name) ? &*next_ : object_.Find(name);
  if (found != nullptr) {
    next_ = ++JsonChildren::Iterator(found);
  }
  return found;
}

const JsonValue& FieldReader::Get(std::string_view name, JsonKind kind) {
  const JsonValue* const value = Find(name);
  if (value == nullptr) {
    Fail(name, "is missing");
    return StandIn(kind);
  }
  if (value->kind != kind) {
    Fail(name, std::string("must be ").append(Describe(kind)));
    return StandIn(kind);
  }
  return *value;
}

std::string FieldReader::Text(std::string_view name) {
  return std::string(Get(name, JsonKind::kString).text);
}

std::optional<std::string> FieldReader::OptionalText(std::string_view name) {
  if (!Has(name)) {
    return std::nullopt;
  }
  return Text(name);
}

std::vector<std::string> FieldReader::Texts(std::string_view name) {
  std::vector<std::string> texts;
  for (const JsonValue& item : Array(name).children()) {
    if (item.kind != JsonKind::kString) {
      FailItem(name, texts.size(), "must be a string");
    }
    texts.emplace_back(item.text);
  }
  return texts;
}

bool FieldReader::Boolean(std::string_view name) {
  return Get(name, JsonKind::kBoolean).boolean;
}

std::int64_t FieldReader::Integer(std::string_view name) {
  return Get(name, JsonKind::kInteger).integer;
}

base::Int128 FieldReader::Integer128(std::string_view name) {
  const JsonValue* const value = Find(name);
  if (value != nullptr && value->kind == JsonKind::kTooLarge) {
    // Far beyond any sum of amounts, and far enough from the end that limits can be added.
    constexpr base::Int128 kLargest = base::Int128{1} << 120;
    const auto number = base::ParseInt128(value->text);
    if (number && *number<kLargest&& * number> - kLargest) {
      return *number;
    }
  }
  return value != nullptr && value->kind == JsonKind::kInteger ? value->integer : Integer(name);
}

std::int64_t FieldReader::Count(std::string_view name) {
  const std::int64_t value = Integer(name);
  if (value < 0) {
    Fail(name, "must not be negative");
    return 0;
  }
  return value;
}

std::int32_t FieldReader::Count32(std::string_view name) {
  const std::int64_t value = Count(name);
  if (value > std::numeric_limits<std::int32_t>::max()) {
    Fail(name, "must fit 32 bits");
    return 0;
  }
  return static_cast<std::int32_t>(value);
}

base::Hash256 FieldReader::Hash(std::string_view name) {
  const auto hash = base::Hash256::FromHex(Get(name, JsonKind::kString).text);
  if (!hash) {
    Fail(name, "must be 64 lower-case hexadecimal digits");
  }
  return hash.value_or(base::Hash256{});
}

model::AccountId FieldReader::Customer(std::string_view name) {
  auto account = model::AccountId::Parse(Get(name, JsonKind::kString).text);
  if (!account) {
    Fail(name, "must be a customer's account");
    return model::AccountId::External(model::Currency::All().front());
  }
  return *account;
}

model::AccountId FieldReader::AnyAccount(std::string_view name) {
  auto account = model::AccountId::ParseAny(Get(name, JsonKind::kString).text);
  if (!account) {
    Fail(name, "must be an account");
    return model::AccountId::External(model::Currency::All().front());
  }
  return *account;
}

model::CommandId FieldReader::CommandId(std::string_view name) {
  auto id = model::CommandId::Parse(Get(name, JsonKind::kString).text);
  if (!id) {
    Fail(name, "must be a command id");
    return *model::CommandId::Parse("-");
  }
  return *id;
}

model::CommandType FieldReader::CommandType(std::string_view name) {
  const auto type = model::ParseCommandType(Get(name, JsonKind::kString).text);
  if (!type) {
    Fail(name, "must be a command's type");
  }
  return type.value_or(model::CommandType::kTransfer);
}

model::Currency FieldReader::Currency(std::string_view name) {
  const auto currency = model::Currency::Parse(Get(name, JsonKind::kString).text);
  if (!currency) {
    Fail(name, "must be a currency");
  }
  return currency.value_or(model::Currency::All().front());
}

std::int64_t FieldReader::Limit(std::string_view name) {
  const std::int64_t value = Count(name);
  if (value > base::kAmountMinorMax) {
    Fail(name, "must be at most 2^53 - 1");
    return 0;
  }
  return value;
}

model::Money FieldReader::Money() {
  const model::Money money = Change();
  if (money.minor < 1) {
    Fail("amount", "must be at least 1");
  }
  return money;
}

model::Money FieldReader::Change() {
  const std::int64_t minor = Integer("amount");
  if (minor > base::kAmountMinorMax || minor < -base::kAmountMinorMax) {
    Fail("amount", "must be at most 2^53 - 1");
  }
  return {.minor = minor, .currency = Currency("currency")};
}

model::FreezeScope FieldReader::Scope(std::string_view name) {
  const auto scope = model::ParseFreezeScope(Get(name, JsonKind::kString).text);
  if (!scope) {
    Fail(name, "must be debits, credits or both");
  }
  return scope.value_or(model::FreezeScope::kBoth);
}

model::ResultCode FieldReader::Code(std::string_view name) {
  const auto code = model::ParseResultCode(Get(name, JsonKind::kString).text);
  if (!code) {
    Fail(name, "must be a result code");
  }
  return code.value_or(model::ResultCode::kOk);
}

model::ResultStatus FieldReader::Status(std::string_view name) {
  const auto status = model::ParseResultStatus(Get(name, JsonKind::kString).text);
  if (!status) {
    Fail(name, "must be completed, rejected or refused");
  }
  return status.value_or(model::ResultStatus::kCompleted);
}

void FieldReader::Expect(std::string_view name, std::int64_t expected) {
  if (Integer(name) != expected) {
    Fail(name, "must be " + std::to_string(expected));
  }
}

base::Result<JsonDocument> ReadOwnJson(std::string_view value) {
  auto parsed = ReadJson(value);
  if (const auto* const error = std::get_if<JsonError>(&parsed)) {
    return Corrupt("$: " + error->message);
  }
  return std::move(std::get<JsonDocument>(parsed));
}

base::Result<void> ExpectSameBytes(std::string_view value, std::string_view encoded) {
  if (value == encoded) {
    return {};
  }
  std::size_t at = 0;
  while (at < value.size() && at < encoded.size() && value[at] == encoded[at]) {
    ++at;
  }
  return Corrupt("$: differs from its own encoding from byte " + std::to_string(at) + " on");
}

}  // namespace paylog::codec
