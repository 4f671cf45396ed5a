#include "paylog/codec/state_codec.h"

#include <array>
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
//
// An index entry, in short names since there is one per id for ever: h body_sha256 (hex), t command
// type (number), s state (number; left out when final), x other partition (left out when 0),
// q first_sequence, and the outcome: o status (number), c code (number), p [partition, sequence],
// b [[account, currency, posted, held, available], ...] (left out when empty), r reopened_account.
namespace paylog::codec {
namespace {

using model::Account;
using model::IndexEntry;

// Stored with every remembered id.
static_assert(static_cast<int>(model::ResultStatus::kCompleted) == 0);
static_assert(static_cast<int>(model::ResultStatus::kRejected) == 1);
static_assert(static_cast<int>(model::ResultStatus::kRefused) == 2);

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
    writer.Field("freeze_reason", account.freeze_reason);
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

void WriteShortOutcome(JsonWriter& writer, const model::Outcome& outcome) {
  writer.Field("o", static_cast<std::int64_t>(outcome.status));
  writer.Field("c", static_cast<std::int64_t>(outcome.code));
  writer.Key("p").BeginArray().Integer(outcome.position.partition.value());
  writer.Integer(outcome.position.sequence.value()).EndArray();
  if (!outcome.balances.empty()) {
    writer.Key("b").BeginArray();
    for (const model::AccountBalance& balance : outcome.balances) {
      writer.BeginArray().Text(balance.account.value()).Text(balance.currency.code());
      writer.Integer128(balance.posted).Integer128(balance.held);
      writer.Integer128(balance.available).EndArray();
    }
    writer.EndArray();
  }
  WriteOptional(writer, "r", outcome.reopened_account);
}

// Numbers of enumerators: `count` of them, from 0.
std::int64_t ReadEnumerator(FieldReader& fields, std::string_view name, std::size_t count) {
  const std::int64_t number = fields.Has(name) ? fields.Count(name) : 0;
  if (static_cast<std::size_t>(number) >= count) {
    fields.Fail(name, "is not a known number");
    return 0;
  }
  return number;
}

// The nodes of an object whose members are the first items of an array, so that FieldReader can
// name and check them. What an item holds itself is left out: none of ours holds anything.
template <std::size_t N>
std::array<JsonValue, N + 1> WithNames(const JsonValue& array,
                                       const std::array<std::string_view, N>& names) {
  std::array<JsonValue, N + 1> nodes;
  JsonValue& object = nodes.front();
  object.kind = JsonKind::kObject;
  if (array.kind != JsonKind::kArray) {
    return nodes;
  }
  for (const JsonValue& item : array.children()) {
    if (object.child_count == N) {
      break;
    }
    JsonValue& member = nodes.at(object.node_count++);
    member = item;
    member.name = names.at(object.child_count++);
    member.child_count = 0;
    member.node_count = 1;
  }
  return nodes;
}

template <std::size_t N, typename Read>
auto ReadTuple(FieldReader& fields, std::string_view name, const JsonValue& array,
               const std::array<std::string_view, N>& names, Read read) {
  const auto nodes = WithNames(array, names);
  FieldReader reader(nodes.front());
  auto value = read(reader);
  if (!reader.ok()) {
    fields.Fail(name, reader.error().context);
  }
  return value;
}

model::Position ReadShortPosition(FieldReader& fields) {
  constexpr std::array<std::string_view, 2> kNames = {"partition", "sequence"};
  return ReadTuple(fields, "p", fields.Array("p"), kNames, [](FieldReader& f) {
    return model::Position{.partition = f.Partition("partition"),
                           .sequence = f.Sequence("sequence")};
  });
}

model::Outcome ReadShortOutcome(FieldReader& fields) {
  constexpr std::array<std::string_view, 5> kNames = {"account", "currency", "posted", "held",
                                                      "available"};
  model::Outcome outcome;
  outcome.status = static_cast<model::ResultStatus>(ReadEnumerator(fields, "o", 3));
  outcome.code =
      static_cast<model::ResultCode>(ReadEnumerator(fields, "c", model::AllResultCodes().size()));
  outcome.position = ReadShortPosition(fields);
  if (fields.Has("b")) {
    for (const JsonValue& balance : fields.Array("b").children()) {
      outcome.balances.push_back(ReadTuple(fields, "b", balance, kNames, ReadBalance));
    }
  }
  outcome.reopened_account = ReadOptionalCustomer(fields, "r");
  return outcome;
}

IndexEntry ReadIndexEntry(FieldReader& fields) {
  return {.body_sha256 = fields.Hash("h"),
          .type = static_cast<model::CommandType>(
              ReadEnumerator(fields, "t", model::kCommandTypeCount)),
          .state = static_cast<model::IndexState>(ReadEnumerator(fields, "s", 3)),
          .other = fields.Has("x") ? fields.Partition("x") : base::PartitionId(0),
          .first_sequence = fields.Sequence("q"),
          .outcome = ReadShortOutcome(fields)};
}

}  // namespace

std::string EncodeAccount(const Account& account, base::PartitionId partition) {
  JsonWriter writer;
  writer.BeginObject().Field("v", kFormatVersion);
  writer.Field("account", account.id.value()).Field("currency", account.currency.code());
  if (account.id.is_system()) {
    WriteSystemAccount(writer, account);
  } else {
    WriteCustomer(writer, account);
  }
  WritePosition(writer, "position", {.partition = partition, .sequence = account.last_sequence});
  writer.EndObject();
  return std::move(writer).Take();
}

base::Result<Account> DecodeAccount(std::string_view value) {
  PAYLOG_ASSIGN(AccountInPartition decoded,
                DecodeOwn(value, ReadAccount, [](const AccountInPartition& account) {
                  return EncodeAccount(account.first, account.second);
                }));
  return std::move(decoded.first);
}

std::string EncodeIndexEntry(const IndexEntry& entry) {
  JsonWriter writer;
  writer.BeginObject().Key("h").Hex(entry.body_sha256);
  writer.Field("t", static_cast<std::int64_t>(entry.type));
  if (entry.state != model::IndexState::kFinal) {
    writer.Field("s", static_cast<std::int64_t>(entry.state));
  }
  if (entry.other != base::PartitionId(0)) {
    writer.Field("x", entry.other.value());
  }
  writer.Field("q", entry.first_sequence.value());
  WriteShortOutcome(writer, entry.outcome);
  writer.EndObject();
  return std::move(writer).Take();
}

base::Result<IndexEntry> DecodeIndexEntry(std::string_view value) {
  return DecodeOwn(value, ReadIndexEntry, EncodeIndexEntry);
}

}  // namespace paylog::codec
