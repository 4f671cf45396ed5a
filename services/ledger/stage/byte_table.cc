#include "paylog/ledger/stage/byte_table.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace paylog::ledger {
namespace {

std::uint32_t HashOf(std::string_view key) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(key));
}

}  // namespace

ByteTable& ByteTable::operator=(ByteTable&& other) noexcept {
  chunks_ = std::exchange(other.chunks_, {});
  chunks_full_ = std::exchange(other.chunks_full_, 0);
  used_ = std::exchange(other.used_, 0);
  large_ = std::exchange(other.large_, {});
  entries_ = std::exchange(other.entries_, {});
  index_ = std::move(other.index_);
  return *this;
}

std::optional<std::uint32_t> ByteTable::PlaceOf(std::string_view key, std::uint32_t hash) const {
  return index_.Find(hash, [&](std::uint32_t place) { return entries_[place].key() == key; });
}

std::optional<std::string_view> ByteTable::Find(std::string_view key) const {
  const auto place = PlaceOf(key, HashOf(key));
  return place ? std::optional(entries_[*place].value()) : std::nullopt;
}

void ByteTable::Put(std::string_view key, std::string_view value) {
  const std::uint32_t hash = HashOf(key);
  const Entry entry = Store(key, value);
  if (const auto place = PlaceOf(key, hash)) {
    entries_[*place] = entry;
    return;
  }
  index_.Add(hash, static_cast<std::uint32_t>(entries_.size()));
  entries_.push_back(entry);
}

ByteTable::Entry ByteTable::Store(std::string_view key, std::string_view value) {
  char* const bytes = Allocate(key.size() + value.size());
  std::copy(value.begin(), value.end(), std::copy(key.begin(), key.end(), bytes));
  return {.bytes = bytes,
          .key_size = static_cast<std::uint32_t>(key.size()),
          .value_size = static_cast<std::uint32_t>(value.size())};
}

char* ByteTable::Allocate(std::size_t size) {
  if (size > kChunkBytes) {
    return large_.emplace_back(std::make_unique_for_overwrite<char[]>(size)).get();
  }
  if (chunks_full_ < chunks_.size() && used_ + size > kChunkBytes) {
    ++chunks_full_;
    used_ = 0;
  }
  if (chunks_full_ == chunks_.size()) {
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(kChunkBytes));
  }
  char* const bytes = chunks_[chunks_full_].get() + used_;
  used_ += size;
  return bytes;
}

void ByteTable::Clear() {
  chunks_full_ = 0;
  used_ = 0;
  large_.clear();
  entries_.clear();
  index_.Clear();
}

std::vector<std::pair<std::string_view, std::string_view>> ByteTable::Sorted() const {
  std::vector<std::pair<std::string_view, std::string_view>> sorted;
  sorted.reserve(entries_.size());
  ForEach([&](std::string_view key, std::string_view value) { sorted.emplace_back(key, value); });
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace paylog::ledger
