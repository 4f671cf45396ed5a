#include "paylog/ledger/core/hash_index.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::ledger {
namespace {

constexpr std::size_t kSlotsMin = 16;

}  // namespace

void HashIndex::Add(std::uint32_t hash, std::uint32_t place) {
  CHECK(place < std::numeric_limits<std::uint32_t>::max());
  ++size_;
  if (size_ * 4 > slots_.size() * 3) {  // At least a quarter stays free.
    std::vector<Slot> larger(std::max(kSlotsMin, slots_.size() * 2));
    for (const Slot& slot : slots_) {
      if (slot.taken()) {
        Take(larger, slot);
      }
    }
    slots_ = std::move(larger);
  }
  Take(slots_, {.hash = hash, .place_plus_1 = place + 1});
}

// The first free one from where its hash says.
void HashIndex::Take(std::vector<Slot>& slots, const Slot& slot) {
  const std::size_t mask = slots.size() - 1;
  std::size_t at = slot.hash & mask;
  while (slots[at].taken()) {
    at = (at + 1) & mask;
  }
  slots[at] = slot;
}

void HashIndex::Clear() {
  if (size_ * 16 < slots_.size()) {
    slots_ = {};  // To grow again costs less than to wipe so many.
  } else {
    std::fill(slots_.begin(), slots_.end(), Slot{});
  }
  size_ = 0;
}

}  // namespace paylog::ledger
