#include "paylog/ledger/stage/known_ids.h"

#include <utility>

#include "paylog/base/check.h"
#include "paylog/codec/state_codec.h"

namespace paylog::ledger {

base::Result<std::optional<model::IndexEntry>> KnownIds::Find(const std::string& key) {
  for (const Entries* entries : {&std::as_const(staged_), &std::as_const(recent_), frozen_.get()}) {
    if (entries == nullptr) {
      continue;
    }
    if (const auto found = entries->find(key); found != entries->end()) {
      return std::optional(found->second);
    }
  }
  if (store_ == nullptr) {
    return std::optional<model::IndexEntry>();
  }
  PAYLOG_ASSIGN(const auto saved, store_->FindId(key));
  if (!saved) {
    return std::optional<model::IndexEntry>();
  }
  PAYLOG_ASSIGN(model::IndexEntry entry, codec::DecodeIndexEntry(*saved));
  return std::optional(std::move(entry));
}

void KnownIds::Stage(std::string key, model::IndexEntry entry) {
  staged_.insert_or_assign(std::move(key), std::move(entry));
}

void KnownIds::MergeStaged() {
  while (!staged_.empty()) {
    auto merged = recent_.insert(staged_.extract(staged_.begin()));
    if (!merged.inserted) {
      merged.position->second = std::move(merged.node.mapped());
    }
  }
}

void KnownIds::DropStaged() {
  staged_.clear();
}

std::shared_ptr<const KnownIds::Entries> KnownIds::Freeze() {
  CHECK(frozen_ == nullptr);
  CHECK(staged_.empty());
  frozen_ = std::make_shared<const Entries>(std::move(recent_));
  recent_.clear();
  return frozen_;
}

void KnownIds::DropFrozen() {
  frozen_.reset();
}

void KnownIds::RestoreFrozen() {
  CHECK(frozen_ != nullptr);
  for (const auto& [key, entry] : *frozen_) {
    recent_.emplace(key, entry);  // Where both have the id, the newer entry stays.
  }
  frozen_.reset();
}

}  // namespace paylog::ledger
