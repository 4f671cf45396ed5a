#include "paylog/sqlite/database.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "paylog/sqlite/damage.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::sqlite {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using test_support::CodeOf;
using test_support::ErrorOf;
using test_support::Must;

class DatabaseTest : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<Database> Open(const Options& options = {}) const {
    return Must(Database::Open(path_, options));
  }
  [[nodiscard]] std::unique_ptr<Database> OpenWithTable(const Options& options = {}) const {
    std::unique_ptr<Database> database = Open(options);
    Must(database->Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, data BLOB NOT NULL)"));
    return database;
  }

  const test_support::TemporaryDirectory directory_;
  const std::string path_ = directory_.In("file");
};

TEST_F(DatabaseTest, KeepsNumbersAndBytes) {
  const auto database = OpenWithTable();
  Statement put = Must(database->Prepare("INSERT INTO t VALUES(?, ?)"));
  Must(put.Bind(1, std::int64_t{-7}).Bind(2, std::string_view("a\0b", 3)).Run());
  Must(put.Bind(1, std::int64_t{8}).Bind(2, std::string_view()).Run());
  Statement all = Must(database->Prepare("SELECT id, data FROM t ORDER BY id"));
  const ScopedReset reset(all);
  ASSERT_TRUE(Must(all.Step()));
  EXPECT_TRUE(all.IsInt(0) && !all.IsBlob(0));
  EXPECT_EQ(all.Int(0), -7);
  EXPECT_EQ(all.Blob(1), std::string_view("a\0b", 3));
  ASSERT_TRUE(Must(all.Step()));
  EXPECT_TRUE(all.IsBlob(1) && !all.IsInt(1)) << "empty bytes are no NULL";
  EXPECT_EQ(all.Blob(1), "");
  EXPECT_FALSE(Must(all.Step()));
}

TEST_F(DatabaseTest, SyncsEveryCommitOfAWal) {
  const auto database = Open();
  EXPECT_EQ(Must(database->Query("PRAGMA journal_mode")), "wal");
  EXPECT_EQ(Must(database->Query("PRAGMA synchronous")), "2");
  EXPECT_EQ(Must(database->Query("PRAGMA locking_mode")), "exclusive");
}

TEST_F(DatabaseTest, RollsATransactionBackThatFails) {
  const auto database = OpenWithTable();
  const auto put_then_fail = [&database]() -> base::Result<void> {
    PAYLOG_TRY(database->Execute("INSERT INTO t VALUES(1, x'00')"));
    EXPECT_TRUE(database->InTransaction());
    return Damaged("for the test");
  };
  EXPECT_EQ(ErrorOf(database->Atomically(put_then_fail)).context, "for the test");
  EXPECT_FALSE(database->InTransaction());
  EXPECT_EQ(Must(database->Query("SELECT count(*) FROM t")), "0");
  database->Rollback();  // Nothing to roll back is no error.
  Must(database->Atomically(
      [&database] { return database->Execute("INSERT INTO t VALUES(1, x'00')"); }));
  EXPECT_EQ(Must(database->Query("SELECT count(*) FROM t")), "1");
}

TEST_F(DatabaseTest, SaysWhoseErrorItIs) {
  const auto database = OpenWithTable();
  EXPECT_EQ(CodeOf(database->Execute("INSERT INTO t VALUES(1, NULL)")), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf(database->Prepare("SELECT x FROM y")), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf(Database::Open(directory_.In("no/such/file"), {})), ErrorCode::kIo);
  test_support::WriteFile(directory_.In("text"), std::string(10'000, 'x'));
  EXPECT_EQ(CodeOf(Database::Open(directory_.In("text"), {})), ErrorCode::kCorrupt);
}

TEST_F(DatabaseTest, AHeldFileIsWhatTheUserSaysItIs) {
  const auto holder = OpenWithTable();
  EXPECT_EQ(CodeOf(Database::Open(path_, {})), ErrorCode::kBusy);
  EXPECT_EQ(CodeOf(Database::Open(path_, {.held = ErrorCode::kIo})), ErrorCode::kIo);
}

TEST_F(DatabaseTest, AReadOnlyFormatIsWhatTheUserSaysItIs) {
  { const auto database = OpenWithTable(); }
  std::string bytes = test_support::ReadFile(path_);
  constexpr std::size_t kWriteVersionAt = 18;
  bytes[kWriteVersionAt] = 9;
  test_support::WriteFile(path_, bytes);
  const auto write = [this](const Options& options) -> base::Result<void> {
    PAYLOG_ASSIGN(const auto database, Database::Open(path_, options));
    return database->Execute("INSERT INTO t VALUES(1, x'00')");
  };
  EXPECT_EQ(CodeOf(write({})), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf(write({.read_only = ErrorCode::kIo})), ErrorCode::kIo);
}

TEST_F(DatabaseTest, MovesTheWalIntoTheFileAtTheEnd) {
  { const auto database = OpenWithTable(); }
  EXPECT_FALSE(fs::exists(path_ + "-wal"));
}

TEST_F(DatabaseTest, LeavesTheWalToTheCallerWhoWantsIt) {
  const Options options{.checkpoints = Checkpoints::kByCaller};
  { const auto database = OpenWithTable(options); }
  EXPECT_GT(fs::file_size(path_ + "-wal"), 0U);
  {
    const auto database = Open(options);
    Must(database->Execute("INSERT INTO t VALUES(1, x'00')"));
    const std::string before = test_support::ReadFile(path_);
    Must(database->CheckpointFrom(1'000'000));
    EXPECT_EQ(test_support::ReadFile(path_), before);
    Must(database->CheckpointFrom(1));
    EXPECT_NE(test_support::ReadFile(path_), before);
    database->AllowCheckpointOnClose();
  }
  EXPECT_FALSE(fs::exists(path_ + "-wal"));
}

}  // namespace
}  // namespace paylog::sqlite
