#include "paylog/codec/message_codec.h"

#include "paylog/codec/field_reader.h"
#include "paylog/codec/json_writer.h"
#include "paylog/codec/parts.h"

// {"v":1,"type":"credit","account":"alice","command_id":"inv-7","command_type":"transfer",
//  "body_sha256":"<hex>", then the message's own fields}
namespace paylog::codec {
namespace {

using model::LedgerMessage;

void Write(JsonWriter& writer, const model::CreditMessage& message) {
  writer.Field("creditor_account", message.creditor_account.value());
  WriteMoney(writer, message.amount);
  WriteOptional(writer, "reference", message.reference);
  WritePosition(writer, "sent", message.sent);
  writer.Key("debtor_balance");
  WriteBalance(writer, message.debtor_balance);
}

void Write(JsonWriter& writer, const model::ReturnMessage& message) {
  writer.Field("creditor_account", message.creditor_account.value());
  WriteMoney(writer, message.amount);
  writer.Field("code", ToString(message.code));
  WritePosition(writer, "sent", message.sent);
  WritePosition(writer, "refused", message.refused);
}

void Write(JsonWriter& writer, const model::RepeatMessage& message) {
  writer.Field("to_account", message.to_account.value());
  WritePosition(writer, "forwarded", message.forwarded);
}

LedgerMessage ReadCredit(FieldReader& f) {
  return model::CreditMessage{.command = ReadCommandRef(f),
                              .creditor_account = f.Customer("creditor_account"),
                              .amount = f.Money(),
                              .reference = f.OptionalText("reference"),
                              .sent = ReadPosition(f, "sent"),
                              .debtor_balance = f.Object("debtor_balance", ReadBalance)};
}

LedgerMessage ReadReturn(FieldReader& f) {
  return model::ReturnMessage{.command = ReadCommandRef(f),
                              .creditor_account = f.Customer("creditor_account"),
                              .amount = f.Money(),
                              .code = f.Code("code"),
                              .sent = ReadPosition(f, "sent"),
                              .refused = ReadPosition(f, "refused")};
}

LedgerMessage ReadRepeat(FieldReader& f) {
  return model::RepeatMessage{.command = ReadCommandRef(f),
                              .to_account = f.Customer("to_account"),
                              .forwarded = ReadPosition(f, "forwarded")};
}

LedgerMessage ReadMessage(FieldReader& fields) {
  fields.Expect("v", kFormatVersion);
  const std::string type = fields.Text("type");
  if (type == "credit") {
    return ReadCredit(fields);
  }
  if (type == "return") {
    return ReadReturn(fields);
  }
  if (type != "repeat") {
    fields.Fail("type", "must be credit, return or repeat");
  }
  return ReadRepeat(fields);
}

void WriteMessage(JsonWriter& writer, const model::LedgerMessage& message) {
  writer.BeginObject().Field("v", kFormatVersion);
  writer.Field("type", model::MessageTypeName(message));
  std::visit(
      [&](const auto& body) {
        WriteCommandRef(writer, body.command);
        Write(writer, body);
      },
      message);
  writer.EndObject();
}

}  // namespace

std::string EncodeMessage(const model::LedgerMessage& message) {
  return WriteJson(WriteMessage, message);
}

base::Result<model::LedgerMessage> DecodeMessage(std::string_view value) {
  return DecodeOwn(value, ReadMessage, WriteMessage);
}

}  // namespace paylog::codec
