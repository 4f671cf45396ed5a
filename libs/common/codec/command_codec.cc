#include "paylog/codec/command_codec.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "paylog/base/limits.h"
#include "paylog/codec/command_fields.h"
#include "paylog/codec/command_values.h"
#include "paylog/codec/json_reader.h"
#include "paylog/codec/json_writer.h"
#include "paylog/codec/refusals.h"
#include "paylog/codec/utf8.h"

namespace paylog::codec {
namespace {

using model::CommandType;
using model::ResultCode;

ResultCode CodeOf(JsonFault fault) {
  switch (fault) {
    case JsonFault::kInvalidUtf8:
      return ResultCode::kInvalidUtf8;
    case JsonFault::kInvalidJson:
      return ResultCode::kInvalidJson;
    case JsonFault::kTooDeep:
      return ResultCode::kNestingTooDeep;
  }
  return ResultCode::kInvalidJson;
}

model::UnreadableCommand Unreadable(model::Refusal refusal) {
  return {.refusal = std::move(refusal)};
}

// The text of the only member of this name, or what is wrong with it.
struct OnlyText {
  std::optional<std::string_view> text;
  std::string problem;
};

OnlyText FindOnlyText(const JsonValue& object, std::string_view name) {
  const JsonValue* const value = object.Find(name);
  if (value == nullptr) {
    return {.problem = "is missing"};
  }
  if (!object.names_differ && object.Count(name) > 1) {
    return {.problem = "stands twice"};
  }
  if (value->kind != JsonKind::kString) {
    return {.problem = std::string("must be a string; it is ").append(Describe(value->kind))};
  }
  return {.text = value->text, .problem = {}};
}

// Known where "type" stands once and names a command.
std::optional<CommandType> TypeOf(const JsonValue& object) {
  const OnlyText type = FindOnlyText(object, "type");
  return type.text ? model::ParseCommandType(*type.text) : std::nullopt;
}

std::string_view AccountField(const JsonValue& object, std::optional<CommandType> type) {
  if (type) {
    return AccountFieldOf(*type);
  }
  const std::string_view of_transfer = AccountFieldOf(CommandType::kTransfer);
  return object.Find("account") == nullptr && object.Find(of_transfer) != nullptr ? of_transfer
                                                                                  : "account";
}

std::variant<model::CommandId, model::Refusal> ReadCommandId(const JsonValue& object) {
  const OnlyText found = FindOnlyText(object, "command_id");
  const auto id = found.text ? model::CommandId::Parse(*found.text) : std::nullopt;
  if (id) {
    return *id;
  }
  model::Refusal refusal{.code = ResultCode::kUnreadableCommandId, .path = "$.command_id"};
  refusal.message =
      refusal.path + ' ' +
      (found.text ? "must be 1 to 64 visible ASCII characters; it is '" + Excerpt(*found.text) + "'"
                  : found.problem);
  return refusal;
}

std::variant<model::AccountId, model::Refusal> ReadAccount(const JsonValue& object) {
  const std::string_view field = AccountField(object, TypeOf(object));
  const OnlyText found = FindOnlyText(object, field);
  const auto account = found.text ? model::AccountId::Parse(*found.text) : std::nullopt;
  if (account) {
    return *account;
  }
  model::Refusal refusal{.code = ResultCode::kUnreadableAccount, .path = MemberPath("$", field)};
  refusal.message = refusal.path + ' ' +
                    (found.text ? "must be 1 to 64 letters, digits and . _ : - and begin with a "
                                  "letter or digit; it is '" +
                                      Excerpt(*found.text) + "'"
                                : found.problem);
  return refusal;
}

// Why `type` is not known.
void RefuseType(const JsonValue& object, Refusals& refusals) {
  const JsonValue* const type = object.Find("type");
  if (type == nullptr) {
    refusals.Add(
        {.code = ResultCode::kMissingField, .path = "$.type", .message = "$.type is missing"});
  } else if (type->kind != JsonKind::kString) {
    refusals.Add(
        {.code = ResultCode::kWrongFieldType,
         .path = "$.type",
         .message = std::string("$.type must be a string; it is ").append(Describe(type->kind))});
  } else {
    refusals.Add({.code = ResultCode::kUnknownType,
                  .path = "$.type",
                  .message = "$.type names no command: '" + Excerpt(type->text) + "'"});
  }
}

void ReadFields(const JsonValue& object, CommandType type, CommandValues& values,
                Refusals& refusals) {
  const auto fields = FieldsOf(type);
  for (const FieldSpec& field : fields) {
    const JsonValue* const value = object.Find(field.name);
    if (value != nullptr) {
      values.Read(field, *value);
    } else if (field.required) {
      const std::string path = MemberPath("$", field.name);
      refusals.Add(
          {.code = ResultCode::kMissingField, .path = path, .message = path + " is missing"});
    }
  }
  for (const JsonValue& member : object.children()) {
    const bool known = std::any_of(fields.begin(), fields.end(), [&](const FieldSpec& field) {
      return field.name == member.name;
    });
    if (!known) {
      const std::string path = MemberPath("$", member.name);
      refusals.Add({.code = ResultCode::kUnknownField,
                    .path = path,
                    .message = path + " is not a field of " + std::string(ToString(type))});
    }
  }
}

// Rules over several fields.
void CheckRelations(const model::AccountId& account, CommandType type, const CommandValues& values,
                    Refusals& refusals) {
  const model::AccountLimits& limits = values.limits;
  if (values.creditor_account == account) {
    refusals.Add({.code = ResultCode::kSameAccount,
                  .path = "$.creditor_account",
                  .message = "$.creditor_account is the debtor's account too: '" +
                             account.ToString() + "'"});
  }
  if (type == CommandType::kUpdateAccount && limits == model::AccountLimits{}) {
    refusals.Add({.code = ResultCode::kNothingToUpdate,
                  .path = "$",
                  .message = "one of overdraft_limit, min_balance and max_balance must be given"});
  }
  if (limits.overdraft_limit.value_or(0) > 0 && limits.min_balance.value_or(0) > 0) {
    refusals.Add(
        {.code = ResultCode::kConflictingLimits,
         .path = "$.min_balance",
         .message = "$.overdraft_limit and $.min_balance are both above zero; one must be 0"});
  }
}

// REQUIRES: nothing was refused, so every required value is there.
model::CommandBody MakeBody(CommandType type, CommandValues&& values) {
  const auto money = [&] {
    return model::Money{.minor = values.amount.value(), .currency = values.currency.value()};
  };
  switch (type) {
    case CommandType::kOpenAccount:
      return model::OpenAccount{.currency = values.currency.value(), .limits = values.limits};
    case CommandType::kUpdateAccount:
      return model::UpdateAccount{.limits = values.limits};
    case CommandType::kFreezeAccount:
      return model::FreezeAccount{.scope = values.scope.value(),
                                  .reason = std::move(values.reason).value()};
    case CommandType::kUnfreezeAccount:
      return model::UnfreezeAccount{.scope = values.scope.value(),
                                    .reason = std::move(values.reason).value()};
    case CommandType::kCloseAccount:
      return model::CloseAccount{};
    case CommandType::kDeposit:
      return model::Deposit{.amount = money(),
                            .reference = std::move(values.reference),
                            .metadata = std::move(values.metadata)};
    case CommandType::kWithdraw:
      return model::Withdraw{.amount = money(),
                             .reference = std::move(values.reference),
                             .metadata = std::move(values.metadata)};
    case CommandType::kTransfer:
      return model::Transfer{.creditor_account = values.creditor_account.value(),
                             .amount = money(),
                             .reference = std::move(values.reference),
                             .metadata = std::move(values.metadata)};
  }
  return model::CloseAccount{};
}

// REQUIRES: `id` and `account` are those of the document.
model::DecodedCommand DecodeReadable(const JsonDocument& document, model::CommandId id,
                                     model::AccountId account) {
  const auto type = TypeOf(document.root());
  Refusals refusals;
  CommandValues values(refusals);
  for (const std::string& path : document.duplicate_paths) {
    refusals.Add(
        {.code = ResultCode::kDuplicateField, .path = path, .message = path + " stands twice"});
  }
  if (type) {
    ReadFields(document.root(), *type, values, refusals);
    // A relation holds between values that are there, so a field that is wrong hides none.
    CheckRelations(account, *type, values, refusals);
  } else {
    RefuseType(document.root(), refusals);
  }
  if (!refusals.empty()) {
    return model::RefusedCommand{
        .id = id, .account = account, .type = type, .refusal = refusals.first()};
  }
  return model::Command{.id = id, .account = account, .body = MakeBody(*type, std::move(values))};
}

void WriteMetadata(JsonWriter& writer, const std::optional<model::Metadata>& metadata) {
  if (!metadata) {
    return;
  }
  std::vector<const model::Metadata::value_type*> entries;
  entries.reserve(metadata->size());
  for (const auto& entry : *metadata) {
    entries.push_back(&entry);
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto* a, const auto* b) { return Utf16Less(a->first, b->first); });
  writer.Key("metadata").BeginObject();
  for (const auto* const entry : entries) {
    writer.Field(entry->first, entry->second);
  }
  writer.EndObject();
}

void WriteLimit(JsonWriter& writer, std::string_view name, std::optional<std::int64_t> limit) {
  if (limit) {
    writer.Field(name, *limit);
  }
}

void WriteLimits(JsonWriter& writer, const model::AccountLimits& limits) {
  WriteLimit(writer, "overdraft_limit", limits.overdraft_limit);
  WriteLimit(writer, "min_balance", limits.min_balance);
  WriteLimit(writer, "max_balance", limits.max_balance);
}

void Write(JsonWriter& writer, const model::OpenAccount& body) {
  writer.Field("currency", body.currency.code());
  WriteLimits(writer, body.limits);
}

void Write(JsonWriter& writer, const model::UpdateAccount& body) {
  WriteLimits(writer, body.limits);
}

void Write(JsonWriter& writer, const model::FreezeAccount& body) {
  writer.Field("scope", ToString(body.scope)).Field("reason", body.reason);
}

void Write(JsonWriter& writer, const model::UnfreezeAccount& body) {
  writer.Field("scope", ToString(body.scope)).Field("reason", body.reason);
}

void Write(JsonWriter& /*writer*/, const model::CloseAccount& /*body*/) {}

template <typename Payment>
void WritePayment(JsonWriter& writer, const Payment& body) {
  writer.Field("amount", body.amount.minor).Field("currency", body.amount.currency.code());
  if (body.reference) {
    writer.Field("reference", *body.reference);
  }
  WriteMetadata(writer, body.metadata);
}

void Write(JsonWriter& writer, const model::Deposit& body) {
  WritePayment(writer, body);
}

void Write(JsonWriter& writer, const model::Withdraw& body) {
  WritePayment(writer, body);
}

void Write(JsonWriter& writer, const model::Transfer& body) {
  writer.Field("creditor_account", body.creditor_account.value());
  WritePayment(writer, body);
}

void WriteCanonical(JsonWriter& writer, const model::Command& command) {
  writer.BeginObject().Field("type", ToString(command.type()));
  writer.Field("command_id", command.id.value());
  writer.Field(AccountFieldOf(command.type()), command.account.value());
  std::visit([&](const auto& body) { Write(writer, body); }, command.body);
  writer.EndObject();
}

}  // namespace

