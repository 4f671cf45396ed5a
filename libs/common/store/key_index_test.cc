#include "paylog/store/key_index.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "paylog/sqlite/database.h"
#include "paylog/store/run_writer.h"
#include "paylog/store/testing.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::store {
namespace {

using test_support::Must;
using test_support::TemporaryDirectory;

// A third of a segment each time, so that merges above the first level take many Writes.
constexpr int kKeysOfAWrite = 300;
constexpr std::size_t kValueBytes = 1'000;
constexpr std::uint64_t kKeys = 12'000;

// An index of ids beside what it should hold.
class KeyIndexByCount : public testing::Test {
 protected:
  KeyIndexByCount() {
    Must(database_->Execute(PartTable::kSchema));
    parts_.emplace(Must(PartTable::Open(*database_)));
    index_ = Must(KeyIndex::Open(*parts_, {}, MergePolicy::kByCount));
  }

  void Write() {
    std::map<std::string, std::string> values;
    for (int i = 0; i < kKeysOfAWrite; ++i) {
      values["id" + std::to_string(Below(random_, kKeys))] = RandomBytes(random_, kValueBytes);
    }
    runs_ = Must(index_->Extend({values.begin(), values.end()}, numbers_));
    index_->Adopt(runs_);
    for (auto& [key, value] : values) {
      expected_.insert_or_assign(key, std::move(value));
    }
  }

  std::map<std::string, std::string> Held() {
    std::map<std::string, std::string> held;
    Must(index_->ForEach([&held](std::string_view key, std::string_view value) {
      held.emplace_hint(held.end(), key, value);
    }));
    return held;
  }

  std::set<std::int64_t> UnderWay() const {
    std::set<std::int64_t> numbers = index_->Numbers();
    for (const SharedRun& run : runs_) {
      EXPECT_EQ(numbers.erase(run->entry.run), 1U);
    }
    return numbers;
  }

  std::map<std::uint64_t, int> RunsOfEachLevel() const {
    std::map<std::uint64_t, int> count;
    for (const SharedRun& run : runs_) {
      ++count[run->entry.level];
    }
    return count;
  }

  std::uint64_t BytesInTheTable() {
    return std::stoull(Must(database_->Query("SELECT ifnull(sum(length(data)), 0) FROM parts")));
  }

