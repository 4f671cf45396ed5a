#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "paylog/ledger/core/hash_index.h"

namespace paylog::ledger {

// Values by key, as bytes that lie one behind another: no allocation for each. A newer value hides
// an older one, whose bytes stay until all are dropped. Not thread-safe.
class ByteTable {
 public:
  ByteTable() = default;
  ByteTable(ByteTable&& other) noexcept { *this = std::move(other); }
  ByteTable& operator=(ByteTable&& other) noexcept;

  // The newest value; valid until the table is cleared.
  [[nodiscard]] std::optional<std::string_view> Find(std::string_view key) const;
  void Put(std::string_view key, std::string_view value);
  // Drops all, and keeps the room for as much.
  void Clear();

  // Of keys.
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }

  // In the order in which their keys came.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Entry& entry : entries_) {
      visit(entry.key(), entry.value());
    }
  }
  // In order of key, bytewise. Valid until the table is changed.
  [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> Sorted() const;

  // What does not fit one has an allocation of its own.
  static constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;

 private:
  struct Entry {
    const char* bytes = nullptr;  // The key's, then the value's.
    std::uint32_t key_size = 0;
    std::uint32_t value_size = 0;

    [[nodiscard]] std::string_view key() const { return {bytes, key_size}; }
    [[nodiscard]] std::string_view value() const { return {bytes + key_size, value_size}; }
  };

  [[nodiscard]] std::optional<std::uint32_t> PlaceOf(std::string_view key,
                                                     std::uint32_t hash) const;
  Entry Store(std::string_view key, std::string_view value);
  [[nodiscard]] char* Allocate(std::size_t size);

  std::vector<std::unique_ptr<char[]>> chunks_;
  std::size_t chunks_full_ = 0;
  std::size_t used_ = 0;  // Of the chunk behind those.
  std::vector<std::unique_ptr<char[]>> large_;
  std::vector<Entry> entries_;
  HashIndex index_;  // Of places in entries_.
};

}  // namespace paylog::ledger
