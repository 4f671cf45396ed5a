#include "paylog/codec/result_codec.h"

#include "paylog/codec/field_reader.h"
#include "paylog/codec/json_writer.h"
#include "paylog/codec/parts.h"

// {"v":1,"command_id":"inv-7","status":"completed","code":"ok","duplicate":false,
//  "position":{...},"balances":[...],"account":"alice","type":"transfer","path":"$.amount",
//  "message":"...","reopened_account":"alice"}; absent: position, type and reopened_account where
// there is none, path and message where empty.
namespace paylog::codec {
namespace {

// What is written when empty would have been left out, which the comparison of bytes finds.
std::string ReadText(FieldReader& fields, std::string_view name) {
  return fields.OptionalText(name).value_or("");
}

model::CommandResult ReadResult(FieldReader& fields) {
  fields.Expect("v", kFormatVersion);
  model::CommandResult result{.command_id = fields.CommandId("command_id"),
                              .account = fields.Customer("account"),
                              .type = std::nullopt,
                              .status = fields.Status("status"),
                              .code = fields.Code("code"),
                              .duplicate = fields.Boolean("duplicate"),
                              .position = std::nullopt,
                              .balances = ReadBalances(fields),
                              .reopened_account = ReadOptionalCustomer(fields, "reopened_account"),
                              .path = ReadText(fields, "path"),
                              .message = ReadText(fields, "message")};
  if (fields.Has("type")) {
    result.type = fields.CommandType("type");
  }
  if (fields.Has("position")) {
    result.position = ReadPosition(fields, "position");
  }
  return result;
}

void WriteResult(JsonWriter& writer, const model::CommandResult& result) {
  writer.BeginObject().Field("v", kFormatVersion);
  writer.Field("command_id", result.command_id.value());
  writer.Field("status", ToString(result.status));
  writer.Field("code", ToString(result.code));
  writer.Key("duplicate").Boolean(result.duplicate);
  if (result.position) {
    WritePosition(writer, "position", *result.position);
  }
  WriteBalances(writer, result.balances);
  writer.Field("account", result.account.value());
  if (result.type) {
    writer.Field("type", ToString(*result.type));
  }
  if (!result.path.empty()) {
    writer.Field("path", result.path);
  }
  if (!result.message.empty()) {
    writer.Field("message", result.message);
  }
  WriteOptional(writer, "reopened_account", result.reopened_account);
  writer.EndObject();
}

}  // namespace

std::string EncodeResult(const model::CommandResult& result) {
  return WriteJson(WriteResult, result);
}

base::Result<model::CommandResult> DecodeResult(std::string_view value) {
  return DecodeOwn(value, ReadResult, WriteResult);
}

}  // namespace paylog::codec
