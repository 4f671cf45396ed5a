#include "paylog/cli/record_json.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

#include "paylog/base/base64.h"
#include "paylog/codec/json_reader.h"
#include "paylog/codec/json_writer.h"
#include "paylog/codec/utf8.h"

namespace paylog::cli {
namespace {

bool IsUtf8(std::string_view bytes) {
  return !codec::FindInvalidUtf8(bytes).has_value();
}

void WriteText(codec::JsonWriter& json, std::string_view name, std::string_view bytes) {
  const std::string shown = IsUtf8(name) ? std::string(name) : base::EncodeBase64(name);
  if (IsUtf8(bytes)) {
    json.Field(shown, bytes);
  } else {
    json.Field(shown + "_base64", base::EncodeBase64(bytes));
  }
}

bool StandsAsItIs(std::string_view value) {
  return value.find_first_of("\r\n") == std::string_view::npos &&
         std::holds_alternative<codec::JsonDocument>(codec::ReadJson(value));
}

}  // namespace

std::string RecordJson(const log::TopicPartition& from, const log::StoredRecord& record) {
  codec::JsonWriter json;
  json.BeginObject()
      .Field("topic", from.topic)
      .Field("partition", std::int64_t{from.partition.value()})
      .Field("offset", record.offset.value())
      .Field("timestamp", record.timestamp.value());
  if (record.key) {
    WriteText(json, "key", *record.key);
  }
  json.Key("headers").BeginObject();
  for (const log::Header header : record.headers) {
    WriteText(json, header.name, header.value);
  }
  json.EndObject();
  if (StandsAsItIs(record.value)) {
    return std::move(json).Take() + ",\"value\":" + record.value + '}';
  }
  WriteText(json, IsUtf8(record.value) ? "value_text" : "value", record.value);
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace paylog::cli
