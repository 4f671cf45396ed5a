#include "paylog/audit/published_records.h"

#include <functional>

namespace paylog::audit {
namespace {

std::uint64_t HashOf(std::string_view id) {
  return std::hash<std::string_view>{}(id);
}

// As numbers with as many digits as they need: "0:9" comes before "0:10".
bool ComesBefore(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

std::optional<base::Offset> PublishedRecords::Add(std::string_view id, base::Offset offset,
                                                  const base::Hash256& digest) {
  if (!index_ && !records_.empty() && !ComesBefore(last_id_, id)) {
    BuildIndex();
  }
  const std::uint64_t id_hash = HashOf(id);
  if (index_) {
    const auto [begin, end] = index_->equal_range(id_hash);
    for (auto place = begin; place != end; ++place) {
      if (const Record& before = records_[place->second]; before.digest == digest) {
        return before.offset;
      }
    }
    index_->emplace(id_hash, records_.size());
  }
  last_id_ = id;
  records_.push_back({.digest = digest, .offset = offset, .id_hash = id_hash});
  return std::nullopt;
}

const PublishedRecords::Record* PublishedRecords::Take(std::string_view id,
                                                       const base::Hash256& digest) {
  while (next_ < records_.size() && records_[next_].accounted_for) {
    ++next_;
  }
  const bool is_next = next_ < records_.size() && records_[next_].digest == digest;
  Record* const found = is_next ? &records_[next_] : Find(id, digest);
  if (found != nullptr && found->digest == digest) {
    found->accounted_for = true;
  }
  return found;
}

bool PublishedRecords::Contains(std::string_view id) {
  BuildIndex();
  return index_->contains(HashOf(id));
}

const PublishedRecords::Record* PublishedRecords::FirstLeft() const {
  for (std::size_t i = next_; i < records_.size(); ++i) {
    if (!records_[i].accounted_for) {
      return &records_[i];
    }
  }
  return nullptr;
}

PublishedRecords::Record* PublishedRecords::Find(std::string_view id, const base::Hash256& digest) {
  BuildIndex();
  const auto [begin, end] = index_->equal_range(HashOf(id));
  Record* other = nullptr;
  for (auto place = begin; place != end; ++place) {
    Record& record = records_[place->second];
    if (record.digest == digest) {
      return &record;
    }
    if (other == nullptr || record.offset < other->offset) {
      other = &record;
    }
  }
  return other;
}

void PublishedRecords::BuildIndex() {
  if (index_) {
    return;
  }
  index_.emplace();
  index_->reserve(records_.size());
  for (std::size_t i = 0; i < records_.size(); ++i) {
    index_->emplace(records_[i].id_hash, i);
  }
}

}  // namespace paylog::audit
