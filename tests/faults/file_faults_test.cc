#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fault_disk.h"
#include "log_workload.h"
#include "paylog/test_support/temporary_directory.h"

// Goal: whatever call on a file fails, and whenever the process or the power is lost, the log opens
// again, holds each acknowledged entry, each transaction whole or not at all, and once all entries
// were resubmitted by id, each of them once. Method: the same work, with one fault at every place
// where there can be one.
namespace paylog::faults {
namespace {

using testing::IsEmpty;

// With what was acknowledged after at most so many operations.
void ExpectRecovers(const std::string& directory, const WorkDone& done, std::size_t operations,
                    const std::string& what) {
  const auto found = Inspect(directory);
  ASSERT_TRUE(found) << what << ": " << found.error().ToString();
  EXPECT_THAT(found->wrong, IsEmpty()) << what;
  for (const Acknowledged& acknowledged : done.acknowledged) {
    if (acknowledged.operations <= operations && !acknowledged.id.empty()) {
      EXPECT_TRUE(found->ids.contains(acknowledged.id)) << what << " lost " << acknowledged.id;
    }
  }
  const auto after = Resubmit(directory);
  ASSERT_TRUE(after) << what << ": " << after.error().ToString();
  EXPECT_THAT(after->wrong, IsEmpty()) << what;
  EXPECT_EQ(after->ids.size(), AllIds().size()) << what;
}

// The N-th call fails, for every N of work from an empty directory, and again of work on a log that
// is there.
void FailEach(Call call, int error) {
  std::int64_t fired = 0;
  std::int64_t errors = 0;
  for (std::int64_t n = 1;; ++n) {
    const test_support::TemporaryDirectory directory;
    const std::string what = std::string(ToString(call)) + ' ' + std::to_string(n) + " fails";
    Watch(directory.In("log"));
    FailAt(call, n, error);
    WorkDone done = Work(directory.In("log"));
    const bool has_failed = HasFailed();
    StopWatching();
    if (!has_failed) {
      break;
    }
    ++fired;
    errors += done.error ? 1 : 0;
    ExpectRecovers(directory.In("log"), done, SIZE_MAX, what);
    if (testing::Test::HasFailure()) {
      return;
    }
  }
  std::printf("%s: %lld faults, %lld of them ended the work\n", ToString(call),
              static_cast<long long>(fired), static_cast<long long>(errors));
  EXPECT_GT(fired, 0);
  EXPECT_GT(errors, 0);
}

TEST(FileFaultsTest, EachOpenThatFails) {
  FailEach(Call::kOpen, EMFILE);
}
TEST(FileFaultsTest, EachReadThatFails) {
  FailEach(Call::kRead, EIO);
}
TEST(FileFaultsTest, EachWriteThatFails) {
  FailEach(Call::kWrite, EIO);
}
TEST(FileFaultsTest, EachWriteForWhichThereIsNoSpace) {
  FailEach(Call::kWrite, ENOSPC);
}
TEST(FileFaultsTest, EachSyncThatFails) {
  FailEach(Call::kSync, EIO);
}

// Of one undisturbed run.
struct Recorded {
  WorkDone done;
  std::vector<Operation> operations;
};
Recorded Record() {
  const test_support::TemporaryDirectory directory;
  Watch(directory.In("log"));
  Recorded recorded{.done = Work(directory.In("log")), .operations = Operations()};
  StopWatching();
  EXPECT_FALSE(recorded.done.error);
  return recorded;
}

bool IsMade(const WorkDone& done, std::size_t operations) {
  return done.acknowledged.front().operations <= operations;
}

// A kill leaves what the process had written by then: every prefix of its operations.
TEST(FileFaultsTest, AKillAtEachOperation) {
  const Recorded recorded = Record();
  const test_support::TemporaryDirectory directory;
  for (std::size_t count = 0; count <= recorded.operations.size(); ++count) {
    WriteFiles(AfterKill(recorded.operations, count), directory.In("log"));
    ExpectRecovers(directory.In("log"), recorded.done, count,
                   "a kill after operation " + std::to_string(count));
  }
  std::printf("kills: %zu\n", recorded.operations.size() + 1);
}

TEST(FileFaultsTest, ALossOfPowerAtEachOperation) {
  const Recorded recorded = Record();
  const test_support::TemporaryDirectory directory;
  const char* const given = std::getenv("PAYLOG_SEED");
  const std::uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  std::int64_t cuts = 0;
  std::int64_t refused = 0;
  for (std::size_t count = 0; count <= recorded.operations.size(); ++count) {
    for (std::uint64_t seed = first; seed < first + 20; ++seed) {
      const std::string what =
          "power lost after operation " + std::to_string(count) + ", seed " + std::to_string(seed);
      WriteFiles(AfterPowerLoss(recorded.operations, count, seed), directory.In("log"));
      ++cuts;
      if (!IsMade(recorded.done, count)) {
        // Nothing was promised yet: the log may say that its making was torn.
        const auto found = Inspect(directory.In("log"));
        refused += found ? 0 : 1;
        continue;
      }
      ExpectRecovers(directory.In("log"), recorded.done, count, what);
    }
    if (testing::Test::HasFailure()) {
      return;
    }
  }
  std::printf(
      "losses of power: %lld, from seed %llu; %lld of them refused, while the log was made\n",
      static_cast<long long>(cuts), static_cast<unsigned long long>(first),
      static_cast<long long>(refused));
}

}  // namespace
}  // namespace paylog::faults
