#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/store/snapshot_store.h"
#include "paylog/tests/fuzz/patches.h"

namespace paylog::fuzz {

// What a snapshot file holds.
struct SnapshotContents {
  std::optional<std::string> meta;
  std::map<std::string, std::string> rows;
  std::map<std::string, std::string> ids;
  friend bool operator==(const SnapshotContents&, const SnapshotContents&) = default;
};
base::Result<SnapshotContents> ReadSnapshot(store::SnapshotStore& store);

// A small snapshot file, with the same bytes each time it is made: three snapshots, so three runs
// of rows and three of ids, the first of two blocks. Plain value.
struct SnapshotFixture {
  SnapshotFixture();

  Files closed;  // "s".
  Files killed;  // "s" and "s-wal", as a kill would leave them.
  // After each snapshot, oldest first; the file that is new and empty is the first.
  std::vector<SnapshotContents> states;
};

}  // namespace paylog::fuzz
