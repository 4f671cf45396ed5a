#include "paylog/codec/state_codec.h"

#include <utility>

#include "paylog/codec/field_reader.h"
#include "paylog/codec/json_writer.h"
#include "paylog/codec/parts.h"

// An account:
// {"v":1,"account":"alice","currency":"EUR","status":"open","posted":8750,"held":0,
//  "available":8750,"overdraft_limit":0,"min_balance":0,"max_balance":9007199254740991,
//  "debits_frozen":false,"credits_frozen":false,"position":{"partition":1,"sequence":42}}
// with "freeze_reason" before "position" where there is one. A system account:
// {"v":1,"account":"$external:EUR","currency":"EUR","posted":"-8750","position":{...}}
namespace paylog::codec {
namespace {

using model::Account;

void WriteSystemAccount(JsonWriter& writer, const Account& account) {
  writer.Field("posted", base::ToString(account.posted));
}

void WriteCustomer(JsonWriter& writer, const Account& account) {
  writer.Field("status", account.closed ? "closed" : "open");
  writer.Key("posted").Integer128(account.posted);
  writer.Key("held").Integer128(account.held);
  writer.Key("available").Integer128(account.available());
  writer.Field("overdraft_limit", account.overdraft_limit);
  writer.Field("min_balance", account.min_balance);
  writer.Field("max_balance", account.max_balance);
  writer.Key("debits_frozen").Boolean(account.debits_frozen);
  writer.Key("credits_frozen").Boolean(account.credits_frozen);
  if (!account.freeze_reason.empty()) {
    writer.Field("freeze_reason", account.freeze_reason.value());
  }
}

void ReadSystemAccount(FieldReader& fields, Account& account) {
  const auto posted = base::ParseInt128(fields.Text("posted"));
  if (!posted) {
    fields.Fail("posted", "must be a decimal number in a string");
  }
  account.posted = posted.value_or(0);
}

void ReadCustomer(FieldReader& fields, Account& account) {
  account.closed = fields.Text("status") == "closed";
  account.posted = fields.Integer128("posted");
  account.held = fields.Integer128("held");
  account.overdraft_limit = fields.Limit("overdraft_limit");
  account.min_balance = fields.Limit("min_balance");
  account.max_balance = fields.Limit("max_balance");
  account.debits_frozen = fields.Boolean("debits_frozen");
  account.credits_frozen = fields.Boolean("credits_frozen");
  account.freeze_reason = fields.OptionalText("freeze_reason").value_or("");
  // What is derived is checked here, since encoding it again must not meet a sum beyond 64 bits.
  if (account.available() != fields.Integer128("available")) {
    fields.Fail("available", "must be posted - held + overdraft_limit - min_balance");
  }
}

using AccountInPartition = std::pair<Account, base::PartitionId>;

AccountInPartition ReadAccount(FieldReader& fields) {
  fields.Expect("v", kFormatVersion);
  Account account{.id = fields.AnyAccount("account"), .currency = fields.Currency("currency")};
  if (account.id.is_system()) {
    ReadSystemAccount(fields, account);
  } else {
    ReadCustomer(fields, account);
  }
  const model::Position position = ReadPosition(fields, "position");
  account.last_sequence = position.sequence;
  return {std::move(account), position.partition};
}

void WriteAccount(JsonWriter& writer, const Account& account, base::PartitionId partition) {
  writer.BeginObject().Field("v", kFormatVersion);
  writer.Field("account", account.id.value()).Field("currency", account.currency.code());
  if (account.id.is_system()) {
    WriteSystemAccount(writer, account);
  } else {
    WriteCustomer(writer, account);
  }
  WritePosition(writer, "position", {.partition = partition, .sequence = account.last_sequence});
  writer.EndObject();
}

}  // namespace

std::string EncodeAccount(const Account& account, base::PartitionId partition) {
  JsonWriter writer;
  WriteAccount(writer, account, partition);
  return std::move(writer).Take();
}

base::Result<Account> DecodeAccount(std::string_view value) {
  PAYLOG_ASSIGN(
      AccountInPartition decoded,
      DecodeOwn(value, ReadAccount, [](JsonWriter& writer, const AccountInPartition& account) {
        WriteAccount(writer, account.first, account.second);
      }));
  return std::move(decoded.first);
}

}  // namespace paylog::codec
