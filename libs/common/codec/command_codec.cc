#include "paylog/codec/command_codec.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "paylog/base/check.h"
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

model::UnreadableCommand Unreadable(ResultCode code, std::string path, std::string message) {
  return {.refusal = {.code = code, .path = std::move(path), .message = std::move(message)}};
}

model::UnreadableCommand Unreadable(const JsonError& error) {
  switch (error.fault) {
    case JsonFault::kInvalidUtf8:
      return Unreadable(ResultCode::kInvalidUtf8, "$", error.message);
    case JsonFault::kInvalidJson:
      return Unreadable(ResultCode::kInvalidJson, "$", error.message);
    case JsonFault::kTooDeep:
      return Unreadable(ResultCode::kNestingTooDeep, "$", error.message);
  }
  return Unreadable(ResultCode::kInvalidJson, "$", error.message);
}

// The text of the only member of this name, or what is wrong with it.
struct OnlyText {
  const std::string* text = nullptr;
  std::string problem;
};

OnlyText FindOnlyText(const JsonValue& object, std::string_view name) {
  const JsonValue* const value = object.Find(name);
  if (value == nullptr) {
    return {.problem = "is missing"};
  }
  if (object.Count(name) > 1) {
    return {.problem = "stands twice"};
  }
  if (value->kind != JsonKind::kString) {
    return {.problem = std::string("must be a string; it is ").append(Describe(value->kind))};
  }
  return {.text = &value->text, .problem = {}};
}

// Known where "type" stands once and names a command.
std::optional<CommandType> TypeOf(const JsonValue& object) {
  const OnlyText type = FindOnlyText(object, "type");
  return type.text == nullptr ? std::nullopt : model::ParseCommandType(*type.text);
}

std::string_view AccountField(const JsonValue& object, std::optional<CommandType> type) {
  if (type) {
    return AccountFieldOf(*type);
  }
  const std::string_view of_transfer = AccountFieldOf(CommandType::kTransfer);
  return object.Find("account") == nullptr && object.Find(of_transfer) != nullptr ? of_transfer
                                                                                  : "account";
}

// Why `type` is not known.
void RefuseType(const JsonValue& object, Refusals& refusals) {
  const JsonValue* const type = object.Find("type");
  if (type == nullptr) {
    refusals.Add(ResultCode::kMissingField, "$.type", "$.type is missing");
  } else if (type->kind != JsonKind::kString) {
    refusals.Add(ResultCode::kWrongFieldType, "$.type",
                 std::string("$.type must be a string; it is ").append(Describe(type->kind)));
  } else {
    refusals.Add(ResultCode::kUnknownType, "$.type",
                 "$.type names no command: '" + Excerpt(type->text) + "'");
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
      refusals.Add(ResultCode::kMissingField, path, path + " is missing");
    }
  }
  for (const JsonMember& member : object.members) {
    const bool known = std::any_of(fields.begin(), fields.end(), [&](const FieldSpec& field) {
      return field.name == member.name;
    });
    if (!known) {
      const std::string path = MemberPath("$", member.name);
      refusals.Add(ResultCode::kUnknownField, path,
                   path + " is not a field of " + std::string(ToString(type)));
    }
  }
}

// Rules over several fields.
void CheckRelations(const model::AccountId& account, CommandType type, const CommandValues& values,
                    Refusals& refusals) {
  const model::AccountLimits& limits = values.limits;
  if (values.creditor_account == account) {
    refusals.Add(ResultCode::kSameAccount, "$.creditor_account",
                 "$.creditor_account is the debtor's account too: '" + account.value() + "'");
  }
  if (type == CommandType::kUpdateAccount && limits == model::AccountLimits{}) {
    refusals.Add(ResultCode::kNothingToUpdate, "$",
                 "one of overdraft_limit, min_balance and max_balance must be given");
  }
  if (limits.overdraft_limit.value_or(0) > 0 && limits.min_balance.value_or(0) > 0) {
    refusals.Add(ResultCode::kConflictingLimits, "$.min_balance",
                 "$.overdraft_limit and $.min_balance are both above zero; one must be 0");
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
      return model::Transfer{.creditor_account = std::move(values.creditor_account).value(),
                             .amount = money(),
                             .reference = std::move(values.reference),
                             .metadata = std::move(values.metadata)};
  }
  return model::CloseAccount{};
}

