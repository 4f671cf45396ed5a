#include "paylog/log/headers.h"

namespace paylog::log {

void Headers::Iterator::Read() {
  if (left_ == 0) {
    return;
  }
  base::ByteReader reader(rest_);
  header_.name = reader.Bytes();
  header_.value = reader.Bytes();
  rest_.remove_prefix(rest_.size() - reader.remaining());
}

Headers::Headers(std::initializer_list<Header> headers) {
  for (const Header& header : headers) {
    Add(header.name, header.value);
  }
}

std::optional<Headers> Headers::Read(base::ByteReader& reader, std::size_t count) {
  const base::ByteReader before = reader;
  Headers headers;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t name_bytes = reader.Bytes().size();
    const std::size_t value_bytes = reader.Bytes().size();
    if (!reader.ok()) {
      return std::nullopt;
    }
    headers.text_bytes_ += static_cast<std::uint32_t>(name_bytes + value_bytes);
  }
  headers.count_ = static_cast<std::uint32_t>(count);
  headers.bytes_ = base::ByteReader(before).Raw(before.remaining() - reader.remaining());
  return headers;
}

void Headers::Add(std::string_view name, std::string_view value) {
  base::ByteWriter writer(bytes_);
  writer.Bytes(name);
  writer.Bytes(value);
  ++count_;
  text_bytes_ += static_cast<std::uint32_t>(name.size() + value.size());
}

void Headers::Add(const Headers& others) {
  bytes_.append(others.bytes_);
  count_ += others.count_;
  text_bytes_ += others.text_bytes_;
}

std::optional<std::string_view> Headers::Find(std::string_view name) const {
  base::ByteReader reader(bytes_);
  for (std::size_t i = 0; i < count_; ++i) {
    const std::string_view own_name = reader.Bytes();
    const std::string_view value = reader.Bytes();
    if (own_name == name) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace paylog::log
