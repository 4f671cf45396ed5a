#include "paylog/codec/json_writer.h"

#include <limits>

#include "paylog/base/check.h"

namespace paylog::codec {
namespace {

// The escape of a character that may not stand for itself; 0 for those written as \u00xx.
char ShortEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\t':
      return 't';
    case '\n':
      return 'n';
    case '\f':
      return 'f';
    case '\r':
      return 'r';
    default:
      return 0;
  }
}

bool NeedsEscape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void AppendEscaped(char c, std::string& text) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  text.push_back('\\');
  if (const char escape = ShortEscape(c); escape != 0) {
    text.push_back(escape);
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  text.append("u00");
  text.push_back(kHexDigits[byte >> 4]);
  text.push_back(kHexDigits[byte & 15]);
}

}  // namespace

JsonWriter& JsonWriter::Key(std::string_view name) {
  Text(name);
  text_.push_back(':');
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::Text(std::string_view value) {
  Separate();
  text_.push_back('"');
  std::size_t copied = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (NeedsEscape(value[i])) {
      text_.append(value.substr(copied, i - copied));
      AppendEscaped(value[i], text_);
      copied = i + 1;
    }
  }
  text_.append(value.substr(copied));
  text_.push_back('"');
  return *this;
}

JsonWriter& JsonWriter::Integer(std::int64_t value) {
  Separate();
  text_.append(std::to_string(value));
  return *this;
}

JsonWriter& JsonWriter::Boolean(bool value) {
  Separate();
  text_.append(value ? "true" : "false");
  return *this;
}

JsonWriter& JsonWriter::Integer128(base::Int128 value) {
  Separate();
  text_ += base::ToString(value);
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Begin(char bracket) {
  Separate();
  text_.push_back(bracket);
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::End(char bracket) {
  text_.push_back(bracket);
  needs_comma_ = true;
  return *this;
}

void JsonWriter::Separate() {
  if (needs_comma_) {
    text_.push_back(',');
  }
  needs_comma_ = true;
}

}  // namespace paylog::codec
