#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"

// A block: some (key, value) pairs in order of key, without repeats, as (key, value) with the
// length in front of each, compressed.
namespace paylog::store {

// Collects one block after the other. Not thread-safe.
class BlockBuilder {
 public:
  // REQUIRES: `key` is greater than every key of the block.
  void Add(std::string_view key, std::string_view value);

  [[nodiscard]] bool empty() const { return raw_.empty(); }
  [[nodiscard]] std::size_t raw_bytes() const { return raw_.size(); }
  // Empty again afterwards.
  std::string Finish();

 private:
  std::string raw_;
};

// A decoded block. Plain value; views into it hold until it is changed or moved.
class Block {
 public:
  // kCorrupt for anything that no BlockBuilder made.
  static base::Result<Block> Decode(std::string_view stored);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  // Bytes of memory.
  [[nodiscard]] std::size_t weight() const {
    return sizeof(Block) + raw_.size() + entries_.size() * sizeof(Entry);
  }
  // REQUIRES: index < size()
  [[nodiscard]] std::string_view key(std::size_t index) const;
  [[nodiscard]] std::string_view value(std::size_t index) const;
  [[nodiscard]] std::optional<std::string_view> Find(std::string_view wanted) const;

 private:
  // Places in raw_.
  struct Entry {
    std::uint32_t key_begin;
    std::uint32_t key_size;
    std::uint32_t value_begin;
    std::uint32_t value_size;
  };

  [[nodiscard]] std::string_view KeyOf(const Entry& entry) const;

  std::string raw_;
  std::vector<Entry> entries_;
};

}  // namespace paylog::store
