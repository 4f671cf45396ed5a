#include "paylog/log_sqlite/owner_lock.h"

#include <array>
#include <csignal>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "paylog/base/check.h"
#include "paylog/log_sqlite/test_support.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::log_sqlite {
namespace {

using test_support::ErrorOf;
using test_support::Must;
using test_support::TemporaryDirectory;
using test_support::WriteFile;

TEST(OwnerLock, IsTakenOnceInAProcess) {
  const TemporaryDirectory directory;
  {
    const auto log = OpenLog(directory.path());
    const base::Error error = ErrorOf(TryOpen(directory.path()));
    EXPECT_EQ(error.code, base::ErrorCode::kBusy);
    EXPECT_NE(error.context.find(std::to_string(getpid())), std::string::npos) << error.context;
  }
  EXPECT_TRUE(TryOpen(directory.path()).has_value());
}

TEST(OwnerLock, IsRefusedToAnotherProcess) {
  const TemporaryDirectory directory;
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  // Forked while no thread of the log runs: one that allocates would leave the child's heap locked
  // for ever.
  const pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    char opened_by_parent = 0;
    CHECK(read(ends[0], &opened_by_parent, 1) == 1);
    const auto opened = TryOpen(directory.path());
    _exit(!opened && opened.error().code == base::ErrorCode::kBusy ? 0 : 1);
  }
  const auto log = OpenLog(directory.path());
  ASSERT_EQ(write(ends[1], "o", 1), 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  close(ends[0]);
  close(ends[1]);
}

TEST(OwnerLock, GoesWithAKilledOwner) {
  const TemporaryDirectory directory;
  const pid_t child = fork();
  if (child == 0) {
    const auto log = OpenLog(directory.path());
    Must(log->CreateTopics(std::vector<log::TopicSpec>{{.name = "t"}}));
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto log = OpenLog(directory.path());
  EXPECT_EQ(Must(log->ListTopics()).size(), 1U);
}

TEST(OwnerLock, DoesNotCareForItsContent) {
  const TemporaryDirectory directory;
  WriteFile(directory.In("owner.lock"), "no pid at all \xff");
  OpenLog(directory.path());
  const auto log = OpenLog(directory.path());
  WriteFile(directory.In("owner.lock"), "no pid at all \xff");
  const base::Error error = ErrorOf(TryOpen(directory.path()));
  EXPECT_EQ(error.code, base::ErrorCode::kBusy);
  EXPECT_NE(error.context.find("unknown"), std::string::npos) << error.context;
}

}  // namespace
}  // namespace paylog::log_sqlite
