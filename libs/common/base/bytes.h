#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "paylog/base/int128.h"

// Little-endian numbers, varints (LEB128) and length-prefixed bytes: the alphabet of every binary
// format on disk.
namespace paylog::base {

// Appends to a string that must outlive it. Not thread-safe.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void U8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void U32(std::uint32_t value) { Fixed(value, 4); }
  void U64(std::uint64_t value) { Fixed(value, 8); }
  void I64(std::int64_t value) { Fixed(static_cast<std::uint64_t>(value), 8); }
  void Varint(std::uint64_t value) {
    if (value < 0x80) {
      return U8(static_cast<std::uint8_t>(value));  // As nearly all.
    }
    LongVarint(value);
  }
  void SignedVarint(std::int64_t value);  // Zigzag.
  void SignedVarint128(Int128 value);     // The same bytes, where it fits 64.
  void Raw(std::string_view bytes) { out_.append(bytes); }
  void Bytes(std::string_view bytes) {
    Varint(bytes.size());
    Raw(bytes);
  }

 private:
  void Fixed(std::uint64_t value, int bytes);
  void LongVarint(std::uint64_t value);

  std::string& out_;
};

// Reads what a ByteWriter wrote, from bytes that must outlive it and that may be anything: a read
// beyond the end makes ok() false for good and gives zeros. Never allocates. Not thread-safe.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t U8() {
    const std::string_view raw = Raw(1);
    return raw.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(raw.front());
  }
  std::uint32_t U32() { return static_cast<std::uint32_t>(Fixed(4)); }
  std::uint64_t U64() { return Fixed(8); }
  std::int64_t I64() { return static_cast<std::int64_t>(Fixed(8)); }
  std::uint64_t Varint() {
    if (ok_ && !bytes_.empty() && static_cast<std::uint8_t>(bytes_.front()) < 0x80) {
      return U8();  // Nearly all are of one byte.
    }
    return LongVarint<std::uint64_t>();
  }
  std::int64_t SignedVarint();
  Int128 SignedVarint128();
  std::string_view Raw(std::uint64_t size) {
    if (!ok_ || size > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view raw = bytes_.substr(0, static_cast<std::size_t>(size));
    bytes_.remove_prefix(static_cast<std::size_t>(size));
    return raw;
  }
  std::string_view Bytes() { return Raw(Varint()); }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size(); }
  // Everything was read, and nothing was missing.
  [[nodiscard]] bool AtEnd() const { return ok_ && bytes_.empty(); }

 private:
  std::uint64_t Fixed(std::size_t bytes);
  template <typename Unsigned>
  Unsigned LongVarint();

  std::string_view bytes_;
  bool ok_ = true;
};

// Overwrites 8 bytes at `at`. REQUIRES: they are there.
void PatchI64(std::string& bytes, std::size_t at, std::int64_t value);
void PatchU64(std::string& bytes, std::size_t at, std::uint64_t value);

}  // namespace paylog::base
