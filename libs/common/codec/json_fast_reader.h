#pragma once

#include <optional>
#include <string_view>

#include "paylog/codec/json_value.h"

namespace paylog::codec {

// Reads what is certain to be read the same by the strict parser, and nothing else: nullopt says
// only that ReadJsonStrictly has to look. That is so for every text that is refused, for numbers
// other than plain integers of 64 bits, for names that stand twice, for escapes of surrogates, and
// for whatever is long (kBodyBytesMax) or has objects of many members. Internal to codec: see
// ReadJson. Each thread keeps a parser and a buffer, of less than a megabyte. The text must outlive
// the document. Thread-safe; no input ends the process, or costs more than O(n).
//
// REQUIRES: `root` is kObject or kArray.
std::optional<JsonDocument> ReadJsonFast(std::string_view text, JsonKind root);

}  // namespace paylog::codec
