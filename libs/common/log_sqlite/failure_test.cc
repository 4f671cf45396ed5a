#include "paylog/log_sqlite/failure.h"

#include <csignal>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "paylog/log_sqlite/test_support.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::log_sqlite {
namespace {

using test_support::ErrorOf;
using test_support::Must;
using test_support::TemporaryDirectory;

// Lets no file grow beyond a size while it lives, as a full disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    CHECK(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FileSizeLimit() { CHECK(setrlimit(RLIMIT_FSIZE, &before_) == 0); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

// Commits until it fails; returns how many commits were acknowledged.
std::size_t CommitUntilFailure(log::TransactionalWriter& writer, base::Error& error) {
  for (std::size_t acknowledged = 0; true; ++acknowledged) {
    Must(writer.Begin());
    Must(writer.Append(At("t"), KeyedRecord("k", std::to_string(acknowledged))));
    if (const base::Result<void> committed = writer.Commit(); !committed) {
      error = committed.error();
      return acknowledged;
    }
  }
}

TEST(Failure, OfACommitEndsTheLogAndNothingAcknowledgedIsLost) {
  const TemporaryDirectory directory;
  std::size_t acknowledged = 0;
  {
    const auto log = OpenLog(directory.path());
    Must(log->CreateTopics(std::vector<log::TopicSpec>{{.name = "t"}, {.name = "idle"}}));
    const auto writer = InitWriter(*log, "w");
    const auto reader = Must(log->NewReader(At("idle"), log::Isolation::kReadCommitted));
    base::Result<log::PolledRecords> waited = base::Error{};
    std::thread waiting([&] { waited = reader->Poll({.wait = std::chrono::minutes(5)}); });
    base::Error error;
    {
      const FileSizeLimit limit(std::filesystem::file_size(directory.In("log.sqlite-wal")) +
                                50'000);
      acknowledged = CommitUntilFailure(*writer, error);
    }
    waiting.join();
    EXPECT_EQ(error.code, base::ErrorCode::kIo);
    EXPECT_TRUE(error.fatal);
    EXPECT_EQ(log::RecoveryOf(error), log::Recovery::kFatal);
    EXPECT_TRUE(ErrorOf(waited).fatal);
    EXPECT_TRUE(ErrorOf(log->ListTopics()).fatal);
    EXPECT_TRUE(ErrorOf(log->NewWriter("w")).fatal);
    EXPECT_TRUE(ErrorOf(reader->EndOffset()).fatal);
    EXPECT_TRUE(ErrorOf(log->NewProducer()).fatal);
  }
  EXPECT_GT(acknowledged, 0U);
  const auto log = OpenLog(directory.path());
  const std::vector<log::StoredRecord> records = Must(ReadPartition(*log, At("t")));
  EXPECT_GE(records.size(), acknowledged);
  EXPECT_LE(records.size(), acknowledged + 1);
  Must(log->Verify());
}

}  // namespace
}  // namespace paylog::log_sqlite
