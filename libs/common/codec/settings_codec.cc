#include "paylog/codec/settings_codec.h"

#include "paylog/base/limits.h"
#include "paylog/codec/parts.h"

// {"v":1,"partition_counts":{"commands":4,"inbox":4,"results":4,"dead_letters":4}}
namespace paylog::codec {
namespace {

std::int32_t ReadPartitionCount(FieldReader& fields, std::string_view name) {
  const std::int32_t count = fields.Count32(name);
  if (fields.ok() && (count < 1 || count > base::kPartitionCountMax)) {
    fields.Fail(name, "must be 1 to " + std::to_string(base::kPartitionCountMax));
  }
  return count;
}

model::PartitionCounts ReadSettings(FieldReader& fields) {
  fields.Expect("v", kFormatVersion);
  return fields.Object("partition_counts", [](FieldReader& counts) {
    return model::PartitionCounts{.commands = ReadPartitionCount(counts, "commands"),
                                  .inbox = ReadPartitionCount(counts, "inbox"),
                                  .results = ReadPartitionCount(counts, "results"),
                                  .dead_letters = ReadPartitionCount(counts, "dead_letters")};
  });
}

void WriteSettings(JsonWriter& writer, const model::PartitionCounts& counts) {
  writer.BeginObject().Field("v", kFormatVersion);
  writer.Key("partition_counts")
      .BeginObject()
      .Field("commands", counts.commands)
      .Field("inbox", counts.inbox)
      .Field("results", counts.results)
      .Field("dead_letters", counts.dead_letters)
      .EndObject();
  writer.EndObject();
}

}  // namespace

std::string EncodeSettings(const model::PartitionCounts& counts) {
  return WriteJson(WriteSettings, counts);
}

base::Result<model::PartitionCounts> DecodeSettings(std::string_view value) {
  return DecodeOwn(value, ReadSettings, WriteSettings);
}

}  // namespace paylog::codec
