#include "paylog/base/bytes.h"

#include <array>

#include "paylog/base/check.h"

namespace paylog::base {

void ByteWriter::Fixed(std::uint64_t value, int bytes) {
  std::array<char, 8> fixed;
  for (char& byte : fixed) {
    byte = static_cast<char>(value & 0xff);
    value >>= 8;
  }
  out_.append(fixed.data(), static_cast<std::size_t>(bytes));
}

void ByteWriter::Varint(std::uint64_t value) {
  std::array<char, 10> varint;
  std::size_t size = 0;
  while (value >= 0x80) {
    varint[size++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  varint[size++] = static_cast<char>(value);
  out_.append(varint.data(), size);
}

void ByteWriter::SignedVarint(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  Varint((bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

std::uint64_t ByteReader::Fixed(std::size_t bytes) {
  std::uint64_t value = 0;
  const std::string_view raw = Raw(bytes);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    value |= std::uint64_t{static_cast<std::uint8_t>(raw[i])} << (8 * i);
  }
  return value;
}

std::uint64_t ByteReader::LongVarint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = U8();
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) {
      // As short as can be, and within 64 bits: one number has one spelling.
      ok_ = ok_ && (shift == 0 || byte != 0) && (shift < 63 || byte == 1);
      return ok_ ? value : 0;
    }
  }
  ok_ = false;
  return 0;
}

std::int64_t ByteReader::SignedVarint() {
  const std::uint64_t bits = Varint();
  return static_cast<std::int64_t>((bits >> 1) ^ ((bits & 1) != 0 ? ~std::uint64_t{0} : 0));
}

void PatchU64(std::string& bytes, std::size_t at, std::uint64_t value) {
  CHECK(at + 8 <= bytes.size());
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[at + i] = static_cast<char>((value >> (8 * i)) & 0xff);
  }
}

void PatchI64(std::string& bytes, std::size_t at, std::int64_t value) {
  PatchU64(bytes, at, static_cast<std::uint64_t>(value));
}

}  // namespace paylog::base
