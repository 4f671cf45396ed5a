#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Little-endian numbers, varints (LEB128) and length-prefixed bytes: the alphabet of every format
// in this directory.
namespace paylog::store {

void AppendU64(std::string& out, std::uint64_t value);
void AppendVarint(std::string& out, std::uint64_t value);
void AppendBytes(std::string& out, std::string_view bytes);

// Reads what was appended, from bytes that must outlive it and that may be anything: a read beyond
// the end makes ok() false for good and gives zeros. Never allocates. Not thread-safe.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t U64();
  std::uint64_t Varint();
  std::string_view Raw(std::uint64_t size);
  std::string_view Bytes() { return Raw(Varint()); }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size(); }
  // Everything was read, and nothing was missing.
  [[nodiscard]] bool AtEnd() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace paylog::store
