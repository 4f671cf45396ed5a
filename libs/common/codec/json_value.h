#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// JSON as the decoders see it. Internal to codec. Plain values.
namespace paylog::codec {

enum class JsonKind : std::uint8_t {
  kNull,
  kBoolean,
  kInteger,     // Written as a plain integer, and within 64 bits.
  kNotInteger,  // Written with a fraction or an exponent, or as -0.
  kTooLarge,    // Written as a plain integer, but outside 64 bits.
  kString,
  kArray,
  kObject,
};

struct JsonMember;

struct JsonValue {
  JsonKind kind = JsonKind::kNull;
  bool boolean = false;
  std::int64_t integer = 0;
  std::string text;  // A string's characters; of a kTooLarge, its digits.
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;  // In the order of the text, duplicates included.

  [[nodiscard]] bool is_number() const {
    return kind == JsonKind::kInteger || kind == JsonKind::kNotInteger ||
           kind == JsonKind::kTooLarge;
  }
  // The first member of this name; nullptr if there is none.
  [[nodiscard]] const JsonValue* Find(std::string_view name) const;
  // How many members have this name?
  [[nodiscard]] int Count(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

// "a string", "an object", for messages.
std::string_view Describe(JsonKind kind);

// $.metadata and "order" make $.metadata.order; "we ird" makes $.metadata['we ird']. Long names are
// cut (see Excerpt), since paths go into messages and headers.
std::string MemberPath(std::string_view parent, std::string_view name);
// $.entries[2]
std::string ItemPath(std::string_view parent, std::size_t index);

}  // namespace paylog::codec