// REQUIRES: `id` and `account` are those of the document.
model::DecodedCommand DecodeReadable(const JsonDocument& document, model::CommandId id,
                                     model::AccountId account) {
  const auto type = TypeOf(document.root);
  Refusals refusals;
  CommandValues values(refusals);
  for (const std::string& path : document.duplicate_paths) {
    refusals.Add(ResultCode::kDuplicateField, path, path + " stands twice");
  }
  if (type) {
    ReadFields(document.root, *type, values, refusals);
    // A relation holds between values that are there, so a field that is wrong hides none.
    CheckRelations(account, *type, values, refusals);
  } else {
    RefuseType(document.root, refusals);
  }
  if (!refusals.empty()) {
    return model::RefusedCommand{.id = std::move(id),
                                 .account = std::move(account),
                                 .type = type,
                                 .refusal = refusals.first()};
  }
  return model::Command{.id = std::move(id),
                        .account = std::move(account),
                        .body = MakeBody(*type, std::move(values))};
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

}  // namespace

model::DecodedCommand DecodeCommand(std::string_view body) {
  if (body.size() > base::kBodyBytesMax) {
    return Unreadable(ResultCode::kBodyTooLarge, "$",
                      "the body has " + std::to_string(body.size()) + " bytes; at most " +
                          std::to_string(base::kBodyBytesMax) + " are allowed");
  }
  const auto parsed = ReadJson(body);
  if (const auto* const error = std::get_if<JsonError>(&parsed)) {
    return Unreadable(*error);
  }
  const auto& document = std::get<JsonDocument>(parsed);
  const OnlyText id_text = FindOnlyText(document.root, "command_id");
  if (id_text.text == nullptr) {
    return Unreadable(ResultCode::kUnreadableCommandId, "$.command_id",
                      "$.command_id " + id_text.problem);
  }
  auto id = model::CommandId::Parse(*id_text.text);
  if (!id) {
    return Unreadable(ResultCode::kUnreadableCommandId, "$.command_id",
                      "$.command_id must be 1 to 64 visible ASCII characters; it is '" +
                          Excerpt(*id_text.text) + "'");
  }
  const std::string_view field = AccountField(document.root, TypeOf(document.root));
  const std::string path = MemberPath("$", field);
  const OnlyText account_text = FindOnlyText(document.root, field);
  if (account_text.text == nullptr) {
    return Unreadable(ResultCode::kUnreadableAccount, path, path + " " + account_text.problem);
  }
  auto account = model::AccountId::Parse(*account_text.text);
  if (!account) {
    return Unreadable(ResultCode::kUnreadableAccount, path,
                      path +
                          " must be 1 to 64 letters, digits and . _ : - and begin with a letter or "
                          "digit; it is '" +
                          Excerpt(*account_text.text) + "'");
  }
  return DecodeReadable(document, *std::move(id), *std::move(account));
}

std::string CanonicalCommand(const model::Command& command) {
  JsonWriter writer;
  writer.BeginObject().Field("type", ToString(command.type()));
  writer.Field("command_id", command.id.value());
  writer.Field(AccountFieldOf(command.type()), command.account.value());
  std::visit([&](const auto& body) { Write(writer, body); }, command.body);
  writer.EndObject();
  return std::move(writer).Take();
}

base::Hash256 BodySha256(const model::Command& command) {
  return base::Sha256(CanonicalCommand(command));
}

}  // namespace paylog::codec
