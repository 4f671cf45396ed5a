#include "paylog/log_sqlite/partition_reader.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/log_sqlite/test_support.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::log_sqlite {
namespace {

using test_support::Must;

constexpr std::int64_t kRecords = 6;

std::vector<log::StoredRecord> ReadFrom(log::Reader& reader, std::int64_t offset,
                                        std::size_t records_max) {
  Must(reader.Seek(base::Offset(offset)));
  return Must(reader.Poll({.records_max = records_max})).records;
}

// A batch that comes from the disk belongs to its reader, which gives its records away.
TEST(PartitionReader, GivesRecordsOfTheDiskAsOftenAsTheyAreAskedFor) {
  const test_support::TemporaryDirectory directory;
  {
    const auto log = OpenLog(directory.path());
    Must(log->CreateTopics(std::vector<log::TopicSpec>{{.name = "t"}}));
    const auto writer = InitWriter(*log, "w");
    CommitValues(*writer, At("t"), {"a", "b", "c"});
    CommitValues(*writer, At("t"), {"d", "e", "f"});
  }
  const auto log = OpenLog(directory.path());
  const auto all = Must(ReadPartition(*log, At("t")));
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kRecords));
  ASSERT_EQ(all.front().value, "a");
  ASSERT_EQ(all.back().value, "f");

  const auto reader = Must(log->NewReader(At("t"), log::Isolation::kReadCommitted));
  for (std::int64_t first = 0; first < kRecords; ++first) {
    for (std::int64_t again = 0; again < kRecords; ++again) {
      for (const std::int64_t offset : {first, again, again + 1}) {
        const std::vector<log::StoredRecord> expected(all.begin() + offset,
                                                      all.begin() + std::min(offset + 2, kRecords));
        EXPECT_EQ(ReadFrom(*reader, offset, 2), expected) << first << ' ' << again << ' ' << offset;
      }
    }
  }
}

}  // namespace
}  // namespace paylog::log_sqlite
