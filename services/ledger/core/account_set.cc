#include "paylog/ledger/core/account_set.h"

#include <algorithm>
#include <bit>

namespace paylog::ledger {
namespace {

constexpr std::size_t kBits = 64;

std::uint64_t BitOf(AccountNumber account) {
  return std::uint64_t{1} << (account.value() % kBits);
}

}  // namespace

void AccountSet::Insert(AccountNumber account) {
  const std::size_t word = account.value() / kBits;
  if (word >= words_.size()) {
    words_.resize(word + 1);
  }
  if ((words_[word] & BitOf(account)) == 0) {
    words_[word] |= BitOf(account);
    ++size_;
  }
}

void AccountSet::Erase(AccountNumber account) {
  const std::size_t word = account.value() / kBits;
  if (word < words_.size() && (words_[word] & BitOf(account)) != 0) {
    words_[word] &= ~BitOf(account);
    --size_;
  }
}

void AccountSet::Insert(const AccountSet& other) {
  words_.resize(std::max(words_.size(), other.words_.size()));
  size_ = 0;
  for (std::size_t word = 0; word < words_.size(); ++word) {
    if (word < other.words_.size()) {
      words_[word] |= other.words_[word];
    }
    size_ += static_cast<std::size_t>(std::popcount(words_[word]));
  }
}

void AccountSet::Clear() {
  std::fill(words_.begin(), words_.end(), 0);
  size_ = 0;
}

std::optional<AccountNumber> AccountSet::FirstFrom(AccountNumber from) const {
  std::size_t word = from.value() / kBits;
  if (word >= words_.size()) {
    return std::nullopt;
  }
  std::uint64_t bits = words_[word] & (~std::uint64_t{0} << (from.value() % kBits));
  while (bits == 0) {
    if (++word == words_.size()) {
      return std::nullopt;
    }
    bits = words_[word];
  }
  return AccountNumber(
      static_cast<std::uint32_t>(word * kBits + static_cast<std::size_t>(std::countr_zero(bits))));
}

}  // namespace paylog::ledger
