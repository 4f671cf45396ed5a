#include "paylog/ledger/core/account_table.h"

#include <functional>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::ledger {
namespace {

// A size that jemalloc gives without waste.
constexpr std::size_t kChunkBytes = 10'240;
constexpr std::size_t kChunkAccounts = kChunkBytes / sizeof(model::Account);

std::uint32_t HashOf(const model::AccountId& id) {
  return static_cast<std::uint32_t>(std::hash<model::AccountId>{}(id));
}

// Of the chunks or of const ones.
template <typename Chunks>
auto& InChunks(Chunks& chunks, std::uint32_t place) {
  return chunks[place / kChunkAccounts][place % kChunkAccounts];
}

}  // namespace

std::size_t AccountTable::size() const {
  return chunks_.empty() ? 0 : (chunks_.size() - 1) * kChunkAccounts + chunks_.back().size();
}

const model::Account& AccountTable::At(AccountNumber number) const {
  CHECK(number.value() < size());
  return InChunks(chunks_, number.value());
}

model::Account& AccountTable::MutableAt(AccountNumber number) {
  return InChunks(chunks_, number.value());
}

std::optional<AccountNumber> AccountTable::NumberOf(const model::AccountId& id) const {
  const auto found = index_.Find(
      HashOf(id), [&](std::uint32_t place) { return InChunks(chunks_, place).id == id; });
  return found ? std::optional(AccountNumber(*found)) : std::nullopt;
}

const model::Account* AccountTable::Find(const model::AccountId& id) const {
  const auto number = NumberOf(id);
  return number ? &At(*number) : nullptr;
}

model::Account* AccountTable::Find(const model::AccountId& id) {
  const auto number = NumberOf(id);
  return number ? &MutableAt(*number) : nullptr;
}

model::Account& AccountTable::Add(model::Account account) {
  CHECK(!NumberOf(account.id).has_value());
  if (chunks_.empty() || chunks_.back().size() == kChunkAccounts) {
    chunks_.emplace_back().reserve(kChunkAccounts);
  }
  index_.Add(HashOf(account.id), static_cast<std::uint32_t>(size()));
  return chunks_.back().emplace_back(std::move(account));
}

AccountNumber AccountTable::Put(model::Account account) {
  if (const auto number = NumberOf(account.id)) {
    MutableAt(*number) = std::move(account);
    return *number;
  }
  Add(std::move(account));
  return AccountNumber(static_cast<std::uint32_t>(size() - 1));
}

}  // namespace paylog::ledger
