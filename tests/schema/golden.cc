#include "paylog/tests/schema/golden.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <variant>

#include "paylog/base/check.h"
#include "paylog/codec/command_codec.h"
#include "paylog/codec/delivery_codec.h"
#include "paylog/codec/endpoints_codec.h"
#include "paylog/codec/event_codec.h"
#include "paylog/codec/field_reader.h"
#include "paylog/codec/message_codec.h"
#include "paylog/codec/result_codec.h"
#include "paylog/codec/settings_codec.h"
#include "paylog/codec/state_codec.h"

namespace paylog::schema_test {
namespace {

std::filesystem::path Absolute(const std::string& path) {
  return std::filesystem::path(PAYLOG_SOURCE_DIR) / path;
}

std::vector<Schema> SchemasIn(const std::string& directory) {
  constexpr std::string_view kSuffix = ".v1.json";
  std::vector<Schema> schemas;
  for (const std::string& file : ListDirectory(directory)) {
    if (file.ends_with(kSuffix)) {
      schemas.push_back(
          {.name = file.substr(0, file.size() - kSuffix.size()), .path = directory + "/" + file});
    }
  }
  return schemas;
}

bool Contains(const std::vector<Schema>& schemas, const std::string& name) {
  return std::any_of(schemas.begin(), schemas.end(),
                     [&](const Schema& schema) { return schema.name == name; });
}

Verdict Refused(const model::Refusal& refusal) {
  return {.code = std::string(ToString(refusal.code)),
          .path = refusal.path,
          .encoded = {},
          .rendering = refusal.message};
}

Verdict DecodeCommandText(const std::string& text) {
  const model::DecodedCommand decoded = codec::DecodeCommand(text);
  if (const auto* const refused = std::get_if<model::RefusedCommand>(&decoded)) {
    return Refused(refused->refusal);
  }
  if (const auto* const unreadable = std::get_if<model::UnreadableCommand>(&decoded)) {
    return Refused(unreadable->refusal);
  }
  return {.code = "ok",
          .path = {},
          .encoded = codec::CanonicalCommand(std::get<model::Command>(decoded)),
          .rendering = {}};
}

std::string NameOf(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::kCorrupt:
      return "corrupt";
    case base::ErrorCode::kInvalidArgument:
      return "invalid_argument";
    default:
      return "other";
  }
}

template <typename Decode, typename Encode>
Verdict DecodeOwnText(const std::string& text, Decode decode, Encode encode) {
  const auto decoded = decode(text);
  if (!decoded) {
    const std::string& context = decoded.error().context;
    return {.code = NameOf(decoded.error().code),
            .path = context.substr(0, context.find(": ")),
            .encoded = {},
            .rendering = context};
  }
  return {.code = "ok", .path = {}, .encoded = encode(decoded.value()), .rendering = {}};
}

// The partition of the record is not part of the account.
std::string EncodeAccountLike(const model::Account& account, const std::string& text) {
  const codec::JsonDocument document = codec::ReadOwnJson(text).value();
  codec::FieldReader reader(document.root());
  const auto partition = reader.Object(
      "position", [](codec::FieldReader& position) { return position.Partition("partition"); });
  return codec::EncodeAccount(account, partition);
}

}  // namespace

std::string ReadFile(const std::string& path) {
  std::ifstream file(Absolute(path), std::ios::binary);
  CHECK(file.is_open());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool FileExists(const std::string& path) {
  return std::filesystem::is_regular_file(Absolute(path));
}

std::vector<std::string> ListDirectory(const std::string& path) {
  std::vector<std::string> names;
  if (std::filesystem::is_directory(Absolute(path))) {
    for (const auto& entry : std::filesystem::directory_iterator(Absolute(path))) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<Schema> CommandSchemas() {
  return SchemasIn("schemas/commands");
}

std::vector<Schema> EventSchemas() {
  return SchemasIn("schemas/events");
}

std::vector<Schema> AllSchemas() {
  std::vector<Schema> all;
  for (const char* directory : {"schemas", "schemas/commands", "schemas/events", "schemas/messages",
                                "schemas/deliveries", "schemas/files"}) {
    std::vector<Schema> some = SchemasIn(directory);
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

std::vector<Example> ExamplesOf(const std::string& name, std::string_view kind) {
  std::vector<Example> examples;
  const std::string directory = name + "/" + std::string(kind);
  for (const std::string& file : ListDirectory("schemas/examples/" + directory)) {
    std::string text = ReadFile("schemas/examples/" + directory + "/" + file);
    CHECK(text.ends_with('\n'));
    text.pop_back();
    examples.push_back({.path = directory + "/" + file, .text = std::move(text)});
  }
  return examples;
}

Verdict Decode(const std::string& name, const std::string& text) {
  if (Contains(CommandSchemas(), name)) {
    return DecodeCommandText(text);
  }
  if (Contains(EventSchemas(), name)) {
    return DecodeOwnText(text, codec::DecodeJournalRecord, codec::EncodeJournalRecord);
  }
  if (name == "result") {
    return DecodeOwnText(text, codec::DecodeResult, codec::EncodeResult);
  }
  if (name == "settings") {
    return DecodeOwnText(text, codec::DecodeSettings, codec::EncodeSettings);
  }
  if (name == "endpoints") {  // Only ever read.
    return DecodeOwnText(text, codec::DecodeEndpoints, [&](const auto&) { return text; });
  }
  if (Contains(SchemasIn("schemas/deliveries"), name)) {
    return DecodeOwnText(text, codec::DecodeDeliveryEvent, codec::EncodeDeliveryEvent);
  }
  if (name == "balance") {
    return DecodeOwnText(text, codec::DecodeAccount, [&](const model::Account& account) {
      return EncodeAccountLike(account, text);
    });
  }
  return DecodeOwnText(text, codec::DecodeMessage, codec::EncodeMessage);
}

}  // namespace paylog::schema_test
