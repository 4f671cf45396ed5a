#include "paylog/codec/command_values.h"

#include <utility>

#include "paylog/base/limits.h"
#include "paylog/codec/utf8.h"

namespace paylog::codec {
namespace {

using model::ResultCode;

// Made where something is wrong only: it costs more than reading the field.
std::string FieldPath(std::string_view name) {
  return MemberPath("$", name);
}

std::string Quoted(std::string_view text) {
  return "'" + Excerpt(text) + "'";
}

std::string AtMost(std::size_t limit, std::string_view unit) {
  return "at most " + std::to_string(limit) + " " + std::string(unit);
}

}  // namespace

void CommandValues::Read(const FieldSpec& field, const JsonValue& value) {
  switch (field.kind) {
    case FieldKind::kType:
    case FieldKind::kCommandId:
    case FieldKind::kAccount:
      return;
    case FieldKind::kCreditorAccount:
      return ReadCreditor(field.name, value);
    case FieldKind::kAmount:
      return ReadAmount(field.name, value);
    case FieldKind::kCurrency:
      return ReadCurrency(field.name, value);
    case FieldKind::kOverdraftLimit:
      limits.overdraft_limit = ReadLimit(field.name, value);
      return;
    case FieldKind::kMinBalance:
      limits.min_balance = ReadLimit(field.name, value);
      return;
    case FieldKind::kMaxBalance:
      limits.max_balance = ReadLimit(field.name, value);
      return;
    case FieldKind::kScope:
      return ReadScope(field.name, value);
    case FieldKind::kReason:
      reason = ReadText(field.name, value, base::kReasonLengthMax);
      return;
    case FieldKind::kReference:
      reference = ReadText(field.name, value, base::kReferenceLengthMax);
      return;
    case FieldKind::kMetadata:
      return ReadMetadata(field.name, value);
  }
}

void CommandValues::ReadCreditor(std::string_view name, const JsonValue& value) {
  if (value.kind != JsonKind::kString) {
    RefuseKind(FieldPath(name), value, JsonKind::kString);
    return;
  }
  creditor_account = model::AccountId::Parse(value.text);
  if (creditor_account) {
    return;
  }
  if (value.text.starts_with('$')) {
    Refuse(ResultCode::kReservedAccount, FieldPath(name),
           "names a system account, which no command may do: " + Quoted(value.text));
    return;
  }
  Refuse(ResultCode::kInvalidFieldValue, FieldPath(name),
         "must be 1 to 64 letters, digits and . _ : - and begin with a letter or digit; it is " +
             Quoted(value.text));
}

void CommandValues::ReadAmount(std::string_view name, const JsonValue& value) {
  const auto integer = IntegerOf(name, value);
  if (!integer) {
    return;
  }
  if (*integer < 1) {
    Refuse(ResultCode::kAmountMustBePositive, FieldPath(name),
           "must be at least 1 minor unit; it is " + std::to_string(*integer));
    return;
  }
  if (*integer > base::kAmountMinorMax) {
    Refuse(ResultCode::kNumberOutOfRange, FieldPath(name),
           "must be at most 9007199254740991; it is " + std::to_string(*integer));
    return;
  }
  amount = integer;
}

std::optional<std::int64_t> CommandValues::ReadLimit(std::string_view name,
                                                     const JsonValue& value) {
  const auto integer = IntegerOf(name, value);
  if (integer && (*integer < 0 || *integer > base::kAmountMinorMax)) {
    Refuse(ResultCode::kNumberOutOfRange, FieldPath(name),
           "must be 0 to 9007199254740991; it is " + std::to_string(*integer));
    return std::nullopt;
  }
  return integer;
}

void CommandValues::ReadCurrency(std::string_view name, const JsonValue& value) {
  if (value.kind != JsonKind::kString) {
    RefuseKind(FieldPath(name), value, JsonKind::kString);
    return;
  }
  currency = model::Currency::Parse(value.text);
  if (!currency) {
    Refuse(ResultCode::kUnknownCurrency, FieldPath(name),
           "must be an active ISO 4217 code such as EUR; it is " + Quoted(value.text));
  }
}

void CommandValues::ReadScope(std::string_view name, const JsonValue& value) {
  if (value.kind != JsonKind::kString) {
    RefuseKind(FieldPath(name), value, JsonKind::kString);
    return;
  }
  scope = model::ParseFreezeScope(value.text);
  if (!scope) {
    Refuse(ResultCode::kInvalidFieldValue, FieldPath(name),
           "must be debits, credits or both; it is " + Quoted(value.text));
  }
}

std::optional<std::string> CommandValues::ReadText(std::string_view name, const JsonValue& value,
                                                   std::size_t length_max) {
  if (value.kind != JsonKind::kString) {
    RefuseKind(FieldPath(name), value, JsonKind::kString);
    return std::nullopt;
  }
  const std::size_t length = CountCodePoints(value.text);
  if (length == 0 || length > length_max) {
    Refuse(ResultCode::kInvalidFieldValue, FieldPath(name),
           "must be 1 to " + std::to_string(length_max) + " characters long; it has " +
               std::to_string(length));
    return std::nullopt;
  }
  if (HasControlCharacter(value.text)) {
    Refuse(ResultCode::kInvalidFieldValue, FieldPath(name), "must not hold control characters");
    return std::nullopt;
  }
  return std::string(value.text);
}

void CommandValues::ReadMetadata(std::string_view name, const JsonValue& value) {
  if (value.kind != JsonKind::kObject) {
    RefuseKind(FieldPath(name), value, JsonKind::kObject);
    return;
  }
  if (value.children().size() > base::kMetadataEntriesMax) {
    Refuse(ResultCode::kMetadataTooLarge, FieldPath(name),
           "may have " + AtMost(base::kMetadataEntriesMax, "entries") + "; it has " +
               std::to_string(value.children().size()));
  }
  metadata.emplace();
  for (const JsonValue& entry : value.children()) {
    ReadMetadataEntry(name, entry);
  }
}

void CommandValues::ReadMetadataEntry(std::string_view name, const JsonValue& entry) {
  const auto path = [&] { return MemberPath(FieldPath(name), entry.name); };
  if (entry.kind != JsonKind::kString) {
    RefuseKind(path(), entry, JsonKind::kString);
    return;
  }
  if (entry.name.empty()) {
    Refuse(ResultCode::kInvalidFieldValue, path(), "has an empty key");
  }
  if (HasControlCharacter(entry.name) || HasControlCharacter(entry.text)) {
    Refuse(ResultCode::kInvalidFieldValue, path(), "must not hold control characters");
  }
  if (CountCodePoints(entry.name) > base::kMetadataKeyLengthMax) {
    Refuse(ResultCode::kMetadataTooLarge, path(),
           "has a key that is too long: " + AtMost(base::kMetadataKeyLengthMax, "characters"));
  }
  if (CountCodePoints(entry.text) > base::kMetadataValueLengthMax) {
    Refuse(ResultCode::kMetadataTooLarge, path(),
           "has a value that is too long: " + AtMost(base::kMetadataValueLengthMax, "characters"));
  }
  metadata->emplace(entry.name, entry.text);
}

std::optional<std::int64_t> CommandValues::IntegerOf(std::string_view name,
                                                     const JsonValue& value) {
  if (value.kind == JsonKind::kInteger) {
    return value.integer;
  }
  const std::string path = FieldPath(name);
  if (value.kind == JsonKind::kNotInteger) {
    Refuse(ResultCode::kNumberNotInteger, path,
           "must be written as a plain integer, without fraction, exponent or minus zero");
  } else if (value.kind == JsonKind::kTooLarge) {
    Refuse(ResultCode::kNumberOutOfRange, path, "must be 0 to 9007199254740991");
  } else {
    Refuse(ResultCode::kWrongFieldType, path,
           std::string("must be a number; it is ").append(Describe(value.kind)));
  }
  return std::nullopt;
}

void CommandValues::RefuseKind(const std::string& path, const JsonValue& value, JsonKind wanted) {
  Refuse(ResultCode::kWrongFieldType, path,
         std::string("must be ")
             .append(Describe(wanted))
             .append("; it is ")
             .append(Describe(value.kind)));
}

void CommandValues::Refuse(ResultCode code, const std::string& path, std::string_view problem) {
  refusals_.Add({.code = code, .path = path, .message = path + " " + std::string(problem)});
}

}  // namespace paylog::codec
