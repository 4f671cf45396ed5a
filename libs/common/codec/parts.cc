#include "paylog/codec/parts.h"

#include <algorithm>

#include "paylog/base/limits.h"

namespace paylog::codec {
namespace {

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

void WritePosition(JsonWriter& writer, std::string_view name, const model::Position& position) {
  writer.Key(name).BeginObject();
  writer.Field("partition", position.partition.value());
  writer.Field("sequence", position.sequence.value()).EndObject();
}

model::Position ReadPosition(FieldReader& fields, std::string_view name) {
  return fields.Object(name, [](FieldReader& position) {
    return model::Position{.partition = position.Partition("partition"),
                           .sequence = position.Sequence("sequence")};
  });
}

void WriteBalance(JsonWriter& writer, const model::AccountBalance& balance) {
  writer.BeginObject().Field("account", balance.account.value());
  writer.Field("currency", balance.currency.code());
  writer.Key("posted").Integer128(balance.posted);
  writer.Key("held").Integer128(balance.held);
  writer.Key("available").Integer128(balance.available).EndObject();
}

model::AccountBalance ReadBalance(FieldReader& balance) {
  return {.account = balance.Customer("account"),
          .currency = balance.Currency("currency"),
          .posted = balance.Integer128("posted"),
          .held = balance.Integer128("held"),
          .available = balance.Integer128("available")};
}

void WriteBalances(JsonWriter& writer, const std::vector<model::AccountBalance>& balances) {
  writer.Key("balances").BeginArray();
  for (const model::AccountBalance& balance : balances) {
    WriteBalance(writer, balance);
  }
  writer.EndArray();
}

std::vector<model::AccountBalance> ReadBalances(FieldReader& fields) {
  return fields.Objects("balances", ReadBalance);
}

void WriteEntries(JsonWriter& writer, const std::vector<model::Entry>& entries) {
  writer.Key("entries").BeginArray();
  for (const model::Entry& entry : entries) {
    writer.BeginObject().Field("account", entry.account.value());
    writer.Field("currency", entry.amount.currency.code());
    writer.Field("amount", entry.amount.minor).EndObject();
  }
  writer.EndArray();
}

std::vector<model::Entry> ReadEntries(FieldReader& fields) {
  return fields.Objects("entries", [](FieldReader& entry) {
    return model::Entry{.account = entry.AnyAccount("account"), .amount = entry.Change()};
  });
}

void WriteOutcome(JsonWriter& writer, const model::Outcome& outcome) {
  writer.BeginObject().Field("status", ToString(outcome.status));
  writer.Field("code", ToString(outcome.code));
  WritePosition(writer, "position", outcome.position);
  WriteBalances(writer, outcome.balances);
  WriteOptional(writer, "reopened_account", outcome.reopened_account);
  writer.EndObject();
}

model::Outcome ReadOutcome(FieldReader& outcome) {
  return {.status = outcome.Status("status"),
          .code = outcome.Code("code"),
          .position = ReadPosition(outcome, "position"),
          .balances = ReadBalances(outcome),
          .reopened_account = ReadOptionalCustomer(outcome, "reopened_account")};
}

void WriteCommandRef(JsonWriter& writer, const model::CommandRef& command) {
  writer.Field("account", command.account.value());
  writer.Field("command_id", command.id.value());
  writer.Field("command_type", ToString(command.type));
  writer.Key("body_sha256").Hex(command.body_sha256);
}

model::CommandRef ReadCommandRef(FieldReader& fields) {
  return {.account = fields.Customer("account"),
          .id = fields.CommandId("command_id"),
          .type = fields.CommandType("command_type"),
          .body_sha256 = fields.Hash("body_sha256")};
}

void WriteMoney(JsonWriter& writer, const model::Money& money) {
  writer.Field("amount", money.minor);
  writer.Field("currency", money.currency.code());
}

void WriteOptional(JsonWriter& writer, std::string_view name,
                   const std::optional<std::string>& text) {
  if (text) {
    writer.Field(name, *text);
  }
}

void WriteOptional(JsonWriter& writer, std::string_view name,
                   const std::optional<model::AccountId>& account) {
  if (account) {
    writer.Field(name, account->value());
  }
}

std::optional<model::AccountId> ReadOptionalCustomer(FieldReader& fields, std::string_view name) {
  if (!fields.Has(name)) {
    return std::nullopt;
  }
  return fields.Customer(name);
}

bool IsEndpointName(std::string_view name) {
  return !name.empty() && name.size() <= base::kEndpointNameLengthMax &&
         IsLetterOrDigit(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
           return IsLetterOrDigit(c) || c == '_' || c == '-';
         });
}

}  // namespace paylog::codec
