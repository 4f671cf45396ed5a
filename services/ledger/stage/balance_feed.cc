#include "paylog/ledger/stage/balance_feed.h"

#include <algorithm>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::ledger {

void BalanceFeed::Reset(const State& state, base::Sequence published) {
  changed_.clear();
  due_.clear();
  staged_.clear();
  published_ = published;
  due_until_ = published;
  state.ForEachOwn([this](const model::Account& account) {
    if (account.last_sequence > published_) {
      changed_.insert(account.id);
    }
  });
}

void BalanceFeed::MakeDue(base::Sequence last) {
  while (!changed_.empty()) {
    due_.insert(std::move(changed_.extract(changed_.begin()).value()));
  }
  due_until_ = last;
}

const std::vector<model::AccountId>& BalanceFeed::Stage() {
  CHECK(staged_.empty());
  for (auto next = due_.begin(); next != due_.end() && staged_.size() < kSliceMax; ++next) {
    staged_.push_back(*next);
  }
  return staged_;
}

void BalanceFeed::MergeStaged() {
  for (const model::AccountId& account : staged_) {
    due_.erase(account);
  }
  if (!std::exchange(staged_, {}).empty() && due_.empty()) {
    published_ = due_until_;
  }
}

void BalanceFeed::DropStaged() {
  staged_.clear();
}

}  // namespace paylog::ledger
