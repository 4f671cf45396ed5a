#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "paylog/ledger/core/account_table.h"

namespace paylog::ledger {

// A set of accounts of one table, by their numbers: a bit for each account of the table, whichever
// are in it. Not thread-safe.
class AccountSet {
 public:
  void Insert(AccountNumber account);
  void Erase(AccountNumber account);
  // All that are in `other`, too.
  void Insert(const AccountSet& other);
  void Clear();

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  // The first one that is not below `from`; nullopt where there is none.
  [[nodiscard]] std::optional<AccountNumber> FirstFrom(AccountNumber from) const;

  // In order of number.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (auto next = FirstFrom(AccountNumber(0)); next; next = FirstFrom(next->Next())) {
      visit(*next);
    }
  }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t size_ = 0;
};

}  // namespace paylog::ledger
