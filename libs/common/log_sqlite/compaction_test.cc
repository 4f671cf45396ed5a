#include "paylog/log_sqlite/compaction.h"

#include <map>

#include <gtest/gtest.h>

#include "paylog/log_sqlite/test_support.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::log_sqlite {
namespace {

using test_support::ErrorOf;
using test_support::Must;
using test_support::TemporaryDirectory;

constexpr int kKeys = 5;

void Write(SqliteLog& log, int rounds) {
  const auto writer = InitWriter(log, "w");
  for (int i = 0; i < rounds; ++i) {
    Must(writer->Begin());
    Must(writer->Append(At("c"), KeyedRecord("k" + std::to_string(i % kKeys), std::to_string(i))));
    if (i % 10 == 0) {
      log::Record keyless = KeyedRecord("", "keyless " + std::to_string(i));
      keyless.key.reset();
      Must(writer->Append(At("c"), keyless));
    }
    Must(writer->Commit());
  }
}

std::unique_ptr<SqliteLog> MakeLog(const std::string& directory) {
  auto log = OpenLog(directory);
  Must(log->CreateTopics(std::vector<log::TopicSpec>{{.name = "c",
                                                      .timestamps = log::TimestampType::kLogAppend,
                                                      .retention = log::Retention::kCompact},
                                                     {.name = "keep"}}));
  return log;
}

// What compaction must leave of these records.
std::vector<log::StoredRecord> LastOfEachKey(const std::vector<log::StoredRecord>& records) {
  std::map<std::string, base::Offset> last;
  for (const log::StoredRecord& record : records) {
    if (record.key) {
      last[*record.key] = record.offset;
    }
  }
  std::vector<log::StoredRecord> kept;
  for (const log::StoredRecord& record : records) {
    if (!record.key || last.at(*record.key) == record.offset) {
      kept.push_back(record);
    }
  }
  return kept;
}

TEST(Compaction, KeepsTheLastRecordOfEachKeyAtItsOffset) {
  const TemporaryDirectory directory;
  std::vector<log::StoredRecord> expected;
  base::Offset end;
  {
    const auto log = MakeLog(directory.path());
    Write(*log, 100);
    expected = LastOfEachKey(Must(ReadPartition(*log, At("c"))));
    Must(log->Compact("c"));
    end = Must(Must(log->NewReader(At("c"), log::Isolation::kReadCommitted))->EndOffset());
    const VerifyReport report = Must(log->Verify());
    EXPECT_EQ(report.records, expected.size());
    EXPECT_EQ(report.batches, 1U);
    Must(log->Compact("c"));
  }
  const auto log = OpenLog(directory.path());
  EXPECT_EQ(Must(ReadPartition(*log, At("c"))), expected);
  const auto reader = Must(log->NewReader(At("c"), log::Isolation::kReadCommitted));
  EXPECT_EQ(Must(reader->EndOffset()), end);
  // Into a gap: the next record there is.
  Must(reader->Seek(base::Offset(2)));
  EXPECT_EQ(Must(reader->Poll({})).records.front().offset, expected[1].offset);
}

TEST(Compaction, GoesOnBehindWhatWasCompacted) {
  const TemporaryDirectory directory;
  const auto log = MakeLog(directory.path());
  for (int round = 0; round < 4; ++round) {
    Write(*log, 30);
    Must(log->Compact("c"));
  }
  const VerifyReport report = Must(log->Verify());
  EXPECT_EQ(report.records, static_cast<std::size_t>(kKeys) + 4 * 3);
}

TEST(Compaction, IsForCompactedTopicsOnly) {
  const TemporaryDirectory directory;
  const auto log = MakeLog(directory.path());
  EXPECT_EQ(ErrorOf(log->Compact("keep")).code, base::ErrorCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf(log->Compact("none")).code, base::ErrorCode::kNotFound);
  Must(log->Compact("c"));
}

}  // namespace
}  // namespace paylog::log_sqlite
