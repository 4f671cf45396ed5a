#include "paylog/ledger/stage/known_ids.h"

#include <string>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/codec/snapshot_codec.h"

namespace paylog::ledger {

base::Result<std::optional<model::IndexEntry>> KnownIds::Find(std::string_view key) const {
  std::optional<std::string> saved;
  std::optional<std::string_view> bytes = FindInMemory(key);
  if (!bytes && store_ != nullptr) {
    PAYLOG_ASSIGN(saved, store_->FindId(key));
    bytes = saved;
  }
  if (!bytes) {
    return std::optional<model::IndexEntry>();
  }
  PAYLOG_ASSIGN(model::IndexEntry entry, codec::DecodeIndexEntry(*bytes));
  return std::optional(std::move(entry));
}

std::optional<std::string_view> KnownIds::FindInMemory(std::string_view key) const {
  for (const ByteTable* const table : {&staged_, &recent_, frozen_.get()}) {
    if (const auto found = table != nullptr ? table->Find(key) : std::nullopt) {
      return found;
    }
  }
  return std::nullopt;
}

void KnownIds::Stage(std::string_view key, const model::IndexEntry& entry) {
  encoded_.clear();
  codec::AppendIndexEntry(entry, encoded_);
  staged_.Put(key, encoded_);
}

void KnownIds::MergeStaged() {
  staged_.ForEach(
      [this](std::string_view key, std::string_view value) { recent_.Put(key, value); });
  staged_.Clear();
}

void KnownIds::DropStaged() {
  staged_.Clear();
}

std::shared_ptr<const ByteTable> KnownIds::Freeze() {
  CHECK(frozen_ == nullptr);
  CHECK(staged_.empty());
  frozen_ = std::make_shared<const ByteTable>(std::exchange(recent_, {}));
  return frozen_;
}

void KnownIds::DropFrozen() {
  frozen_.reset();
}

void KnownIds::RestoreFrozen() {
  CHECK(frozen_ != nullptr);
  frozen_->ForEach([this](std::string_view key, std::string_view value) {
    if (!recent_.Find(key)) {  // Where both have the id, the newer entry stays.
      recent_.Put(key, value);
    }
  });
  frozen_.reset();
}

}  // namespace paylog::ledger
