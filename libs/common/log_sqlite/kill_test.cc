#include <array>
#include <csignal>
#include <iostream>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "paylog/log_sqlite/test_support.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

// Goal: what was acknowledged survives the death of the process at any moment, once and whole.
// Method: a child commits from several threads, reports each acknowledgement through a pipe and
// kills itself at a seeded moment; the parent opens the log and compares.
namespace paylog::log_sqlite {
namespace {

using test_support::Must;
using test_support::TemporaryDirectory;

constexpr std::uint64_t kSeed = 7;
constexpr int kRounds = 25;
constexpr std::size_t kWriters = 3;

struct Acknowledged {
  std::uint32_t writer = 0;
  std::uint32_t transaction = 0;
};
using Counts = std::array<std::uint32_t, kWriters>;

std::string Group(std::size_t writer) {
  return "g" + std::to_string(writer);
}

// Writer w's transaction n: the record n in partition w, another in the shared partition, and the
// group's offset n + 1.
void CommitForEver(SqliteLog& log, std::uint32_t w, std::uint32_t first, int pipe) {
  const auto writer = InitWriter(log, "w" + std::to_string(w));
  const auto own = At("own", static_cast<std::int32_t>(w));
  for (std::uint32_t n = first; true; ++n) {
    Must(writer->Begin());
    Must(writer->Append(own, KeyedRecord(std::to_string(w), std::to_string(n))));
    Must(writer->Append(At("shared"), KeyedRecord(std::to_string(w), std::string(n % 500, 'x'))));
    Must(writer->CommitOffset(log::GroupMetadata::Standalone(Group(w)), own, base::Offset(n + 1)));
    Must(writer->Commit());
    const Acknowledged acknowledged{.writer = w, .transaction = n};
    CHECK(write(pipe, &acknowledged, sizeof acknowledged) == sizeof acknowledged);
  }
}

[[noreturn]] void RunChild(const std::string& directory, const Counts& next,
                           std::chrono::microseconds life, int pipe) {
  const auto log = OpenLog(directory);
  std::vector<std::thread> threads;
  for (std::uint32_t w = 0; w < kWriters; ++w) {
    threads.emplace_back([&, w] { CommitForEver(*log, w, next[w], pipe); });
  }
  std::this_thread::sleep_for(life);  // tidy: allow, this is the seeded moment of death.
  kill(getpid(), SIGKILL);
  while (true) {
    pause();
  }
}

// Returns, by writer, how many transactions are known to be acknowledged.
Counts ReadAcknowledged(int pipe, Counts counts) {
  Acknowledged acknowledged;
  while (read(pipe, &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    EXPECT_EQ(acknowledged.transaction, counts[acknowledged.writer]);
    counts[acknowledged.writer] = acknowledged.transaction + 1;
  }
  return counts;
}

// Checks the log against what was acknowledged; returns what it holds.
Counts CheckLog(const std::string& directory, const Counts& acknowledged) {
  const auto log = OpenLog(directory);
  Must(log->Verify());
  Counts found{};
  std::size_t total = 0;
  for (std::uint32_t w = 0; w < kWriters; ++w) {
    const auto own = At("own", static_cast<std::int32_t>(w));
    const std::vector<log::StoredRecord> records = Must(ReadPartition(*log, own));
    for (std::size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(records[i].value, std::to_string(i));
    }
    found[w] = static_cast<std::uint32_t>(records.size());
    total += records.size();
    EXPECT_GE(found[w], acknowledged[w])
        << "an acknowledged transaction of writer " << w << " is lost";
    EXPECT_LE(found[w], acknowledged[w] + 1);
    EXPECT_EQ(Must(log->CommittedOffset(Group(w), own)).value_or(base::Offset(0)),
              base::Offset(found[w]));
  }
  EXPECT_EQ(Must(ReadPartition(*log, At("shared"))).size(), total);
  return found;
}

TEST(Kill, LosesNothingThatWasAcknowledged) {
  std::cout << "seed " << kSeed << '\n';
  std::mt19937_64 random(kSeed);
  const TemporaryDirectory directory;
  Must(OpenLog(directory.path())
           ->CreateTopics(std::vector<log::TopicSpec>{
               {.name = "own", .partition_count = kWriters},
               {.name = "shared", .timestamps = log::TimestampType::kLogAppend}}));
  Counts counts{};
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    const auto life = std::chrono::microseconds(500 + random() % 60'000);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      RunChild(directory.path(), counts, life, ends[1]);
    }
    close(ends[1]);
    const Counts acknowledged = ReadAcknowledged(ends[0], counts);
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    counts = CheckLog(directory.path(), acknowledged);
  }
  std::cout << "transactions: " << counts[0] + counts[1] + counts[2] << '\n';
  EXPECT_GT(counts[0], 0U);
}

}  // namespace
}  // namespace paylog::log_sqlite
