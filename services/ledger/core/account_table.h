#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "paylog/model/account.h"

namespace paylog::ledger {

// Accounts by id. They lie in chunks, in the order in which they came, and a table of hashes, open
// and probed in a line, says where: some 15 bytes an account besides the account, no allocation for
// each, and two places in memory for a look-up. None is ever taken out. Not thread-safe.
class AccountTable {
 public:
  AccountTable() = default;
  AccountTable(AccountTable&&) = default;
  AccountTable& operator=(AccountTable&&) = default;  // No copies: they would move while they grow.

  // nullptr where there is none. Valid until the table is changed.
  [[nodiscard]] const model::Account* Find(const model::AccountId& id) const;
  [[nodiscard]] model::Account* Find(const model::AccountId& id);
  // REQUIRES: Find(account.id) == nullptr
  model::Account& Add(model::Account account);
  // Adds the account, or replaces the one of its id.
  void Put(model::Account account);

  [[nodiscard]] std::size_t size() const;

  // In the order in which they were added.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const auto& chunk : chunks_) {
      for (const model::Account& account : chunk) {
        visit(account);
      }
    }
  }
  template <typename Visit>
  void ForEach(Visit visit) {
    for (auto& chunk : chunks_) {
      for (model::Account& account : chunk) {
        visit(account);
      }
    }
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t place = 0;  // One more than the account's; 0: the slot is free.
  };

  // The slot of the account, or the free one where it belongs. REQUIRES: a slot is free.
  [[nodiscard]] std::size_t SlotOf(const model::AccountId& id, std::uint32_t hash) const;
  // 0 where there is none.
  [[nodiscard]] std::uint32_t PlaceOf(const model::AccountId& id) const;
  void MakeRoom();

  std::vector<std::vector<model::Account>> chunks_;  // All but the last one are full.
  std::vector<Slot> slots_;                          // A power of two, or none.
};

}  // namespace paylog::ledger
