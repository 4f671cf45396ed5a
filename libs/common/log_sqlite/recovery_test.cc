#include "paylog/log_sqlite/recovery.h"

#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "paylog/log_sqlite/batch_codec.h"
#include "paylog/log_sqlite/head_file.h"
#include "paylog/log_sqlite/test_support.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::log_sqlite {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using test_support::ErrorOf;
using test_support::Must;
using test_support::ReadFile;
using test_support::TemporaryDirectory;
using test_support::WriteFile;

constexpr std::size_t kSlotBytes = 512;

// A closed log with topic t of two partitions; partition 1 has three batches of two records.
void MakeLog(const std::string& directory, const std::string& flavour = "value") {
  const auto log = OpenLog(directory);
  Must(log->CreateTopics(std::vector<log::TopicSpec>{{.name = "t", .partition_count = 2}}));
  const auto writer = InitWriter(*log, "w");
  for (int i = 0; i < 3; ++i) {
    const std::string value = flavour + std::to_string(i);
    CommitValues(*writer, At("t", 1), {value, value + " again"});
  }
}

void CommitMore(const std::string& directory) {
  const auto log = OpenLog(directory);
  CommitValues(*InitWriter(*log, "w"), At("t", 0), {"more"});
}

class Recovery : public testing::Test {
 protected:
  Recovery() { MakeLog(directory_.path()); }

  [[nodiscard]] std::string Database() const { return directory_.In("log.sqlite"); }
  [[nodiscard]] std::string HeadPath() const { return directory_.In("head"); }
  [[nodiscard]] base::Error Refusal() const { return ErrorOf(TryOpen(directory_.path())); }
  void ExpectWhole() const {
    const Contents contents = Must(ReadContents(directory_.path()));
    EXPECT_EQ(contents.records.at(At("t", 1)).size(), 6U);
  }

  const TemporaryDirectory directory_;
};

TEST_F(Recovery, AcceptsALogAheadOfItsHead) {
  const std::string head = ReadFile(HeadPath());
  CommitMore(directory_.path());
  const Contents before = Must(ReadContents(directory_.path()));
  WriteFile(HeadPath(), head);
  EXPECT_EQ(Must(ReadContents(directory_.path())), before);
}

TEST_F(Recovery, RefusesAHeadAheadOfTheLogAndNamesWhatIsMissing) {
  const std::string old = ReadFile(Database());
  CommitMore(directory_.path());  // An epoch and a record: commits 6 and 7.
  WriteFile(Database(), old);
  const base::Error error = Refusal();
  EXPECT_EQ(error.code, ErrorCode::kLostRecords);
  EXPECT_NE(error.context.find("commits 6 to 7"), std::string::npos) << error.context;
  EXPECT_EQ(ReadFile(Database()), old);
}

TEST_F(Recovery, RefusesAnotherHashUnderTheSameNumber) {
  const TemporaryDirectory other;
  MakeLog(other.path(), "other");
  WriteFile(HeadPath(), ReadFile(other.In("head")));
  EXPECT_EQ(Refusal().code, ErrorCode::kCorrupt);
}

TEST_F(Recovery, UsesTheOtherSlotWhereOneIsBad) {
  const std::string head = ReadFile(HeadPath());
  for (const std::size_t slot : {0U, 1U}) {
    WriteFile(HeadPath(), head);
    FlipByte(HeadPath(), slot * kSlotBytes + 30);
    ExpectWhole();
  }
}

// One sync is for several commits, so the numbers of heads have gaps, and any parity.
TEST_F(Recovery, AHeadNeverReplacesTheNewestOne) {
  const TemporaryDirectory other;
  Must(HeadFile::Create(other.path(), Head{}));
  for (std::uint64_t number = 2; number <= 10; number += 2) {
    auto head = Must(HeadFile::Open(other.path()));
    Must(head.Write(Head{.number = number}));
    EXPECT_EQ(head.head().number, number);
    Must(head.Sync());
    EXPECT_EQ(head.fallback(), number - 2);
  }
  const std::string whole = ReadFile(other.In("head"));
  std::set<std::uint64_t> left;
  for (const std::size_t slot : {0U, 1U}) {
    WriteFile(other.In("head"), whole);
    FlipByte(other.In("head"), slot * kSlotBytes + 30);
    const auto head = Must(HeadFile::Open(other.path()));
    left.insert(head.head().number);
    EXPECT_EQ(head.fallback(), head.head().number);
  }
  EXPECT_EQ(left, (std::set<std::uint64_t>{8, 10}));
}

