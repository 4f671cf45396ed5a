#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "paylog/codec/json_value.h"

// Strict JSON (RFC 8259, I-JSON's strings): one object or array, valid UTF-8, no byte order mark,
// no comments, nothing after the end, nesting of at most kJsonDepthMax. Internal to codec.
// Thread-safe; no input ends the process, and none costs more than O(n log n).
namespace paylog::codec {

struct JsonDocument {
  JsonValue root;
  // Of the members whose name stands twice, the first few: one refusal is all that is answered.
  std::vector<std::string> duplicate_paths;
};

enum class JsonFault { kInvalidUtf8, kInvalidJson, kTooDeep };

struct JsonError {
  JsonFault fault = JsonFault::kInvalidJson;
  std::string message;  // A sentence for people.
};

// REQUIRES: `root` is kObject or kArray; any other value at the root is kInvalidJson.
std::variant<JsonDocument, JsonError> ReadJson(std::string_view text,
                                               JsonKind root = JsonKind::kObject);

}  // namespace paylog::codec
