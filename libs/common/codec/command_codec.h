#pragma once

#include <string>
#include <string_view>

#include "paylog/base/hash.h"
#include "paylog/model/command.h"

// Commands: JSON from outside. schemas/commands/ says what is valid; what a schema cannot say
// (duplicate fields, 1.0 and 1e2, numbers over 2^53 - 1, UTF-8, depth, size, relations between
// fields) is checked here too. Thread-safe; no input ends the process.
namespace paylog::codec {

// Reads one body. Where several things are wrong, the code that stands first in the order of
// precedence (model/result_code.h) is reported; the command id and account are read wherever
// possible.
model::DecodedCommand DecodeCommand(std::string_view body);

// The typed command as JSON: the fields present, in schema order, metadata by RFC 8785, no white
// space. Fixed for ever by golden values, since remembered ids hold its hash.
std::string CanonicalCommand(const model::Command& command);

// SHA-256 of CanonicalCommand: "the same body" means the same value of this.
base::Hash256 BodySha256(const model::Command& command);

}  // namespace paylog::codec
