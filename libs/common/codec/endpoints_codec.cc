#include "paylog/codec/endpoints_codec.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "paylog/base/limits.h"
#include "paylog/codec/field_reader.h"
#include "paylog/codec/json_reader.h"
#include "paylog/codec/parts.h"

// [{"name":"shop","url":"https://shop.example/hook","secret_file":"shop.secret",
//   "accounts":["alice"],"statuses":["completed"],"allow_insecure":false}]; the last three may be
// absent, and "secret_files", an array, may stand for "secret_file".
namespace paylog::codec {
namespace {

constexpr std::array<std::string_view, 7> kFields = {
    "name", "url", "secret_file", "secret_files", "accounts", "statuses", "allow_insecure"};

std::vector<std::string> ReadSecretFiles(FieldReader& fields) {
  if (!fields.Has("secret_files")) {
    return {fields.Text("secret_file")};
  }
  if (fields.Has("secret_file")) {
    fields.Fail("secret_file", "must not stand beside secret_files");
  }
  std::vector<std::string> files = fields.Texts("secret_files");
  if (files.empty()) {
    fields.Fail("secret_files", "must name at least one file");
  }
  return files;
}

std::vector<std::string> OptionalTexts(FieldReader& fields, std::string_view name) {
  return fields.Has(name) ? fields.Texts(name) : std::vector<std::string>();
}

// An empty array could be meant as "none" or as "all"; leaving the field out is clear.
template <typename Value, typename Parse>
std::vector<Value> ReadChoice(FieldReader& fields, std::string_view name, Parse parse,
                              std::string_view problem) {
  std::vector<Value> values;
  const std::vector<std::string> texts = OptionalTexts(fields, name);
  if (fields.Has(name) && texts.empty()) {
    fields.Fail(name, "must not be empty: leave it out to choose all");
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto value = parse(texts[i]);
    if (!value) {
      fields.FailItem(name, i, problem);
    } else if (std::find(values.begin(), values.end(), *value) != values.end()) {
      fields.FailItem(name, i, "stands there twice");
    } else {
      values.push_back(*std::move(value));
    }
  }
  return values;
}

EndpointEntry ReadEndpoint(FieldReader& fields) {
  EndpointEntry entry{
      .name = fields.Text("name"),
      .url = fields.Text("url"),
      .secret_files = ReadSecretFiles(fields),
      .accounts = ReadChoice<model::AccountId>(fields, "accounts", model::AccountId::Parse,
                                               "must be a customer's account"),
      .statuses = ReadChoice<model::ResultStatus>(fields, "statuses", model::ParseResultStatus,
                                                  "must be completed, rejected or refused"),
      .allow_insecure = fields.Has("allow_insecure") && fields.Boolean("allow_insecure")};
  if (!IsEndpointName(entry.name)) {
    fields.Fail("name", "must be 1 to " + std::to_string(base::kEndpointNameLengthMax) +
                            " letters, digits, '_' or '-', the first a letter or digit");
  }
  for (std::size_t i = 0; i < entry.secret_files.size(); ++i) {
    if (entry.secret_files[i].empty() || entry.secret_files[i].find('\0') != std::string::npos) {
      fields.Fail(fields.Has("secret_files") ? "secret_files" : "secret_file", "must name a file");
    }
  }
  return entry;
}

base::Result<EndpointEntry> DecodeEndpoint(const JsonValue& value, const std::string& path) {
  if (value.kind != JsonKind::kObject) {
    return base::InvalidArgument(path + ": must be an object");
  }
  for (const JsonValue& member : value.children()) {
    if (std::find(kFields.begin(), kFields.end(), member.name) == kFields.end()) {
      return base::InvalidArgument(MemberPath(path, member.name) + ": is no field of an endpoint");
    }
  }
  FieldReader fields(value);
  EndpointEntry entry = ReadEndpoint(fields);
  if (!fields.ok()) {
    return base::InvalidArgument(path + fields.error().context.substr(1));  // Without the "$".
  }
  return entry;
}

}  // namespace

base::Result<std::vector<EndpointEntry>> DecodeEndpoints(std::string_view text) {
  const auto parsed = ReadJson(text, JsonKind::kArray);
  if (const auto* const error = std::get_if<JsonError>(&parsed)) {
    return base::InvalidArgument("$: " + error->message);
  }
  const auto& document = std::get<JsonDocument>(parsed);
  if (!document.duplicate_paths.empty()) {
    return base::InvalidArgument(document.duplicate_paths.front() + ": stands there twice");
  }
  if (document.root().children().empty()) {
    return base::InvalidArgument("$: there is no endpoint");
  }
  std::vector<EndpointEntry> entries;
  std::set<std::string> names;
  for (const JsonValue& item : document.root().children()) {
    const std::string path = ItemPath("$", entries.size());
    PAYLOG_ASSIGN(EndpointEntry entry, DecodeEndpoint(item, path));
    if (!names.insert(entry.name).second) {
      return base::InvalidArgument(path + ".name: another endpoint is called '" + entry.name +
                                   "' too");
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace paylog::codec
