#include <csignal>
#include <ctime>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "paylog/store/snapshot_store.h"
#include "paylog/store/testing.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::store {
namespace {

using test_support::TemporaryDirectory;

// How much a snapshot changes.
struct Load {
  int ids = 0;
  std::size_t id_bytes = 0;
};

// The same for parent and child: what the snapshot with this number changes.
OwnedChanges ChangesOf(const Load& load, std::uint64_t seed, int number) {
  Random random(seed + static_cast<std::uint64_t>(number));
  OwnedChanges changes{.meta = std::to_string(number)};
  for (int i = 0; i < 30; ++i) {
    changes.rows["row" + std::to_string(Below(random, 300))] = RandomBytes(random, 100);
  }
  for (int i = 0; i < load.ids; ++i) {
    changes.ids["id" + std::to_string(Below(random, 20'000))] = RandomBytes(random, load.id_bytes);
  }
  return changes;
}

void KillThisProcessIn(std::uint64_t microseconds) {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGKILL;
  timer_t timer{};
  itimerspec when{};
  when.it_value.tv_nsec = static_cast<long>(microseconds * 1'000);
  CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  CHECK(timer_settime(timer, 0, &when, nullptr) == 0);
}

// Writes snapshot after snapshot, and each one's number to `acknowledged`, until it is killed.
[[noreturn]] void WriteUntilKilled(const std::string& path, const Load& load, std::uint64_t seed,
                                   int number, int acknowledged) {
  const auto store = MustOpen(path);
  for (;; ++number) {
    CHECK(store->Write(ChangesOf(load, seed, number)).has_value());
    CHECK(write(acknowledged, &number, sizeof(number)) == sizeof(number));
  }
}

// Returns the last number that the child acknowledged; `before` if there is none.
int RunAndKill(const std::string& path, const Load& load, std::uint64_t seed, int before,
               std::uint64_t microseconds) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    KillThisProcessIn(microseconds);
    WriteUntilKilled(path, load, seed, before + 1, ends[1]);
  }
  close(ends[1]);
  int last = before;
  int number = 0;
  while (read(ends[0], &number, sizeof(number)) == sizeof(number)) {
    last = number;
  }
  close(ends[0]);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  return last;
}

// After `before` snapshots that were not disturbed.
void KillManyTimes(const Load& load, int before, std::uint64_t microseconds_max) {
  const std::uint64_t seed = PrintedSeed();
  Random random(seed);
  const TemporaryDirectory directory;
  const std::string path = directory.In("s");
  Model expected;
  int number = 0;
  while (number < before) {
    const OwnedChanges changes = ChangesOf(load, seed, ++number);
    ASSERT_TRUE(MustOpen(path)->Write(changes).has_value());
    expected.Apply(changes);
  }
  for (int round = 0; round < 60; ++round) {
    const int acknowledged =
        RunAndKill(path, load, seed, number, 1 + Below(random, microseconds_max));
    const auto store = MustOpen(path);
    const int reached = std::stoi(store->Meta().value_or("0"));
    ASSERT_GE(reached, acknowledged);
    ASSERT_LE(reached, acknowledged + 1);
    while (number < reached) {
      expected.Apply(ChangesOf(load, seed, ++number));
    }
    const base::Result<Model> found = ReadModel(*store);
    ASSERT_TRUE(found.has_value()) << found.error().ToString();
    ASSERT_TRUE(*found == expected) << "round " << round;
  }
  EXPECT_GT(number, before + 5);
}

TEST(SnapshotStoreCrash, AKilledWriteIsAllOrNothing) {
  KillManyTimes({.ids = 100, .id_bytes = 100}, 0, 60'000);
}

// So large that merges of ids take several Writes, and so many that processes die with one
// half-way.
TEST(SnapshotStoreCrash, AKilledWriteThatMergesInSlicesIsAllOrNothing) {
  KillManyTimes({.ids = 400, .id_bytes = 1'000}, 20, 250'000);
}

}  // namespace
}  // namespace paylog::store
