#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "paylog/base/strong_type.h"
#include "paylog/ledger/core/hash_index.h"
#include "paylog/model/account.h"

namespace paylog::ledger {

// An account within its table, from 0, in the order in which they came. It says nothing elsewhere:
// the same account has another number in a state that is rebuilt.
using AccountNumber = base::StrongInt<struct AccountNumberTag, std::uint32_t>;

// Accounts by id. They lie in chunks, in the order in which they came, and an index of hashes says
// where: some 15 bytes an account besides the account, no allocation for each, and two places in
// memory for a look-up. None is ever taken out. Not thread-safe.
class AccountTable {
 public:
  AccountTable() = default;
  AccountTable(AccountTable&&) = default;
  AccountTable& operator=(AccountTable&&) = default;  // No copies: they would move while they grow.

  // nullptr where there is none. Valid until the table is changed.
  [[nodiscard]] const model::Account* Find(const model::AccountId& id) const;
  [[nodiscard]] model::Account* Find(const model::AccountId& id);
  [[nodiscard]] std::optional<AccountNumber> NumberOf(const model::AccountId& id) const;
  // REQUIRES: number.value() < size()
  [[nodiscard]] const model::Account& At(AccountNumber number) const;

  // REQUIRES: Find(account.id) == nullptr
  model::Account& Add(model::Account account);
  // Adds the account, or replaces the one of its id.
  AccountNumber Put(model::Account account);

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
  [[nodiscard]] model::Account& MutableAt(AccountNumber number);

  std::vector<std::vector<model::Account>> chunks_;  // All but the last one are full.
  HashIndex index_;                                  // Of numbers.
};

}  // namespace paylog::ledger