TEST_F(Recovery, RefusesTwoBadSlotsUntilTheHeadIsRepaired) {
  FlipByte(HeadPath(), 30);
  FlipByte(HeadPath(), kSlotBytes + 30);
  const base::Error error = Refusal();
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_NE(error.context.find("repair-head"), std::string::npos) << error.context;
  const VerifyReport report = Must(RepairHead({.directory = directory_.path()}));
  EXPECT_EQ(report.records, 6U);
  EXPECT_EQ(report.batches, 3U);
  EXPECT_EQ(report.commits, 5U);
  ExpectWhole();
}

TEST_F(Recovery, RefusesAMissingHeadUntilItIsRepaired) {
  fs::remove(HeadPath());
  EXPECT_EQ(Refusal().code, ErrorCode::kCorrupt);
  EXPECT_EQ(ErrorOf(TryOpen(directory_.path(), true)).code, ErrorCode::kCorrupt);
  Must(RepairHead({.directory = directory_.path()}));
  ExpectWhole();
}

TEST_F(Recovery, RepairsNeitherAReadableHeadNorADamagedLog) {
  EXPECT_EQ(ErrorOf(RepairHead({.directory = directory_.path()})).code,
            ErrorCode::kInvalidArgument);
  fs::remove(HeadPath());
  Tamper(directory_.path(), "DELETE FROM batches WHERE id = (SELECT min(id) FROM batches)");
  EXPECT_EQ(ErrorOf(RepairHead({.directory = directory_.path()})).code, ErrorCode::kCorrupt);
  EXPECT_FALSE(fs::exists(HeadPath()));
}

TEST_F(Recovery, RefusesADatabaseThatIsGoneOrEmpty) {
  WriteFile(Database(), "");
  EXPECT_EQ(Refusal().code, ErrorCode::kLostRecords);
  fs::remove(Database());
  EXPECT_EQ(Refusal().code, ErrorCode::kLostRecords);
  EXPECT_EQ(ErrorOf(TryOpen(directory_.path(), true)).code, ErrorCode::kLostRecords);
  EXPECT_FALSE(fs::exists(Database()));
}

TEST_F(Recovery, RefusesAFlipInTheWalAndLeavesItAsItIs) {
  const TemporaryDirectory killed;
  {
    const auto log = OpenLog(directory_.path());
    const auto writer = InitWriter(*log, "w");
    for (int i = 0; i < 20; ++i) {
      CommitValues(*writer, At("t"), {std::to_string(i)});
    }
    CopyDirectory(directory_.path(), killed.path());
  }
  const std::string wal = killed.In("log.sqlite-wal");
  const std::size_t size = fs::file_size(wal);
  FlipByte(wal, size / 2);
  const std::string before = ReadFile(wal);
  const base::Error error = ErrorOf(TryOpen(killed.path()));
  EXPECT_EQ(error.code, ErrorCode::kLostRecords) << error.ToString();
  EXPECT_EQ(ReadFile(wal), before);
  // Undone, the flip did no harm.
  FlipByte(wal, size / 2);
  EXPECT_EQ(Must(ReadContents(killed.path())).records.at(At("t")).size(), 20U);
}

TEST_F(Recovery, FindsAHoleWhereItIsReadAndReadsTheRest) {
  Tamper(directory_.path(),
         "DELETE FROM batches WHERE id = " + std::to_string(BatchRowId(1, base::Offset(2))));
  const auto log = OpenLog(directory_.path());
  const auto reader = Must(log->NewReader(At("t", 1), log::Isolation::kReadCommitted));
  EXPECT_EQ(Must(reader->Poll({})).records.size(), 2U);
  const base::Error error = ErrorOf(reader->Poll({}));
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_NE(error.context.find("topic t, partition 1, offset 2"), std::string::npos)
      << error.context;
  EXPECT_EQ(ErrorOf(log->Verify()).code, ErrorCode::kCorrupt);
  const auto behind = Must(log->NewReader(At("t", 1), log::Isolation::kReadCommitted));
  Must(behind->Seek(base::Offset(4)));
  EXPECT_EQ(Must(behind->Poll({})).records.size(), 2U);
}

