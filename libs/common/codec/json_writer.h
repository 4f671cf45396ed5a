#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "paylog/base/int128.h"

namespace paylog::codec {

// Appends JSON without white space, members in the order of the calls, strings escaped as RFC 8785
// says. The same calls give the same bytes on every machine. Internal to codec. Not thread-safe;
// calls in an order that does not make JSON are the caller's error, and tests find them.
class JsonWriter {
 public:
  JsonWriter() { text_.reserve(512); }

  JsonWriter& BeginObject() { return Begin('{'); }
  JsonWriter& EndObject() { return End('}'); }
  JsonWriter& BeginArray() { return Begin('['); }
  JsonWriter& EndArray() { return End(']'); }
  JsonWriter& Key(std::string_view name);

  JsonWriter& Text(std::string_view value);
  JsonWriter& Integer(std::int64_t value);
  JsonWriter& Boolean(bool value);
  JsonWriter& Integer128(base::Int128 value);

  JsonWriter& Field(std::string_view name, std::string_view value) { return Key(name).Text(value); }
  JsonWriter& Field(std::string_view name, std::int64_t value) { return Key(name).Integer(value); }

  [[nodiscard]] std::string Take() && { return std::move(text_); }

 private:
  JsonWriter& Begin(char bracket);
  JsonWriter& End(char bracket);
  void Separate();

  std::string text_;
  bool needs_comma_ = false;
};

}  // namespace paylog::codec
