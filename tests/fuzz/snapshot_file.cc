#include <algorithm>
#include <string>

#include "paylog/base/check.h"
#include "paylog/store/snapshot_store.h"
#include "paylog/test_support/temporary_directory.h"
#include "paylog/tests/fuzz/patches.h"
#include "paylog/tests/fuzz/snapshot_fixture.h"
#include "paylog/tests/fuzz/targets.h"

// A damaged snapshot costs time, never truth: what is read is an error, or exactly what was
// written. Damage to the WAL may bring back an earlier snapshot, whole.
namespace paylog::fuzz {
namespace {

// Flags of the input.
constexpr std::uint8_t kKilled = 1;  // With a WAL.
constexpr std::uint8_t kFixWal = 2;  // Checksums of the WAL fit, so that SQLite takes all of it.

void CheckNamed(const base::Error& error) {
  CHECK(error.code == base::ErrorCode::kCorrupt || error.code == base::ErrorCode::kIo);
  CHECK(!error.context.empty());
}

// A hit is a hit and a miss a miss of the snapshot that the file says it is.
void CheckLookUps(store::SnapshotStore& store, const SnapshotContents& state) {
  for (const char* const key : {"id 0", "id 1", "id 25", "id 39", "id 99", ""}) {
    const auto found = store.FindId(key);
    if (!found) {
      CheckNamed(found.error());
      continue;
    }
    const auto expected = state.ids.find(key);
    CHECK(found->has_value() == (expected != state.ids.end()));
    CHECK(!found->has_value() || **found == expected->second);
  }
}

}  // namespace

void FuzzOneSnapshotFile(Bytes input) {
  static const SnapshotFixture kFixture;
  static const test_support::TemporaryDirectory kDirectory;
  const Damage damage = ReadDamage(input);
  Files files = damage.Has(kKilled) ? kFixture.killed : kFixture.closed;
  Apply(damage, files);
  if (damage.Has(kFixWal) && files.contains("s-wal")) {
    FixWal(files["s-wal"]);
  }
  // What is gone or empty is a new file, and so is what lay in a lost WAL. A single byte is empty
  // to SQLite.
  const bool lost = files["s"].size() <= 1 || damage.Has(kKilled);
  WriteFiles(kDirectory.In("snapshot"), files);
  const auto opened = store::SnapshotStore::Open(kDirectory.In("snapshot/s"));
  if (!opened) {
    CheckNamed(opened.error());
    return;
  }
  store::SnapshotStore& store = **opened;
  const auto state =
      std::find_if(kFixture.states.begin(), kFixture.states.end(),
                   [&store](const SnapshotContents& some) { return some.meta == store.Meta(); });
  CHECK(state != kFixture.states.end());
  CHECK(lost || *state == kFixture.states.back());
  CheckLookUps(store, *state);
  const auto read = ReadSnapshot(store);
  if (read) {
    CHECK(*read == *state);
  } else {
    CheckNamed(read.error());
  }
}

}  // namespace paylog::fuzz
