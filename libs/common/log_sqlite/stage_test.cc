#include "paylog/log_sqlite/stage.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/log_sqlite/test_support.h"
#include "paylog/test_support/must.h"

namespace paylog::log_sqlite {
namespace {

using test_support::CodeOf;
using test_support::Must;

Topic MakeTopic(const std::string& name, std::int32_t partition_count, std::int32_t first) {
  Topic topic;
  topic.spec = {.name = name, .partition_count = partition_count};
  topic.first_partition = first;
  return topic;
}

// So many that it forgets them between transactions.
TEST(Stage, TakesManyPartitionsAgainAndAgain) {
  constexpr std::int32_t kPartitions = 200;
  Catalog catalog;
  catalog.Add(MakeTopic("t", kPartitions, 0));
  Stage stage(catalog);
  for (int transaction = 0; transaction < 3; ++transaction) {
    for (std::int32_t p = kPartitions; p-- > 0;) {
      Must(stage.Add(At("t", p), KeyedRecord("k", std::to_string(p))));
    }
    const std::vector<StagedBatch> batches = stage.Encode();
    ASSERT_EQ(batches.size(), static_cast<std::size_t>(kPartitions));
    for (std::int32_t p = 0; p < kPartitions; ++p) {  // By index, whatever came first.
      const StagedBatch& batch = batches[static_cast<std::size_t>(p)];
      EXPECT_EQ(batch.partition_index, p);
      ASSERT_EQ(batch.decoded->records.size(), 1U);
      EXPECT_EQ(batch.decoded->records.front().value, std::to_string(p));
    }
    EXPECT_EQ(stage.records(), 0U);
    EXPECT_EQ(stage.bytes(), 0U);
  }
}

TEST(Stage, FindsATopicThatCameAfterItWasMissed) {
  Catalog catalog;
  Stage stage(catalog);
  EXPECT_EQ(CodeOf(stage.Add(At("late"), KeyedRecord("k", "v"))), base::ErrorCode::kNotFound);
  catalog.Add(MakeTopic("late", 1, 7));
  Must(stage.Add(At("late"), KeyedRecord("k", "v")));
  EXPECT_EQ(CodeOf(stage.Add(At("late", 1), KeyedRecord("k", "v"))), base::ErrorCode::kNotFound);
  const std::vector<StagedBatch> batches = stage.Encode();
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(batches.front().partition_index, 7);
}

TEST(Stage, DropsWhatIsClearedAndKeepsThePartition) {
  Catalog catalog;
  catalog.Add(MakeTopic("t", 1, 0));
  Stage stage(catalog);
  Must(stage.Add(At("t"), KeyedRecord("k", "dropped")));
  stage.Clear();
  EXPECT_TRUE(stage.Encode().empty());
  Must(stage.Add(At("t"), KeyedRecord("k", "kept")));
  const std::vector<StagedBatch> batches = stage.Encode();
  ASSERT_EQ(batches.size(), 1U);
  ASSERT_EQ(batches.front().decoded->records.size(), 1U);
  EXPECT_EQ(batches.front().decoded->records.front().value, "kept");
}

}  // namespace
}  // namespace paylog::log_sqlite
