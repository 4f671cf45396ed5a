#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "paylog/base/hash.h"
#include "paylog/base/int128.h"

namespace paylog::codec {

// Appends JSON without white space, members in the order of the calls, strings escaped as RFC 8785
// says. The same calls give the same bytes on every machine. Writes into itself, so that a record
// costs one allocation, of just its size. Internal to codec. Not thread-safe; calls in an order
// that does not make JSON are the caller's error, and tests find them.
class JsonWriter {
 public:
  JsonWriter() = default;
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& BeginObject() { return Begin('{'); }
  JsonWriter& EndObject() { return End('}'); }
  JsonWriter& BeginArray() { return Begin('['); }
  JsonWriter& EndArray() { return End(']'); }
  JsonWriter& Key(std::string_view name);
  // A literal: one of our own names, in which nothing is to be escaped.
  template <std::size_t N>
  JsonWriter& Key(const char (&name)[N]) {
    Separate();
    char* const to = Room(N + 2);
    to[0] = '"';
    std::memcpy(to + 1, name, N - 1);
    to[N] = '"';
    to[N + 1] = ':';
    at_ += N + 2;
    needs_comma_ = false;
    return *this;
  }

  JsonWriter& Text(std::string_view value);
  JsonWriter& Integer(std::int64_t value);
  JsonWriter& Boolean(bool value);
  JsonWriter& Integer128(base::Int128 value);
  // As Hash256::ToHex prints it.
  JsonWriter& Hex(const base::Hash256& hash);

  JsonWriter& Field(std::string_view name, std::string_view value) { return Key(name).Text(value); }
  JsonWriter& Field(std::string_view name, std::int64_t value) { return Key(name).Integer(value); }
  template <std::size_t N>
  JsonWriter& Field(const char (&name)[N], std::string_view value) {
    return Key(name).Text(value);
  }
  template <std::size_t N>
  JsonWriter& Field(const char (&name)[N], std::int64_t value) {
    return Key(name).Integer(value);
  }

  // Valid until the next call.
  [[nodiscard]] std::string_view written() const {
    return {begin_, static_cast<std::size_t>(at_ - begin_)};
  }
  [[nodiscard]] std::string Take() && { return std::string(written()); }

 private:
  // More than most records have.
  static constexpr std::size_t kOwnBytes = 2048;

  JsonWriter& Begin(char bracket);
  JsonWriter& End(char bracket);
  void Separate() {
    if (needs_comma_) {
      Put(',');
    }
    needs_comma_ = true;
  }
  // Where the next characters go: so many there is room for.
  char* Room(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) {
      Grow(bytes);
    }
    return at_;
  }
  void Grow(std::size_t bytes);
  void Put(char c) {
    *Room(1) = c;
    ++at_;
  }
  void PutEscaped(char c);

  std::array<char, kOwnBytes> own_;  // Not cleared: only what was written is read.
  std::string grown_;                // Takes its place where that is not enough.
  char* begin_ = own_.data();
  char* at_ = own_.data();
  char* end_ = own_.data() + kOwnBytes;
  bool needs_comma_ = false;
};

// What write(JsonWriter&, value) writes.
template <typename Write, typename Value>
std::string WriteJson(Write write, const Value& value) {
  JsonWriter writer;
  write(writer, value);
  return std::move(writer).Take();
}

}  // namespace paylog::codec
