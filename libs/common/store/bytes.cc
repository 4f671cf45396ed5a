#include "paylog/store/bytes.h"

namespace paylog::store {
namespace {

constexpr int kBitsPerByte = 8;
constexpr int kBitsPerVarintByte = 7;
constexpr std::uint64_t kMore = 0x80;

}  // namespace

void AppendU64(std::string& out, std::uint64_t value) {
  for (std::size_t i = 0; i < sizeof(value); ++i) {
    out.push_back(static_cast<char>(value >> (kBitsPerByte * i) & 0xff));
  }
}

void AppendVarint(std::string& out, std::uint64_t value) {
  for (; value >= kMore; value >>= kBitsPerVarintByte) {
    out.push_back(static_cast<char>((value & (kMore - 1)) | kMore));
  }
  out.push_back(static_cast<char>(value));
}

void AppendBytes(std::string& out, std::string_view bytes) {
  AppendVarint(out, bytes.size());
  out.append(bytes);
}

std::uint64_t ByteReader::U64() {
  const std::string_view raw = Raw(sizeof(std::uint64_t));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    value |= std::uint64_t{static_cast<std::uint8_t>(raw[i])} << (kBitsPerByte * i);
  }
  return value;
}

std::uint64_t ByteReader::Varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += kBitsPerVarintByte) {
    const std::string_view raw = Raw(1);
    if (raw.empty()) {
      return 0;
    }
    const std::uint64_t byte = static_cast<std::uint8_t>(raw.front());
    value |= (byte & (kMore - 1)) << shift;
    if (byte < kMore) {
      return value;
    }
  }
  ok_ = false;
  return 0;
}

std::string_view ByteReader::Raw(std::uint64_t size) {
  if (!ok_ || size > bytes_.size()) {
    ok_ = false;
    return {};
  }
  const std::string_view raw = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return raw;
}

}  // namespace paylog::store
