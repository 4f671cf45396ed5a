#pragma once

#include <string_view>

namespace paylog::fuzz {

// What a text is by RFC 8259 alone, found out by code that shares nothing with our reader: a second
// opinion. Needs no stack, however deep the text nests.
struct JsonShape {
  bool is_json = false;  // UTF-8 throughout, no byte order mark, escapes of surrogates in pairs.
  bool is_object = false;
  std::size_t depth = 0;
};
JsonShape ShapeOf(std::string_view text);

}  // namespace paylog::fuzz
