#include "paylog/codec/event_codec.h"

#include <iterator>
#include <utility>

#include "paylog/codec/field_reader.h"
#include "paylog/codec/json_writer.h"
#include "paylog/codec/parts.h"

// {"v":1,"rules":1,"partition":1,"sequence":42,"inbox_offset":99,"i":0,"n":1,"time":1795248000000,
//  "prev_hash":"<hex>","type":"payment_posted","account":"alice","command_id":"inv-7",
//  "command_type":"transfer","body_sha256":"<hex>", then the event's own fields}
namespace paylog::codec {
namespace {

using model::EventBody;

template <typename WithLimits>
void WriteLimits(JsonWriter& writer, const WithLimits& event) {
  writer.Field("overdraft_limit", event.overdraft_limit);
  writer.Field("min_balance", event.min_balance);
  writer.Field("max_balance", event.max_balance);
}

void Write(JsonWriter& writer, const model::AccountOpened& event) {
  writer.Field("currency", event.currency.code());
  WriteLimits(writer, event);
}

void Write(JsonWriter& writer, const model::AccountUpdated& event) {
  WriteLimits(writer, event);
}

void Write(JsonWriter& writer, const model::AccountFrozen& event) {
  writer.Field("scope", ToString(event.scope)).Field("reason", event.reason);
}

void Write(JsonWriter& writer, const model::AccountUnfrozen& event) {
  writer.Field("scope", ToString(event.scope)).Field("reason", event.reason);
}

void Write(JsonWriter& /*writer*/, const model::AccountClosed& /*event*/) {}

void Write(JsonWriter& /*writer*/, const model::AccountReopened& /*event*/) {}

void Write(JsonWriter& writer, const model::PaymentPosted& event) {
  WriteEntries(writer, event.entries);
  WriteOptional(writer, "reference", event.reference);
}

void Write(JsonWriter& writer, const model::TransferSent& event) {
  WriteEntries(writer, event.entries);
  writer.Field("creditor_account", event.creditor_account.value());
  writer.Field("to_partition", event.to_partition.value());
  WriteOptional(writer, "reference", event.reference);
}

void Write(JsonWriter& writer, const model::TransferCredited& event) {
  WriteEntries(writer, event.entries);
  WritePosition(writer, "sent", event.sent);
  writer.Key("debtor_balance");
  WriteBalance(writer, event.debtor_balance);
  WriteOptional(writer, "reference", event.reference);
}

void Write(JsonWriter& writer, const model::TransferRefused& event) {
  writer.Field("code", ToString(event.code));
  WritePosition(writer, "sent", event.sent);
  writer.Field("creditor_account", event.creditor_account.value());
  WriteMoney(writer, event.amount);
}

void Write(JsonWriter& writer, const model::TransferReturned& event) {
  WriteEntries(writer, event.entries);
  writer.Field("code", ToString(event.code));
  WritePosition(writer, "sent", event.sent);
  WritePosition(writer, "refused", event.refused);
  writer.Key("reopened").Boolean(event.reopened);
}

void Write(JsonWriter& writer, const model::CommandRejected& event) {
  writer.Field("code", ToString(event.code));
}

void Write(JsonWriter& writer, const model::CommandRepeated& event) {
  writer.Key("outcome");
  WriteOutcome(writer, event.outcome);
}

void Write(JsonWriter& writer, const model::RepeatForwarded& event) {
  writer.Field("to_account", event.to_account.value());
  writer.Field("to_partition", event.to_partition.value());
}

// In braces, so that the fields are read in this order and the first fault is the one reported.
using Reader = EventBody (*)(FieldReader&);
struct NamedReader {
  std::string_view type;
  Reader read;
};

constexpr NamedReader kReaders[] = {
    {"account_opened",
     [](FieldReader& f) -> EventBody {
       return model::AccountOpened{.currency = f.Currency("currency"),
                                   .overdraft_limit = f.Limit("overdraft_limit"),
                                   .min_balance = f.Limit("min_balance"),
                                   .max_balance = f.Limit("max_balance")};
     }},
    {"account_updated",
     [](FieldReader& f) -> EventBody {
       return model::AccountUpdated{.overdraft_limit = f.Limit("overdraft_limit"),
                                    .min_balance = f.Limit("min_balance"),
                                    .max_balance = f.Limit("max_balance")};
     }},
    {"account_frozen",
     [](FieldReader& f) -> EventBody {
       return model::AccountFrozen{.scope = f.Scope("scope"), .reason = f.Text("reason")};
     }},
    {"account_unfrozen",
     [](FieldReader& f) -> EventBody {
       return model::AccountUnfrozen{.scope = f.Scope("scope"), .reason = f.Text("reason")};
     }},
    {"account_closed", [](FieldReader&) -> EventBody { return model::AccountClosed{}; }},
    {"account_reopened", [](FieldReader&) -> EventBody { return model::AccountReopened{}; }},
    {"payment_posted",
     [](FieldReader& f) -> EventBody {
       return model::PaymentPosted{.entries = ReadEntries(f),
                                   .reference = f.OptionalText("reference")};
     }},
    {"transfer_sent",
     [](FieldReader& f) -> EventBody {
       return model::TransferSent{.entries = ReadEntries(f),
                                  .creditor_account = f.Customer("creditor_account"),
                                  .to_partition = f.Partition("to_partition"),
                                  .reference = f.OptionalText("reference")};
     }},
    {"transfer_credited",
     [](FieldReader& f) -> EventBody {
       return model::TransferCredited{.entries = ReadEntries(f),
                                      .sent = ReadPosition(f, "sent"),
                                      .debtor_balance = f.Object("debtor_balance", ReadBalance),
                                      .reference = f.OptionalText("reference")};
     }},
    {"transfer_refused",
     [](FieldReader& f) -> EventBody {
       return model::TransferRefused{.code = f.Code("code"),
                                     .sent = ReadPosition(f, "sent"),
                                     .creditor_account = f.Customer("creditor_account"),
                                     .amount = f.Money()};
     }},
    {"transfer_returned",
     [](FieldReader& f) -> EventBody {
       return model::TransferReturned{.entries = ReadEntries(f),
                                      .code = f.Code("code"),
                                      .sent = ReadPosition(f, "sent"),
                                      .refused = ReadPosition(f, "refused"),
                                      .reopened = f.Boolean("reopened")};
     }},
    {"command_rejected",
     [](FieldReader& f) -> EventBody { return model::CommandRejected{.code = f.Code("code")}; }},
    {"command_repeated",
     [](FieldReader& f) -> EventBody {
       return model::CommandRepeated{.outcome = f.Object("outcome", ReadOutcome)};
     }},
    {"repeat_forwarded",
     [](FieldReader& f) -> EventBody {
       return model::RepeatForwarded{.to_account = f.Customer("to_account"),
                                     .to_partition = f.Partition("to_partition")};
     }},
};
static_assert(std::size(kReaders) == std::variant_size_v<EventBody>);

EventBody ReadBody(FieldReader& fields, std::string_view type) {
  for (const NamedReader& reader : kReaders) {
    if (reader.type == type) {
      return reader.read(fields);
    }
  }
  fields.Fail("type", "must be an event's type");
  return model::AccountClosed{};
}

model::EventHeader ReadHeader(FieldReader& fields) {
  fields.Expect("v", kFormatVersion);
  return {.rules = fields.Count32("rules"),
          .position = {.partition = fields.Partition("partition"),
                       .sequence = fields.Sequence("sequence")},
          .inbox_offset = base::Offset(fields.Count("inbox_offset")),
          .index = fields.Count32("i"),
          .count = fields.Count32("n"),
          .time = base::TimestampMs(fields.Integer("time")),
          .prev_hash = fields.Hash("prev_hash")};
}

model::JournalRecord ReadRecord(FieldReader& fields) {
  model::EventHeader header = ReadHeader(fields);
  const std::string type = fields.Text("type");
  model::CommandRef command = ReadCommandRef(fields);
  return {.header = header, .event = {.command = command, .body = ReadBody(fields, type)}};
}

void WriteHeader(JsonWriter& writer, const model::EventHeader& header) {
  writer.Field("v", kFormatVersion);
  writer.Field("rules", header.rules);
  writer.Field("partition", header.position.partition.value());
  writer.Field("sequence", header.position.sequence.value());
  writer.Field("inbox_offset", header.inbox_offset.value());
  writer.Field("i", header.index);
  writer.Field("n", header.count);
  writer.Field("time", header.time.value());
  writer.Key("prev_hash").Hex(header.prev_hash);
}

void WriteRecord(JsonWriter& writer, const model::JournalRecord& record) {
  writer.BeginObject();
  WriteHeader(writer, record.header);
  writer.Field("type", model::EventTypeName(record.event.body));
  WriteCommandRef(writer, record.event.command);
  std::visit([&](const auto& event) { Write(writer, event); }, record.event.body);
  writer.EndObject();
}

}  // namespace

std::string JournalKey(const model::JournalRecord& record) {
  return record.event.command.account.ToString();
}

std::string EncodeJournalRecord(const model::JournalRecord& record) {
  return WriteJson(WriteRecord, record);
}

base::Result<model::JournalRecord> DecodeJournalRecord(std::string_view value) {
  return DecodeOwn(value, ReadRecord, WriteRecord);
}

}  // namespace paylog::codec
