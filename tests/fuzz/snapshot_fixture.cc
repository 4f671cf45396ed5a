#include "paylog/tests/fuzz/snapshot_fixture.h"

#include "paylog/base/check.h"
#include "paylog/store/testing.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::fuzz {
namespace {

using test_support::Must;

constexpr std::size_t kWalSaltAt = 16;

store::OwnedChanges Changes(int snapshot) {
  const std::string number = std::to_string(snapshot);
  store::OwnedChanges changes{.meta = "meta " + number,
                              .rows = {{"row", number}, {"row " + number, "new"}}};
  const int ids = snapshot == 0 ? 40 : 3;
  for (int i = 0; i < ids; ++i) {
    changes.ids["id " + std::to_string(i)] = number + std::string(snapshot == 0 ? 500 : 5, 'v');
  }
  return changes;
}

}  // namespace

base::Result<SnapshotContents> ReadSnapshot(store::SnapshotStore& store) {
  SnapshotContents contents{.meta = store.Meta(), .rows = {}, .ids = {}};
  PAYLOG_TRY(store.ForEachRow([&contents](std::string_view key, std::string_view value) {
    contents.rows.emplace(key, value);
  }));
  PAYLOG_TRY(store.ForEachId([&contents](std::string_view key, std::string_view value) {
    contents.ids.emplace(key, value);
  }));
  return contents;
}

SnapshotFixture::SnapshotFixture() {
  const test_support::TemporaryDirectory directory;
  const std::vector<std::string> names = {"s", "s-wal"};
  {
    const auto store = Must(store::SnapshotStore::Open(directory.In("s")));
    states.push_back(Must(ReadSnapshot(*store)));
    for (int snapshot = 0; snapshot < 3; ++snapshot) {
      Must(store->Write(Changes(snapshot)));
      states.push_back(Must(ReadSnapshot(*store)));
    }
    killed = ReadFiles(directory.path(), names);
  }
  closed = ReadFiles(directory.path(), names);
  CHECK(closed.size() == 1 && killed.size() == 2);
  // SQLite draws the salts at random; a crash must look the same the next time.
  killed["s-wal"].replace(kWalSaltAt, 8, "saltsalt");
  FixWal(killed["s-wal"]);
}

}  // namespace paylog::fuzz
