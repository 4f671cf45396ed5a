#include "paylog/store/block.h"

#include <algorithm>
#include <utility>

#include "paylog/base/bytes.h"
#include "paylog/base/check.h"
#include "paylog/sqlite/compression.h"
#include "paylog/sqlite/damage.h"

namespace paylog::store {
namespace {

// Far above any block; keeps damage from asking for all memory.
constexpr std::size_t kRawBytesMax = std::size_t{1} << 30;

}  // namespace

void BlockBuilder::Add(std::string_view key, std::string_view value) {
  base::ByteWriter writer(raw_);
  writer.Bytes(key);
  writer.Bytes(value);
}

std::string BlockBuilder::Finish() {
  CHECK(raw_.size() <= kRawBytesMax);
  std::string stored = sqlite::Compress(raw_, sqlite::Compression::kQuick);
  raw_.clear();
  return stored;
}

base::Result<Block> Block::Decode(std::string_view stored) {
  Block block;
  PAYLOG_ASSIGN(block.raw_, sqlite::Decompress(stored, kRawBytesMax));
  base::ByteReader reader(block.raw_);
  const auto place = [&block](std::string_view bytes) {
    return static_cast<std::uint32_t>(bytes.data() - block.raw_.data());
  };
  while (reader.ok() && reader.remaining() > 0) {
    const std::string_view key = reader.Bytes();
    const std::string_view value = reader.Bytes();
    if (reader.ok()) {
      block.entries_.push_back({.key_begin = place(key),
                                .key_size = static_cast<std::uint32_t>(key.size()),
                                .value_begin = place(value),
                                .value_size = static_cast<std::uint32_t>(value.size())});
    }
  }
  const auto disordered = [&block](const Entry& a, const Entry& b) {
    return block.KeyOf(a) >= block.KeyOf(b);
  };
  if (!reader.AtEnd() || block.entries_.empty() ||
      std::adjacent_find(block.entries_.begin(), block.entries_.end(), disordered) !=
          block.entries_.end()) {
    return sqlite::Damaged("block has another structure");
  }
  return block;
}

std::string_view Block::KeyOf(const Entry& entry) const {
  return std::string_view(raw_).substr(entry.key_begin, entry.key_size);
}

std::string_view Block::key(std::size_t index) const {
  CHECK(index < entries_.size());
  return KeyOf(entries_[index]);
}

std::string_view Block::value(std::size_t index) const {
  CHECK(index < entries_.size());
  return std::string_view(raw_).substr(entries_[index].value_begin, entries_[index].value_size);
}

std::optional<std::string_view> Block::Find(std::string_view wanted) const {
  const auto found = std::lower_bound(
      entries_.begin(), entries_.end(), wanted,
      [this](const Entry& entry, std::string_view sought) { return KeyOf(entry) < sought; });
  if (found == entries_.end() || KeyOf(*found) != wanted) {
    return std::nullopt;
  }
  return value(static_cast<std::size_t>(found - entries_.begin()));
}

}  // namespace paylog::store
