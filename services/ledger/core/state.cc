#include "paylog/ledger/core/state.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::ledger {
namespace {

// Length first, so that no two different lists of fields give the same bytes.
void AppendField(std::string& to, std::string_view field) {
  to += std::to_string(field.size());
  to += ':';
  to += field;
}

std::string AccountBytes(const model::Account& account) {
  std::string bytes;
  AppendField(bytes, account.id.value());
  AppendField(bytes, account.currency.code());
  AppendField(bytes, base::ToString(account.posted));
  AppendField(bytes, base::ToString(account.held));
  AppendField(bytes, std::to_string(account.overdraft_limit));
  AppendField(bytes, std::to_string(account.min_balance));
  AppendField(bytes, std::to_string(account.max_balance));
  AppendField(bytes, account.debits_frozen ? "1" : "0");
  AppendField(bytes, account.credits_frozen ? "1" : "0");
  AppendField(bytes, account.closed ? "1" : "0");
  AppendField(bytes, account.freeze_reason.value());
  AppendField(bytes, std::to_string(account.last_sequence.value()));
  return bytes;
}

}  // namespace

State::State(base::PartitionId partition, std::int32_t partition_count)
    : partition_(partition), partition_count_(partition_count) {
  CHECK(partition.value() >= 0 && partition.value() < partition_count);
}

State::State(const State* base)
    : base_(base),
      partition_(base->partition_),
      partition_count_(base->partition_count_),
      progress_(base->progress_) {}

const model::Account* State::Find(const model::AccountId& id) const {
  const model::Account* const found = accounts_.Find(id);
  return found != nullptr || base_ == nullptr ? found : base_->Find(id);
}

model::Account& State::Mutable(const model::AccountId& id) {
  if (model::Account* const found = accounts_.Find(id)) {
    return *found;
  }
  const model::Account* const below = base_ != nullptr ? base_->Find(id) : nullptr;
  CHECK(below != nullptr);
  return accounts_.Add(*below);
}

model::Account& State::Add(model::Account account) {
  CHECK(base_ == nullptr || base_->Find(account.id) == nullptr);
  return accounts_.Add(std::move(account));
}

void State::Merge(State&& overlay, const std::function<void(AccountNumber)>& visit) {
  CHECK(overlay.base_ == this);
  CHECK(overlay.progress_.last_sequence >= progress_.last_sequence);
  overlay.accounts_.ForEach(
      [&](model::Account& account) { visit(accounts_.Put(std::move(account))); });
  progress_ = overlay.progress_;
}

std::optional<AccountNumber> State::NumberOf(const model::AccountId& id) const {
  CHECK(base_ == nullptr);
  return accounts_.NumberOf(id);
}

const model::Account& State::At(AccountNumber number) const {
  CHECK(base_ == nullptr);
  return accounts_.At(number);
}

std::vector<const model::Account*> State::SortedAccounts() const {
  CHECK(base_ == nullptr);
  std::vector<const model::Account*> sorted;
  sorted.reserve(accounts_.size());
  accounts_.ForEach([&](const model::Account& account) { sorted.push_back(&account); });
  std::sort(sorted.begin(), sorted.end(),
            [](const model::Account* a, const model::Account* b) { return a->id < b->id; });
  return sorted;
}

base::Hash256 StateHash(const State& state) {
  std::string bytes;
  for (const model::Account* account : state.SortedAccounts()) {
    bytes += AccountBytes(*account);
  }
  const Progress& progress = state.progress();
  AppendField(bytes, std::to_string(state.partition().value()));
  AppendField(bytes, std::to_string(state.partition_count()));
  AppendField(bytes, std::to_string(progress.last_sequence.value()));
  AppendField(bytes, progress.last_hash.ToHex());
  AppendField(bytes, std::to_string(progress.last_inbox_offset.value()));
  AppendField(bytes, std::to_string(progress.events_left));
  AppendField(bytes, std::to_string(progress.time.value()));
  AppendField(bytes, std::to_string(progress.id_count));
  AppendField(bytes, progress.ids_digest.ToHex());
  return base::Sha256(bytes);
}

}  // namespace paylog::ledger
