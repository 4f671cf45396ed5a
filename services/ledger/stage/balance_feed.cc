#include "paylog/ledger/stage/balance_feed.h"

#include <algorithm>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::ledger {

void BalanceFeed::Reset(const State& state, base::Sequence published) {
  changed_.Clear();
  due_.Clear();
  next_ = AccountNumber(0);
  staged_.clear();
  published_ = published;
  due_until_ = published;
  for (AccountNumber account; account.value() < state.account_count(); account = account.Next()) {
    if (state.At(account).last_sequence > published_) {
      changed_.Insert(account);
    }
  }
}

void BalanceFeed::MakeDue(base::Sequence last) {
  due_.Insert(changed_);
  changed_.Clear();
  due_until_ = last;
}

const std::vector<AccountNumber>& BalanceFeed::Stage() {
  CHECK(staged_.empty());
  const std::size_t count = std::min(kSliceMax, due_.size());
  AccountNumber from = next_;
  while (staged_.size() < count) {
    const auto next = due_.FirstFrom(from);
    if (next) {
      staged_.push_back(*next);
    }
    from = next ? next->Next() : AccountNumber(0);
  }
  return staged_;
}

void BalanceFeed::MergeStaged() {
  if (staged_.empty()) {
    return;
  }
  for (const AccountNumber account : staged_) {
    due_.Erase(account);
  }
  next_ = staged_.back().Next();
  staged_.clear();
  if (due_.empty()) {
    published_ = due_until_;
  }
}

void BalanceFeed::DropStaged() {
  staged_.clear();
}

}  // namespace paylog::ledger
