#include "paylog/ledger/core/account_table.h"

#include <functional>
#include <limits>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::ledger {
namespace {

// A size that jemalloc gives without waste.
constexpr std::size_t kChunkBytes = 10'240;
constexpr std::size_t kChunkAccounts = kChunkBytes / sizeof(model::Account);
constexpr std::size_t kSlotsMin = 16;

std::uint32_t HashOf(const model::AccountId& id) {
  return static_cast<std::uint32_t>(std::hash<model::AccountId>{}(id));
}

// Of the chunks or of const ones.
template <typename Chunks>
auto& At(Chunks& chunks, std::uint32_t place) {
  return chunks[(place - 1) / kChunkAccounts][(place - 1) % kChunkAccounts];
}

}  // namespace

std::size_t AccountTable::size() const {
  return chunks_.empty() ? 0 : (chunks_.size() - 1) * kChunkAccounts + chunks_.back().size();
}

std::size_t AccountTable::SlotOf(const model::AccountId& id, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (slots_[slot].place != 0 &&
         (slots_[slot].hash != hash || At(chunks_, slots_[slot].place).id != id)) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

std::uint32_t AccountTable::PlaceOf(const model::AccountId& id) const {
  return slots_.empty() ? 0 : slots_[SlotOf(id, HashOf(id))].place;
}

const model::Account* AccountTable::Find(const model::AccountId& id) const {
  const std::uint32_t place = PlaceOf(id);
  return place == 0 ? nullptr : &At(chunks_, place);
}

model::Account* AccountTable::Find(const model::AccountId& id) {
  const std::uint32_t place = PlaceOf(id);
  return place == 0 ? nullptr : &At(chunks_, place);
}

model::Account& AccountTable::Add(model::Account account) {
  MakeRoom();
  const std::uint32_t hash = HashOf(account.id);
  Slot& slot = slots_[SlotOf(account.id, hash)];
  CHECK(slot.place == 0);
  if (chunks_.empty() || chunks_.back().size() == kChunkAccounts) {
    chunks_.emplace_back().reserve(kChunkAccounts);
  }
  chunks_.back().push_back(std::move(account));
  slot = {.hash = hash, .place = static_cast<std::uint32_t>(size())};
  return chunks_.back().back();
}

void AccountTable::Put(model::Account account) {
  if (model::Account* const found = Find(account.id)) {
    *found = std::move(account);
  } else {
    Add(std::move(account));
  }
}

// For one more, so that at least a quarter of the slots stays free.
void AccountTable::MakeRoom() {
  const std::size_t needed = size() + 1;
  CHECK(needed < std::numeric_limits<std::uint32_t>::max());
  if (needed * 4 <= slots_.size() * 3) {
    return;
  }
  std::vector<Slot> larger(slots_.empty() ? kSlotsMin : slots_.size() * 2);
  const std::size_t mask = larger.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.place == 0) {
      continue;
    }
    std::size_t to = slot.hash & mask;
    while (larger[to].place != 0) {
      to = (to + 1) & mask;
    }
    larger[to] = slot;
  }
  slots_ = std::move(larger);
}

}  // namespace paylog::ledger