// Goal: whatever row is altered, dropped or put back to an older state, opening refuses.
TEST_F(Recovery, RefusesRowsThatAreNotThoseOfTheLastCommit) {
  const std::string good = ReadFile(Database());
  const std::vector<std::string> damages = {
      "DELETE FROM batches WHERE id = (SELECT max(id) FROM batches)",
      "INSERT INTO batches SELECT id + 2, blob FROM batches WHERE id = (SELECT max(id) FROM "
      "batches)",
      "INSERT INTO batches SELECT 5, blob FROM batches LIMIT 1",
      "INSERT INTO batches SELECT -5, blob FROM batches LIMIT 1",
      "INSERT INTO batches SELECT 8796093022208, blob FROM batches LIMIT 1",
      "DELETE FROM cells WHERE id = 1",
      "DELETE FROM cells WHERE id = 3",
      "DELETE FROM cells",
      "UPDATE cells SET checksum = checksum + 1 WHERE id = 2",
      "UPDATE cells SET content = content || x'00' WHERE id = 2",
      "INSERT INTO cells SELECT id + 10, content, checksum FROM cells WHERE id = 1",
      "UPDATE commits SET hash = x'00' WHERE number = 5",
      "UPDATE commits SET header = header || x'00' WHERE number = 5",
      "DELETE FROM commits WHERE number = 5",
      "DELETE FROM commits",
      "CREATE TABLE stranger (x)",
      "DROP TABLE cells",
  };
  for (const std::string& damage : damages) {
    WriteFile(Database(), good);
    Tamper(directory_.path(), damage);
    const base::Error error = Refusal();
    EXPECT_TRUE(error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kLostRecords)
        << damage << ": " << error.ToString();
  }
  WriteFile(Database(), good);
  ExpectWhole();
}

// Goal: a cell that is whole but older than the last commit is found out.
TEST_F(Recovery, RefusesAStaleCell) {
  Tamper(directory_.path(), "CREATE TABLE kept AS SELECT * FROM cells");
  const std::string with_copy = ReadFile(Database());
  Tamper(directory_.path(), "DROP TABLE kept");
  CommitMore(directory_.path());
  // The old content of the writer's epoch, with the checksum that fits it.
  const TemporaryDirectory old;
  WriteFile(old.In("log.sqlite"), with_copy);
  Tamper(directory_.path(), "ATTACH '" + old.In("log.sqlite") +
                                "' AS old; UPDATE cells SET (content, checksum) = (SELECT content, "
                                "checksum FROM old.kept WHERE id = 2) WHERE id = 2");
  EXPECT_EQ(Refusal().code, ErrorCode::kCorrupt);
}

TEST_F(Recovery, LeavesOlderCommitsToVerify) {
  Tamper(directory_.path(), "UPDATE commits SET hash = x'00' WHERE number = 2");
  const auto log = OpenLog(directory_.path());
  EXPECT_EQ(ErrorOf(log->Verify()).code, ErrorCode::kCorrupt);
}

TEST(LogCreation, NeedsToBeAskedFor) {
  const TemporaryDirectory parent;
  const std::string directory = parent.In("a/b");
  EXPECT_EQ(ErrorOf(TryOpen(directory)).code, ErrorCode::kNotFound);
  EXPECT_FALSE(fs::exists(directory));
  EXPECT_TRUE(TryOpen(directory, true).has_value());
  EXPECT_TRUE(TryOpen(directory).has_value());
  EXPECT_FALSE(fs::exists(directory + "/log.sqlite-wal"));
  EXPECT_FALSE(fs::exists(directory + "/log.sqlite-shm"));
}

TEST(LogCreation, GoesOnWhereItWasCutShort) {
  const TemporaryDirectory directory;
  Must(HeadFile::Create(directory.path(), Head{}));
  { EXPECT_TRUE(TryOpen(directory.path()).has_value()); }
  const TemporaryDirectory with_file;
  Must(HeadFile::Create(with_file.path(), Head{}));
  { Must(OpenDatabase(with_file.In("log.sqlite"))); }
  EXPECT_TRUE(TryOpen(with_file.path()).has_value());
}

}  // namespace
}  // namespace paylog::log_sqlite
