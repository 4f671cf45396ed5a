#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

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

constexpr std::size_t kWriters = 3;
constexpr std::size_t kOperationsAfterCheckpoint = 8;
constexpr std::size_t kKillStride = 7;
constexpr std::size_t kStrideAfterFailure = 5;
const std::string kWal = "log.sqlite-wal";
const std::string kDatabase = "log.sqlite";

// With what was acknowledged after at most so many operations.
void ExpectRecovers(const std::string& directory, const WorkDone& done, std::size_t operations,
                    const std::string& what, const std::vector<std::string>& ids = AllIds()) {
  const auto found = Inspect(directory);
  ASSERT_TRUE(found) << what << ": " << found.error().ToString();
  EXPECT_THAT(found->wrong, IsEmpty()) << what;
  for (const Acknowledged& acknowledged : done.acknowledged) {
    if (acknowledged.operations <= operations && !acknowledged.id.empty()) {
      EXPECT_TRUE(found->ids.contains(acknowledged.id)) << what << " lost " << acknowledged.id;
    }
  }
  const auto after = Resubmit(directory, ids);
  ASSERT_TRUE(after) << what << ": " << after.error().ToString();
  EXPECT_THAT(after->wrong, IsEmpty()) << what;
  EXPECT_EQ(after->ids.size(), ids.size()) << what;
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
Recorded Record(const std::vector<std::string>& ids = AllIds(), std::size_t writers = 1,
                std::chrono::microseconds sync_takes = {}) {
  const test_support::TemporaryDirectory directory;
  Watch(directory.In("log"));
  SlowSyncs(sync_takes);
  Recorded recorded{.done = Work(directory.In("log"), ids, writers), .operations = Operations()};
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

std::uint64_t FirstSeed() {
  const char* const given = std::getenv("PAYLOG_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
}

void LosePowerAtEachOperation(const Recorded& recorded) {
  const test_support::TemporaryDirectory directory;
  const std::uint64_t first = FirstSeed();
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

TEST(FileFaultsTest, ALossOfPowerAtEachOperation) {
  LosePowerAtEachOperation(Record());
}

bool IsOn(const Operation& operation, Operation::Kind kind, const std::string& name) {
  return operation.kind == kind && operation.name == name;
}

// Syncs of the WAL between whose beginning and end something was written to it.
std::int64_t OverlapsOf(const std::vector<Operation>& operations) {
  std::int64_t overlaps = 0;
  for (auto sync = operations.begin(); sync != operations.end(); ++sync) {
    if (IsOn(*sync, Operation::Kind::kSync, kWal)) {
      overlaps += std::any_of(operations.begin() + sync->at, sync, [](const Operation& operation) {
        return IsOn(operation, Operation::Kind::kWrite, kWal);
      });
    }
  }
  return overlaps;
}

// One thread of the log writes while another waits for the disk.
TEST(FileFaultsTest, ALossOfPowerWhileSeveralWrite) {
  const Recorded recorded = Record(AllIds(), kWriters, std::chrono::milliseconds(3));
  const std::int64_t overlaps = OverlapsOf(recorded.operations);
  std::printf("during %lld syncs something was written\n", static_cast<long long>(overlaps));
  EXPECT_GT(overlaps, 0);
  LosePowerAtEachOperation(recorded);
}

// From the last bytes that go into the database's file to the WAL's next beginning, while the log
// works and when it is closed.
TEST(FileFaultsTest, ALossOfPowerAroundACheckpoint) {
  const std::vector<std::string> ids = LargeIds();
  const Recorded recorded = Record(ids, kWriters);
  const std::uint64_t seed = FirstSeed();
  const test_support::TemporaryDirectory directory;
  int checkpoints = 0;
  int cuts = 0;
  for (std::size_t i = recorded.done.acknowledged.front().operations;
       i < recorded.operations.size() && !testing::Test::HasFailure(); ++i) {
    if (!IsOn(recorded.operations[i], Operation::Kind::kSync, kDatabase)) {
      continue;
    }
    ++checkpoints;
    const std::size_t last = std::min(i + kOperationsAfterCheckpoint, recorded.operations.size());
    for (std::size_t count = i - 1; count <= last; ++count) {
      const std::string what =
          "power lost after operation " + std::to_string(count) + ", seed " + std::to_string(seed);
      WriteFiles(AfterPowerLoss(recorded.operations, count, seed), directory.In("log"));
      ExpectRecovers(directory.In("log"), recorded.done, count, what, ids);
      ++cuts;
    }
  }
  std::printf("losses of power: %d, around %d checkpoints, seed %llu\n", cuts, checkpoints,
              static_cast<unsigned long long>(seed));
  EXPECT_GE(checkpoints, 2) << "no checkpoint while it worked";
}

// The log of the first life is in the directory as its process left it. It is opened, gets what is
// missing, and at each operation of that, or at each `stride`-th, the power is lost. Returns how
// often.
int LosePowerInASecondLife(const std::string& directory, std::vector<Operation> operations,
                           WorkDone done, std::size_t stride, const std::string& what) {
  const std::size_t first_life = operations.size();
  for (Acknowledged& acknowledged : done.acknowledged) {
    acknowledged.operations = 0;  // What was acknowledged then stays so.
  }
  Watch(directory);
  const WorkDone resumed = Resume(directory);
  const std::vector<Operation> second_life = Operations();
  StopWatching();
  EXPECT_FALSE(resumed.error) << what << ": " << resumed.error->ToString();
  for (Operation operation : second_life) {
    operation.at +=
        operation.kind == Operation::Kind::kSync ? static_cast<std::int64_t>(first_life) : 0;
    operations.push_back(std::move(operation));
  }
  done.acknowledged.insert(done.acknowledged.end(), resumed.acknowledged.begin(),
                           resumed.acknowledged.end());
  int cuts = 0;
  for (std::size_t count = 0; count <= second_life.size(); count += stride) {
    WriteFiles(AfterPowerLoss(operations, first_life + count, FirstSeed() + count), directory);
    ExpectRecovers(
        directory, done, count,
        what + ", power lost after operation " + std::to_string(count) + " of the next process");
    ++cuts;
  }
  return cuts;
}

// Of what a killed process wrote, all is there for the next one, and nothing need be on the disk.
TEST(FileFaultsTest, ALossOfPowerAfterAKill) {
  const Recorded recorded = Record();
  const std::size_t made = recorded.done.acknowledged.front().operations;
  const test_support::TemporaryDirectory directory;
  int cuts = 0;
  for (std::size_t killed = made; killed < recorded.operations.size() && !HasFailure();
       killed += kKillStride) {
    WorkDone before;
    std::copy_if(recorded.done.acknowledged.begin(), recorded.done.acknowledged.end(),
                 std::back_inserter(before.acknowledged),
                 [&](const Acknowledged& one) { return one.operations <= killed; });
    WriteFiles(AfterKill(recorded.operations, killed), directory.In("log"));
    const auto end = recorded.operations.begin() + static_cast<std::ptrdiff_t>(killed);
    cuts += LosePowerInASecondLife(directory.In("log"), {recorded.operations.begin(), end}, before,
                                   1, "killed after operation " + std::to_string(killed));
  }
  std::printf("losses of power: %d, from seed %llu\n", cuts,
              static_cast<unsigned long long>(FirstSeed()));
}

// What a sync failed to write is there for the next process, and stays away from the disk.
TEST(FileFaultsTest, ALossOfPowerAfterASyncThatFailed) {
  int cuts = 0;
  for (std::int64_t n = 1; !HasFailure(); ++n) {
    const test_support::TemporaryDirectory directory;
    Watch(directory.In("log"));
    FailAt(Call::kSync, n, EIO);
    const WorkDone done = Work(directory.In("log"));
    const bool has_failed = faults::HasFailed();
    const std::vector<Operation> operations = Operations();
    StopWatching();
    if (!has_failed) {
      break;
    }
    if (!done.acknowledged.empty()) {
      cuts += LosePowerInASecondLife(directory.In("log"), operations, done, kStrideAfterFailure,
                                     "sync " + std::to_string(n) + " failed");
    }
  }
  std::printf("losses of power: %d, from seed %llu\n", cuts,
              static_cast<unsigned long long>(FirstSeed()));
  EXPECT_GT(cuts, 0);
}

}  // namespace
}  // namespace paylog::faults
