#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace paylog::ledger {

// Says by hash where things lie that somebody else keeps: a table that is open and probed in a
// line, with some 11 to 21 bytes for each. None is ever taken out but all at once. Not thread-safe.
class HashIndex {
 public:
  HashIndex() = default;
  HashIndex(HashIndex&& other) noexcept { *this = std::move(other); }
  HashIndex& operator=(HashIndex&& other) noexcept {
    size_ = std::exchange(other.size_, 0);
    slots_ = std::exchange(other.slots_, {});
    return *this;
  }

  // The place of the one with this hash for which `is_it(place)` is true; nullopt if there is none.
  template <typename IsIt>
  [[nodiscard]] std::optional<std::uint32_t> Find(std::uint32_t hash, IsIt is_it) const {
    if (slots_.empty()) {
      return std::nullopt;
    }
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask; slots_[at].taken(); at = (at + 1) & mask) {
      if (slots_[at].hash == hash && is_it(slots_[at].place())) {
        return slots_[at].place();
      }
    }
    return std::nullopt;
  }

  // REQUIRES: it is not there. place < 2^32 - 1
  void Add(std::uint32_t hash, std::uint32_t place);
  // Keeps its room, where much of it was used.
  void Clear();

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t place_plus_1 = 0;  // 0: the slot is free.

    [[nodiscard]] bool taken() const { return place_plus_1 != 0; }
    [[nodiscard]] std::uint32_t place() const { return place_plus_1 - 1; }
  };

  static void Take(std::vector<Slot>& slots, const Slot& slot);

  std::size_t size_ = 0;
  std::vector<Slot> slots_;  // A power of two, or none.
};

}  // namespace paylog::ledger