model::DecodedCommand DecodeCommand(std::string_view body) {
  if (body.size() > base::kBodyBytesMax) {
    return Unreadable({.code = ResultCode::kBodyTooLarge,
                       .path = "$",
                       .message = "the body has " + std::to_string(body.size()) +
                                  " bytes; at most " + std::to_string(base::kBodyBytesMax) +
                                  " are allowed"});
  }
  auto parsed = ReadJson(body);
  if (auto* const error = std::get_if<JsonError>(&parsed)) {
    return Unreadable(
        {.code = CodeOf(error->fault), .path = "$", .message = std::move(error->message)});
  }
  const auto& document = std::get<JsonDocument>(parsed);
  auto id = ReadCommandId(document.root());
  if (auto* const refusal = std::get_if<model::Refusal>(&id)) {
    return Unreadable(std::move(*refusal));
  }
  auto account = ReadAccount(document.root());
  if (auto* const refusal = std::get_if<model::Refusal>(&account)) {
    return Unreadable(std::move(*refusal));
  }
  return DecodeReadable(document, std::get<model::CommandId>(std::move(id)),
                        std::get<model::AccountId>(std::move(account)));
}

std::string CanonicalCommand(const model::Command& command) {
  return WriteJson(WriteCanonical, command);
}

base::Hash256 BodySha256(const model::Command& command) {
  JsonWriter writer;
  WriteCanonical(writer, command);
  return base::Sha256(writer.written());
}

}  // namespace paylog::codec
