#include "paylog/base/bytes.h"

#include <array>

#include "paylog/base/check.h"

namespace paylog::base {
namespace {

__extension__ using Uint128 = unsigned __int128;

template <typename Unsigned>
void AppendVarint(std::string& out, Unsigned value) {
  std::array<char, sizeof(Unsigned) * 8 / 7 + 1> varint;
  std::size_t size = 0;
  while (value >= 0x80) {
    varint[size++] = static_cast<char>(static_cast<std::uint8_t>(value) | 0x80);
    value >>= 7;
  }
  varint[size++] = static_cast<char>(value);
  out.append(varint.data(), size);
}

template <typename Unsigned, typename Signed>
Unsigned ZigzagOf(Signed value) {
  return (static_cast<Unsigned>(value) << 1) ^ (value < 0 ? ~Unsigned{0} : Unsigned{0});
}

template <typename Signed, typename Unsigned>
Signed OfZigzag(Unsigned bits) {
  return static_cast<Signed>((bits >> 1) ^ ((bits & 1) != 0 ? ~Unsigned{0} : Unsigned{0}));
}

}  // namespace

void ByteWriter::Fixed(std::uint64_t value, int bytes) {
  std::array<char, 8> fixed;
  for (char& byte : fixed) {
    byte = static_cast<char>(value & 0xff);
    value >>= 8;
  }
  out_.append(fixed.data(), static_cast<std::size_t>(bytes));
}

void ByteWriter::LongVarint(std::uint64_t value) {
  AppendVarint(out_, value);
}

void ByteWriter::SignedVarint(std::int64_t value) {
  AppendVarint(out_, ZigzagOf<std::uint64_t>(value));
}

void ByteWriter::SignedVarint128(Int128 value) {
  AppendVarint(out_, ZigzagOf<Uint128>(value));
}

std::uint64_t ByteReader::Fixed(std::size_t bytes) {
  std::uint64_t value = 0;
  const std::string_view raw = Raw(bytes);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    value |= std::uint64_t{static_cast<std::uint8_t>(raw[i])} << (8 * i);
  }
  return value;
}

template <typename Unsigned>
Unsigned ByteReader::LongVarint() {
  constexpr int kBits = 8 * sizeof(Unsigned);
  Unsigned value = 0;
  for (int shift = 0; shift < kBits; shift += 7) {
    const std::uint8_t byte = U8();
    value |= Unsigned{byte & 0x7fU} << shift;
    if (byte < 0x80) {
      // As short as can be, and within the bits there are: one number has one spelling.
      const bool fits = shift + 7 <= kBits || (byte >> (kBits - shift)) == 0;
      ok_ = ok_ && (shift == 0 || byte != 0) && fits;
      return ok_ ? value : 0;
    }
  }
  ok_ = false;
  return 0;
}

template std::uint64_t ByteReader::LongVarint();

std::int64_t ByteReader::SignedVarint() {
  return OfZigzag<std::int64_t>(Varint());
}

Int128 ByteReader::SignedVarint128() {
  return OfZigzag<Int128>(LongVarint<Uint128>());
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
