#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/store/snapshot_store.h"
#include "paylog/store/testing.h"
#include "paylog/test_support/temporary_directory.h"

// One byte of a store's files is changed, at many places. Whatever can still be read is read, and
// each answer is either an error or true for one whole snapshot that was written; then a further
// snapshot is written into the damaged file, and the same must hold.
namespace paylog::store {
namespace {

using test_support::TemporaryDirectory;

constexpr std::size_t kPageBytes = 4096;

using Files = std::map<std::string, std::string>;  // Content by suffix.

Files ReadFiles(const std::string& path) {
  Files files;
  for (const char* const suffix : {"", "-wal"}) {
    if (std::filesystem::exists(path + suffix)) {
      files[suffix] = test_support::ReadFile(path + suffix);
    }
  }
  return files;
}

void WriteFiles(const std::string& path, const Files& files) {
  ASSERT_TRUE(SnapshotStore::Discard(path).has_value());
  for (const auto& [suffix, content] : files) {
    test_support::WriteFile(path + suffix, content);
  }
}

// What a store was and what is in its files. History begins with the empty store.
struct Specimen {
  Files open;  // Copied while it was open: with a WAL.
  Files closed;
  std::vector<Model> history = {Model{}};
  std::set<std::string> keys;
};

OwnedChanges SomeChanges(Random& random, std::size_t number) {
  OwnedChanges changes{.meta = "snapshot " + std::to_string(number)};
  for (int n = 0; n < 25; ++n) {
    changes.rows["row" + std::to_string(Below(random, 200))] =
        RandomBytes(random, Below(random, 400));
    changes.ids["id" + std::to_string(Below(random, 2'000))] =
        RandomBytes(random, Below(random, 400));
  }
  return changes;
}

Specimen MakeSpecimen(Random& random, const std::string& path, std::size_t snapshots) {
  Specimen specimen;
  auto store = MustOpen(path);
  for (std::size_t i = 1; i <= snapshots; ++i) {
    const OwnedChanges changes = SomeChanges(random, i);
    CHECK(store->Write(changes).has_value());
    specimen.history.push_back(specimen.history.back());
    specimen.history.back().Apply(changes);
  }
  specimen.open = ReadFiles(path);
  store.reset();
  specimen.closed = ReadFiles(path);
  for (std::size_t i = 0; i < 2'500; ++i) {
    specimen.keys.insert("id" + std::to_string(i));
  }
  return specimen;
}

// Half of the flips hit the heads of pages and frames, where the structure is.
void FlipOneByte(Random& random, Files& files) {
  auto file = std::next(files.begin(), static_cast<std::ptrdiff_t>(Below(random, files.size())));
  std::string& content = file->second;
  std::size_t place = Below(random, content.size());
  if (Below(random, 2) == 0) {
    const bool wal = file->first == "-wal";
    const std::size_t unit = wal ? kPageBytes + 24 : kPageBytes;
    const std::size_t begin = wal ? 32 : 0;
    place = begin + Below(random, content.size() / unit) * unit + Below(random, 120);
  }
  ASSERT_LT(place, content.size());
  content[place] = static_cast<char>(content[place] ^ static_cast<char>(1 + Below(random, 255)));
}

// Whether everything could be read; what could be read is right.
bool ReadsTruly(SnapshotStore& store, const Model& expected, const std::set<std::string>& keys) {
  bool whole = true;
  for (const std::string& key : keys) {
    const base::Result<std::optional<std::string>> found = store.FindId(key);
    if (!found) {
      whole = false;
      continue;
    }
    const auto wanted = expected.ids.find(key);
    EXPECT_EQ(*found, wanted == expected.ids.end() ? std::nullopt
                                                   : std::optional<std::string>(wanted->second));
  }
  const base::Result<Model> model = ReadModel(store);
  EXPECT_TRUE(!model.has_value() || *model == expected);
  return whole && model.has_value();
}

struct Tally {
  int errors = 0;
  int whole = 0;
  int stale = 0;
};

void TryOne(Random& random, const std::string& path, const Specimen& specimen, bool may_be_stale,
            Tally& tally) {
  base::Result<std::unique_ptr<SnapshotStore>> store = SnapshotStore::Open(path);
  if (!store) {
    ++tally.errors;
    return;
  }
  const std::vector<Model>& history = specimen.history;
  std::size_t at = history.size() - 1;
  while (at > 0 && history[at].meta != (*store)->Meta()) {
    --at;
  }
  ASSERT_EQ(history[at].meta, (*store)->Meta());
  ASSERT_TRUE(may_be_stale || at + 1 == history.size());
  tally.stale += at + 1 < history.size() ? 1 : 0;
  const bool whole = ReadsTruly(**store, history[at], specimen.keys);
  tally.whole += whole ? 1 : 0;
  tally.errors += whole ? 0 : 1;

  const OwnedChanges changes = SomeChanges(random, history.size());
  Model next = history[at];
  if ((*store)->Write(changes).has_value()) {
    next.Apply(changes);
  }
  EXPECT_EQ((*store)->Meta(), next.meta);
  ReadsTruly(**store, next, specimen.keys);
  store->reset();
  store = SnapshotStore::Open(path);
  if (store) {
    EXPECT_EQ((*store)->Meta(), next.meta);
    ReadsTruly(**store, next, specimen.keys);
  }
}

void TryMany(std::size_t snapshots, bool closed) {
  const std::uint64_t seed = PrintedSeed();
  Random random(seed);
  const TemporaryDirectory directory;
  const Specimen specimen = MakeSpecimen(random, directory.In("specimen"), snapshots);
  const Files& files = closed ? specimen.closed : specimen.open;
  ASSERT_EQ(files.contains("-wal"), !closed);
  const std::string path = directory.In("trial");
  Tally tally;
  for (int trial = 0; trial < 200; ++trial) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", trial " + std::to_string(trial));
    Files damaged = files;
    FlipOneByte(random, damaged);
    WriteFiles(path, damaged);
    TryOne(random, path, specimen, !closed, tally);
    if (testing::Test::HasFailure()) {
      return;
    }
  }
  std::cout << tally.errors << " found out, " << tally.whole << " harmless, of these "
            << tally.stale << " an earlier snapshot" << std::endl;
  EXPECT_GT(tally.errors + tally.stale, 0);
}

TEST(SnapshotStoreDamage, AClosedStoreIsWholeOrRefused) {
  TryMany(60, true);
}

TEST(SnapshotStoreDamage, AStoreWithItsWholeHistoryInTheWalIsWholeOrRefused) {
  TryMany(8, false);
}

TEST(SnapshotStoreDamage, AStoreWithAReusedWalIsWholeOrRefused) {
  TryMany(60, false);
}

}  // namespace
}  // namespace paylog::store
