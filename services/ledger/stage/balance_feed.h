#pragma once

#include <cstddef>
#include <vector>

#include "paylog/ledger/core/account_set.h"
#include "paylog/ledger/core/state.h"

namespace paylog::ledger {

// Which accounts are to be written to ledger.balances. Changes are gathered; after a snapshot those
// gathered so far become due, and each batch takes a slice of them, so that no transaction grows
// with the number of accounts. Accounts are numbers of the state that Reset was given. Used by one
// thread at a time.
class BalanceFeed {
 public:
  // Accounts of one batch at most.
  static constexpr std::size_t kSliceMax = 2'000;

  // Starts anew from a rebuilt state, of which everything up to `published` has been written.
  void Reset(const State& state, base::Sequence published);

  // The account has changed, in committed state.
  void MarkChanged(AccountNumber account) { changed_.Insert(account); }
  // What has changed up to now, that is up to event `last`, is due.
  void MakeDue(base::Sequence last);

  // The slice for the open transaction; the same again after DropStaged. The next one begins behind
  // it, so that each has its turn even where more becomes due than is written.
  const std::vector<AccountNumber>& Stage();
  void MergeStaged();  // It was committed.
  void DropStaged();   // It was not.

  // Accounts that no later event changed have been written as they are.
  [[nodiscard]] base::Sequence published() const { return published_; }

 private:
  AccountSet changed_;
  AccountSet due_;
  AccountNumber next_;  // Where the next slice begins.
  std::vector<AccountNumber> staged_;
  base::Sequence due_until_{0};
  base::Sequence published_{0};
};

}  // namespace paylog::ledger
