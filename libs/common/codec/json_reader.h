#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "paylog/codec/json_value.h"

// Strict JSON (RFC 8259, I-JSON's strings): one object or array, valid UTF-8, no byte order mark,
// no comments, nothing after the end, nesting of at most kJsonDepthMax. Internal to codec.
// Thread-safe; no input ends the process, and none costs more than O(n log n).
namespace paylog::codec {

enum class JsonFault { kInvalidUtf8, kInvalidJson, kTooDeep };

struct JsonError {
  JsonFault fault = JsonFault::kInvalidJson;
  std::string message;  // A sentence for people.
};

using JsonReading = std::variant<JsonDocument, JsonError>;

// The text must outlive the document.
// REQUIRES: `root` is kObject or kArray; any other value at the root is kInvalidJson.
JsonReading ReadJson(std::string_view text, JsonKind root = JsonKind::kObject);

// The same answer, always by the strict parser, which alone says what is wrong with a text.
// ReadJson comes here with all that the fast one (json_fast_reader.h) leaves to it; tests compare
// the two.
JsonReading ReadJsonStrictly(std::string_view text, JsonKind root = JsonKind::kObject);

}  // namespace paylog::codec
