#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fault_disk.h"
#include "log_workload.h"
#include "paylog/ledger/stage/ledger_run.h"

// Goal: a flipped bit, in whatever file and wherever, is named or has no effect; nothing that was
// acknowledged is silently lost, doubled or changed, and resubmission by id puts right what can be.
// Method: flips sampled over every file of a log that was closed, of one that was killed, and of a
// ledger's snapshot.
namespace paylog::faults {
namespace {

using base::ErrorCode;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kLogFlips = 9'000;
constexpr int kSnapshotFlips = 1'500;

std::uint64_t Seed() {
  const char* const given = std::getenv("PAYLOG_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'124;
}

// Flips one bit of one file, each file as often as the others; says which.
std::string FlipOneBit(Files& files, std::mt19937_64& random) {
  auto file = files.begin();
  do {
    file = std::next(files.begin(), static_cast<std::ptrdiff_t>(random() % files.size()));
  } while (file->second.empty());
  const std::size_t at = random() % file->second.size();
  const auto bit = static_cast<unsigned>(random() % 8);
  file->second[at] = static_cast<char>(static_cast<unsigned char>(file->second[at]) ^ (1U << bit));
  return file->first + " byte " + std::to_string(at) + " bit " + std::to_string(bit);
}

struct Tally {
  std::int64_t harmless = 0;
  std::int64_t refused = 0;
};

// A commit that meets damage ends the process, and says that it was damage.
void ExpectNamed(const base::Error& error, const std::string& what) {
  const bool at_commit =
      error.fatal && error.context.find(ToString(ErrorCode::kCorrupt)) != std::string::npos;
  EXPECT_TRUE(error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kLostRecords ||
              at_commit)
      << what << ": " << error.ToString();
  EXPECT_THAT(error.context, AnyOf(HasSubstr("log.sqlite"), HasSubstr("head"), HasSubstr("topic"),
                                   HasSubstr("partition"), HasSubstr("commit"), HasSubstr("table"),
                                   HasSubstr("database")))
      << what;
}

void CheckFlip(const std::string& directory, const std::string& what, Tally& tally) {
  const auto found = Inspect(directory);
  if (!found) {
    ++tally.refused;
    ExpectNamed(found.error(), what);
    return;
  }
  EXPECT_THAT(found->wrong, IsEmpty()) << what;
  EXPECT_EQ(found->ids.size(), AllIds().size()) << what << ": acknowledged entries are gone";
  const auto after = Resubmit(directory);
  if (!after) {
    ++tally.refused;
    ExpectNamed(after.error(), what);
    return;
  }
  ++tally.harmless;
  EXPECT_THAT(after->wrong, IsEmpty()) << what;
  EXPECT_EQ(after->ids.size(), AllIds().size()) << what;
}

TEST(BitFlipsTest, OfALog) {
  const test_support::TemporaryDirectory directory;
  Watch(directory.In("work"));
  const WorkDone done = Work(directory.In("work"));
  const std::vector<Operation> operations = Operations();
  StopWatching();
  ASSERT_FALSE(done.error);
  const Files images[] = {ReadFiles(directory.In("work")),
                          AfterKill(operations, done.acknowledged.back().operations)};
  ASSERT_TRUE(images[1].contains("log.sqlite-wal"));
  std::mt19937_64 random(Seed());
  std::map<std::string, Tally> tallies;
  for (int flip = 0; flip < kLogFlips && !HasFailure(); ++flip) {
    Files files = images[flip % 2];
    const std::string what = FlipOneBit(files, random);
    WriteFiles(files, directory.In("flipped"));
    CheckFlip(directory.In("flipped"), (flip % 2 == 0 ? "closed log, " : "killed log, ") + what,
              tallies[what.substr(0, what.find(' '))]);
  }
  for (const auto& [file, tally] : tallies) {
    std::printf("%s: %lld flips refused, %lld without effect\n", file.c_str(),
                static_cast<long long>(tally.refused), static_cast<long long>(tally.harmless));
  }
  std::printf("seed %llu\n", static_cast<unsigned long long>(Seed()));
  EXPECT_GT(tallies["log.sqlite"].refused, 0);
  EXPECT_GT(tallies["log.sqlite-wal"].refused, 0);
  EXPECT_GT(tallies["head"].harmless, 0) << "one slot is enough";
}

// A ledger that has saved its state, and the files of that.
class SavedLedger {
 public:
  SavedLedger() {
    for (int i = 0; i < kAccounts; ++i) {
      accounts_.push_back(test_support::NameOn("a", 0, 2, i));
      payments_.Accept({test_support::OpenBody("o", accounts_.back()), Deposit(i)});
    }
    {
      ledger::testing::LedgerRun run(payments_, {.snapshot = kSnapshot, .snapshot_events = 3});
      run.RunToIdle();
      run.Close();
      killed_ = ReadFiles(payments_.SnapshotDirectory());
    }
    closed_ = ReadFiles(payments_.SnapshotDirectory());
  }

  // As a process leaves them that is killed, with a WAL, and as one that ends.
  [[nodiscard]] const Files& killed() const { return killed_; }
  [[nodiscard]] const Files& closed() const { return closed_; }

  // Starts on these files, and resubmits a payment: it is answered again, and not carried out
  // again.
  void CheckStart(const Files& files, int account, const std::string& what, Tally& tally) {
    WriteFiles(files, payments_.SnapshotDirectory());
    payments_.Accept({Deposit(account)});
    ledger::testing::LedgerRun run(payments_, {.snapshot = kSnapshot});
    run.RunToIdle();
    ++(run.warnings().empty() ? tally.harmless : tally.refused);
    const auto results = payments_.ResultsOf(accounts_.at(static_cast<std::size_t>(account)), "d");
    ASSERT_FALSE(results.empty()) << what;
    EXPECT_TRUE(results.back().duplicate) << what;
    ledger::testing::LedgerRun rebuilt(payments_);
    rebuilt.RunToIdle();
    EXPECT_EQ(run.hash(), rebuilt.hash()) << what;
  }

  static constexpr int kAccounts = 6;

 private:
  static constexpr const char* kSnapshot = "s.sqlite";

  [[nodiscard]] std::string Deposit(int account) const {
    return test_support::DepositBody("d", accounts_.at(static_cast<std::size_t>(account)), 100);
  }

  test_support::PaymentLog payments_{2};
  std::vector<std::string> accounts_;
  Files killed_;
  Files closed_;
};

TEST(BitFlipsTest, OfASnapshot) {
  constexpr int kFlipsOfOne = 100;  // Each leaves an event, which those behind it replay.
  std::mt19937_64 random(Seed());
  Tally tally;
  for (int flip = 0; flip < kSnapshotFlips && !HasFailure();) {
    SavedLedger ledger;
    for (const int end = flip + kFlipsOfOne; flip < end; ++flip) {
      Files files = flip % 2 == 0 ? ledger.closed() : ledger.killed();
      const std::string what = FlipOneBit(files, random);
      ledger.CheckStart(files, flip % SavedLedger::kAccounts, what, tally);
    }
  }
  std::printf("snapshot: %lld flips discarded with a warning, %lld without effect, seed %llu\n",
              static_cast<long long>(tally.refused), static_cast<long long>(tally.harmless),
              static_cast<unsigned long long>(Seed()));
  EXPECT_GT(tally.refused, 0);
}

}  // namespace
}  // namespace paylog::faults