  Random random_{PrintedSeed()};
  const TemporaryDirectory directory_;
  const std::unique_ptr<sqlite::Database> database_ =
      Must(sqlite::Database::Open(directory_.In("s"), {}));
  std::optional<PartTable> parts_;
  std::unique_ptr<KeyIndex> index_;
  RunNumbers numbers_{0};
  std::vector<SharedRun> runs_;
  std::map<std::string, std::string> expected_;
};

TEST_F(KeyIndexByCount, HasNoLongWriteAndFewRuns) {
  constexpr int kWrites = 100;
  constexpr std::uint64_t kSegmentsOfAWrite = 4;
  std::uint64_t bytes = 0;
  for (int i = 1; i <= kWrites; ++i) {
    Write();
    const std::uint64_t now = BytesInTheTable();
    EXPECT_LT(now - bytes, kSegmentsOfAWrite * kSegmentRawBytes) << "Write " << i;
    bytes = now;
    std::uint64_t level_before = runs_.front()->entry.level;
    for (const SharedRun& run : runs_) {
      EXPECT_LE(run->entry.level, level_before) << "Write " << i;
      level_before = run->entry.level;
    }
    for (const auto& [level, count] : RunsOfEachLevel()) {
      EXPECT_LE(count, 6) << "level " << level << " after Write " << i;
    }
    if (i % 10 == 0) {
      ASSERT_TRUE(Held() == expected_) << "after Write " << i;
    }
  }
  EXPECT_EQ(runs_.front()->entry.level, 3U);
  EXPECT_GT(runs_.front()->index.segments.size(), 2 * kSegmentsOfAWrite);
}

TEST_F(KeyIndexByCount, BeginsAbandonedMergesAnew) {
  for (int i = 0; i < 16; ++i) {
    Write();
  }
  const std::set<std::int64_t> before = UnderWay();
  ASSERT_EQ(before.size(), 1U);
  index_->AbandonMerges();
  EXPECT_TRUE(UnderWay().empty());
  EXPECT_EQ(RunsOfEachLevel()[1], 4);
  EXPECT_TRUE(Held() == expected_);
  for (int i = 0; i < 8; ++i) {
    Write();
    EXPECT_FALSE(UnderWay().contains(*before.begin()));
  }
  EXPECT_EQ(RunsOfEachLevel()[2], 1);
  EXPECT_NE(runs_.front()->entry.run, *before.begin());
  EXPECT_TRUE(Held() == expected_);
}

// As in processes that die after each Write.
TEST_F(KeyIndexByCount, HasFewRunsAlsoWhereMergesAreAlwaysAbandoned) {
  for (int i = 1; i <= 80; ++i) {
    Write();
    index_->AbandonMerges();
    for (const auto& [level, count] : RunsOfEachLevel()) {
      EXPECT_LE(count, 8) << "level " << level << " after Write " << i;
    }
  }
  EXPECT_EQ(runs_.front()->entry.level, 2U);
  EXPECT_TRUE(Held() == expected_);
}

TEST_F(KeyIndexByCount, RefusesToMergeADamagedRun) {
  while (RunsOfEachLevel()[1] < 3 || RunsOfEachLevel()[0] < 3) {
    Write();
  }
  Must(database_->Execute("UPDATE parts SET data = x'00' WHERE id = " +
                          std::to_string(PartId(runs_[1]->entry.run, PartKind::kBlock, 0))));
  const auto extended = index_->Extend({{"id", "value"}}, numbers_);
  ASSERT_FALSE(extended.has_value());
  EXPECT_EQ(extended.error().code, base::ErrorCode::kCorrupt);
  index_->AbandonMerges();
  EXPECT_TRUE(UnderWay().empty());
}

TEST(RunWriter, LeavesALargeValueAlone) {
  const TemporaryDirectory directory;
  const auto database = Must(sqlite::Database::Open(directory.In("s"), {}));
  Must(database->Execute(PartTable::kSchema));
  PartTable table = Must(PartTable::Open(*database));
  RunWriter writer(table, 0);
  for (const char* const key : {"a", "b", "c", "d"}) {
    Must(writer.Add(key, std::string(*key == 'c' ? 100'000 : 10, 'v')));
  }
  const store::Run run = Must(writer.Finish(0));
  EXPECT_EQ(run.index.segments.size(), 1U);
  EXPECT_EQ(Must(database->Query("SELECT count(*) FROM parts WHERE id < " +
                                 std::to_string(PartId(0, PartKind::kSegment, 0)))),
            "3");
}

// Also while more is written than usual.
TEST(PartTable, LosesGarbageBitByBitAndNothingElse) {
  constexpr std::int64_t kGarbage = 1;
  constexpr std::int64_t kLive = 2;
  constexpr std::uint64_t kParts = 5'000;
  const TemporaryDirectory directory;
  const auto database = Must(sqlite::Database::Open(directory.In("s"), {}));
  Must(database->Execute(PartTable::kSchema));
  PartTable table = Must(PartTable::Open(*database));
  const auto put = [&](std::int64_t run, std::uint64_t begin, std::uint64_t end) {
    std::vector<Part> parts;
    for (std::uint64_t i = begin; i < end; ++i) {
      parts.push_back({.id = PartId(run, PartKind::kBlock, i), .data = "data"});
    }
    Must(table.Put(parts));
  };
  const auto count = [&](std::int64_t run) {
    return std::stoull(Must(
        database->Query("SELECT count(*) FROM parts WHERE id >> 32 = " + std::to_string(run))));
  };
  put(kGarbage, 0, kParts);
  put(kLive, 0, 10);
  Must(table.CollectGarbage({kGarbage, kLive}));
  EXPECT_EQ(count(kGarbage), kParts);
  std::uint64_t left = kParts;
  int collections = 0;
  for (std::uint64_t next = kParts; left > 0; next += 2'000) {
    put(kGarbage, next, next + 2'000);
    Must(table.CollectGarbage({kLive}));
    ASSERT_LT(count(kGarbage), left);
    left = count(kGarbage);
    ++collections;
  }
  EXPECT_GT(collections, 1);
  EXPECT_EQ(count(kLive), 10U);
}

}  // namespace
}  // namespace paylog::store
