#pragma once

#include <string>
#include <string_view>

#include "paylog/base/result.h"
#include "paylog/ledger/core/state.h"

namespace paylog::ledger {

// What a ledger snapshot says of itself besides accounts and ids. Plain value.
struct SnapshotMeta {
  base::PartitionId partition;
  std::int32_t partition_count = 1;
  Progress progress;
  // Accounts changed after this event had not been written to ledger.balances yet.
  base::Sequence balances_published;

  friend bool operator==(const SnapshotMeta&, const SnapshotMeta&) = default;
};

// Lines of "name value", in fixed order. Decode: kCorrupt for anything else.
std::string EncodeSnapshotMeta(const SnapshotMeta& meta);
base::Result<SnapshotMeta> DecodeSnapshotMeta(std::string_view text);

}  // namespace paylog::ledger
