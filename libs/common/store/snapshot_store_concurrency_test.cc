#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/store/snapshot_store.h"
#include "paylog/store/testing.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::store {
namespace {

using test_support::TemporaryDirectory;

constexpr int kSnapshots = 60;
constexpr int kIdsPerSnapshot = 300;

std::string FreshId(int snapshot, int n) {
  return "fresh" + std::to_string(n) + "." + std::to_string(snapshot);
}

// How far the writer is: between the two, a look-up may see either snapshot.
struct Progress {
  std::atomic<int> committed = 0;
  std::atomic<int> started = 0;
};

void WriteAll(SnapshotStore& store, Progress& progress) {
  for (int i = 1; i <= kSnapshots; ++i) {
    OwnedChanges changes{.meta = std::to_string(i), .ids = {{"counter", std::to_string(i)}}};
    for (int n = 0; n < kIdsPerSnapshot; ++n) {
      changes.ids[FreshId(i, n)] = std::string(1'000, 'v');
      changes.rows["row" + std::to_string(n)] = std::to_string(i);
    }
    progress.started = i;
    const base::Result<void> written = store.Write(changes);
    EXPECT_TRUE(written.has_value());
    progress.committed = i;
  }
}

void LookUpUntilDone(SnapshotStore& store, const Progress& progress, std::uint64_t seed) {
  Random random(seed);
  while (progress.committed < kSnapshots) {
    const int committed_before = progress.committed;
    const base::Result<std::optional<std::string>> counter = store.FindId("counter");
    ASSERT_TRUE(counter.has_value()) << counter.error().ToString();
    const int seen = counter->has_value() ? std::stoi(**counter) : 0;
    EXPECT_GE(seen, committed_before);
    EXPECT_LE(seen, progress.started);

    const int snapshot = 1 + static_cast<int>(Below(random, kSnapshots));
    const int lower = progress.committed;
    const base::Result<std::optional<std::string>> fresh =
        store.FindId(FreshId(snapshot, static_cast<int>(Below(random, kIdsPerSnapshot))));
    const int upper = progress.started;
    ASSERT_TRUE(fresh.has_value()) << fresh.error().ToString();
    EXPECT_TRUE(fresh->has_value() || snapshot > lower);
    EXPECT_TRUE(!fresh->has_value() || snapshot <= upper);
  }
}

TEST(SnapshotStoreConcurrency, LookUpsDuringAWriteSeeTheSnapshotBeforeOrAfter) {
  const std::uint64_t seed = PrintedSeed();
  const TemporaryDirectory directory;
  const auto store = MustOpen(directory.In("s"));
  Progress progress;
  {
    std::vector<std::jthread> readers;
    for (std::uint64_t i = 0; i < 2; ++i) {
      readers.emplace_back([&, i] { LookUpUntilDone(*store, progress, seed + i); });
    }
    const std::jthread writer([&] { WriteAll(*store, progress); });
  }
  EXPECT_EQ(store->Meta(), std::to_string(kSnapshots));
}

}  // namespace
}  // namespace paylog::store
