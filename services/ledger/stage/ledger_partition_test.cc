#include "paylog/ledger/stage/ledger_partition.h"

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/codec/event_codec.h"
#include "paylog/codec/snapshot_codec.h"
#include "paylog/codec/state_codec.h"
#include "paylog/ledger/stage/ledger_run.h"
#include "paylog/store/snapshot_store.h"
#include "paylog/test_support/fault_log.h"

// Goal: whatever interrupts the ledger, its journal and its state are those of a ledger that
// nothing interrupted. Method: the same commands on logs of their own, with a clock that stands
// still, so that journals can be compared byte by byte; faults come from a log in between.
namespace paylog::ledger {
namespace {

using base::ErrorCode;
using runtime::StepOutcome;
using test_support::DepositBody;
using test_support::FaultLog;
using test_support::Faults;
using test_support::Must;
using test_support::NameOn;
using test_support::OpenBody;
using test_support::PaymentLog;
using test_support::TransferBody;
using test_support::WithdrawBody;
using testing::LedgerRun;

const std::string kSnapshot = "ledger.sqlite";

std::vector<std::string> SmallBatch() {
  return {OpenBody("o-1", "alice"),
          OpenBody("o-2", "bob"),
          DepositBody("d-1", "alice", 1000),
          TransferBody("t-1", "alice", "bob", 300),
          TransferBody("t-1", "alice", "bob", 300),  // A repeat.
          WithdrawBody("w-1", "bob", 5000),          // More than there is.
          WithdrawBody("w-2", "bob", 100)};
}

struct Books {
  std::vector<std::string> journal;
  std::vector<std::string> results;
  base::Hash256 hash;
  friend bool operator==(const Books&, const Books&) = default;
};

Books BooksOf(PaymentLog& log, const LedgerRun& run) {
  return {.journal = log.Values(runtime::kJournalTopic, 0),
          .results = log.Values(runtime::kResultsTopic, 0),
          .hash = run.hash()};
}

Books UndisturbedBooks(const std::vector<std::string>& bodies) {
  PaymentLog log(1);
  log.Accept(bodies);
  LedgerRun run(log);
  run.RunToIdle();
  return BooksOf(log, run);
}

// Aborts.

TEST(LedgerPartition, LeavesTheSameBooksAfterAnAbortAtAnyRecord) {
  const Books undisturbed = UndisturbedBooks(SmallBatch());
  const std::size_t appends = undisturbed.journal.size() + undisturbed.results.size();
  for (const ErrorCode code : {ErrorCode::kAbortRequired, ErrorCode::kUnavailable}) {
    for (std::size_t failing = 0; failing < appends; ++failing) {
      SCOPED_TRACE(base::ToString(code));
      SCOPED_TRACE(failing);
      PaymentLog log(1);
      log.Accept(SmallBatch());
      std::size_t seen = 0;
      FaultLog faulty(log.log(),
                      {.on_append = [&](const log::TopicPartition&) -> std::optional<base::Error> {
                        return seen++ == failing
                                   ? std::optional(base::Error{.code = code, .context = "scripted"})
                                   : std::nullopt;
                      }});
      LedgerRun run(log, {.log = &faulty});
      run.RunToIdle();
      EXPECT_EQ(run.tally().aborts, 1);
      ASSERT_EQ(BooksOf(log, run), undisturbed);
    }
  }
}

TEST(LedgerPartition, LeavesTheSameBooksWhateverBecomesOfACommit) {
  const Books undisturbed = UndisturbedBooks(SmallBatch());
  for (const bool taken : {false, true}) {
    for (const ErrorCode code :
         {ErrorCode::kUnknownOutcome, ErrorCode::kAbortRequired, ErrorCode::kUnavailable}) {
      if (taken && code != ErrorCode::kUnknownOutcome) {
        continue;  // No log says so of a commit that took.
      }
      for (int failing = 0; failing < 7; ++failing) {
        PaymentLog log(1);
        log.Accept(SmallBatch());
        int seen = 0;
        const auto fault = [&]() -> std::optional<base::Error> {
          return seen++ == failing ? std::optional(base::Error{.code = code, .context = "scripted"})
                                   : std::nullopt;
        };
        FaultLog faulty(log.log(),
                        taken ? Faults{.after_commit = fault} : Faults{.before_commit = fault});
        LedgerRun run(log, {.batch_records_max = 1, .log = &faulty});
        run.RunToIdle();
        EXPECT_EQ(run.tally().aborts, 1);
        EXPECT_EQ(run.tally().take_overs, taken ? 2 : 1);
        ASSERT_EQ(BooksOf(log, run), undisturbed) << base::ToString(code) << ' ' << failing;
      }
    }
  }
}

TEST(LedgerPartition, WritesTheSameJournalInBatchesOfAnySize) {
  const Books undisturbed = UndisturbedBooks(SmallBatch());
  for (std::size_t size = 1; size < 7; ++size) {
    PaymentLog log(1);
    log.Accept(SmallBatch());
    LedgerRun run(log, {.batch_records_max = size});
    run.RunToIdle();
    EXPECT_EQ(BooksOf(log, run), undisturbed);
  }
}

TEST(LedgerPartition, RemembersNoIdOfAnAbortedBatch) {
  PaymentLog log(1);
  log.Accept(SmallBatch());
  bool failed = false;
  FaultLog faulty(log.log(), {.before_commit = [&]() -> std::optional<base::Error> {
                    return std::exchange(failed, true)
                               ? std::nullopt
                               : std::optional(base::Error{.code = ErrorCode::kAbortRequired});
                  }});
  LedgerRun run(log, {.log = &faulty});
  EXPECT_EQ(Must(run.Step()), StepOutcome::kRecovered);
  EXPECT_EQ(run.state().progress(), Progress());
  EXPECT_EQ(log.Read(runtime::kJournalTopic, 0).size(), 0U);
  run.RunToIdle();
  const auto results = log.ResultsOf("alice", "t-1");
  ASSERT_EQ(results.size(), 2U);
  EXPECT_FALSE(results[0].duplicate);
  EXPECT_TRUE(results[1].duplicate);
}

// Balances.

// The last record of each account.
std::map<std::string, std::string> LastBalances(PaymentLog& log, std::int32_t partition = 0) {
  std::map<std::string, std::string> last;
  for (const log::StoredRecord& record : log.Read(runtime::kBalancesTopic, partition)) {
    last[record.key.value_or("")] = record.value;
  }
  return last;
}

std::map<std::string, std::string> BalancesOf(const State& state) {
  std::map<std::string, std::string> balances;
  for (const model::Account* const account : state.SortedAccounts()) {
    balances[account->id.ToString()] = codec::EncodeAccount(*account, state.partition());
  }
  return balances;
}

TEST(LedgerPartition, WritesBalancesWithTheFirstBatchAfterASnapshot) {
  PaymentLog log(1);
  LedgerRun run(log, {.snapshot = kSnapshot, .snapshot_events = 5});
  log.Accept(SmallBatch());
  run.RunToIdle();  // The snapshot is begun by the first step and seen to be done by the next.
  EXPECT_EQ(run.tally().snapshots, 1);
  EXPECT_EQ(log.Read(runtime::kBalancesTopic, 0).size(), 0U);

  log.Accept({DepositBody("d-2", "bob", 5)});
  run.RunToIdle();
  EXPECT_EQ(LastBalances(log), BalancesOf(run.state()));
  EXPECT_EQ(LastBalances(log).size(), 3U);  // alice, bob and $external:EUR

  const std::size_t written = log.Read(runtime::kBalancesTopic, 0).size();
  log.Accept({DepositBody("d-3", "bob", 5)});
  run.RunToIdle();
  EXPECT_EQ(log.Read(runtime::kBalancesTopic, 0).size(), written) << "not before a snapshot";
}

TEST(LedgerPartition, WritesBalancesAgainAfterAnAbort) {
  PaymentLog log(1);
  bool fail = false;
  FaultLog faulty(log.log(), {.before_commit = [&]() -> std::optional<base::Error> {
                    return std::exchange(fail, false)
                               ? std::optional(base::Error{.code = ErrorCode::kAbortRequired})
                               : std::nullopt;
                  }});
  LedgerRun run(log, {.snapshot = kSnapshot, .snapshot_events = 5, .log = &faulty});
  log.Accept(SmallBatch());
  run.RunToIdle();
  log.Accept({DepositBody("d-2", "bob", 5)});
  fail = true;
  EXPECT_EQ(Must(run.Step()), StepOutcome::kRecovered);
  EXPECT_EQ(log.Read(runtime::kBalancesTopic, 0).size(), 0U);
  run.RunToIdle();
  EXPECT_EQ(LastBalances(log), BalancesOf(run.state()));
}

TEST(LedgerPartition, WritesAfterARestartTheBalancesThatItStillOwes) {
  PaymentLog log(1);
  {
    LedgerRun run(log, {.snapshot = kSnapshot});
    log.Accept(SmallBatch());
    run.RunToIdle();
    run.Close();
  }
  EXPECT_EQ(log.Read(runtime::kBalancesTopic, 0).size(), 0U);
  LedgerRun next(log, {.snapshot = kSnapshot});
  log.Accept({DepositBody("d-2", "bob", 5)});
  next.RunToIdle();
  EXPECT_EQ(LastBalances(log), BalancesOf(next.state()));
}

// Zombies.

TEST(LedgerPartition, HasNoEffectOnceDeposed) {
  PaymentLog log(1);
  log.Accept(SmallBatch());
  LedgerRun zombie(log, {.batch_records_max = 2});
  EXPECT_EQ(Must(zombie.Step()), StepOutcome::kCommitted);
  const auto before = zombie.state().progress();

  LedgerRun successor(log, {.batch_records_max = 2});
  EXPECT_EQ(Must(successor.Step()), StepOutcome::kCommitted);
  const auto journal = log.Values(runtime::kJournalTopic, 0);
  EXPECT_EQ(journal.size(), 4U);
  EXPECT_EQ(Must(zombie.Step()), StepOutcome::kPaused);
  EXPECT_EQ(Must(zombie.Step()), StepOutcome::kPaused);
  EXPECT_EQ(log.Values(runtime::kJournalTopic, 0), journal);
  EXPECT_EQ(zombie.state().progress(), before);
  successor.RunToIdle();
  EXPECT_EQ(BooksOf(log, successor), UndisturbedBooks(SmallBatch()));
}

// Two owners that depose each other at random, each with a snapshot of its own.
TEST(LedgerPartition, LeavesEachRecordsEventsOnceHoweverOftenItIsDeposed) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<std::string> bodies = SmallBatch();
  for (int i = 0; i < 60; ++i) {
    bodies.push_back(TransferBody("r-" + std::to_string(random() % 50), "alice", "bob", 1));
  }
  PaymentLog log(1);
  log.Accept(bodies);
  std::vector<std::unique_ptr<LedgerRun>> owners;
  for (const std::string name : {"a.sqlite", "b.sqlite"}) {
    owners.push_back(std::make_unique<LedgerRun>(
        log, testing::RunOptions{
                 .snapshot = name, .snapshot_events = 3, .batch_records_max = 1 + random() % 3}));
  }
  int deposed = 0;
  while (log.Read(runtime::kInboxTopic, 0).size() > log.Read(runtime::kJournalTopic, 0).size()) {
    LedgerRun& owner = *owners[random() % 2];
    if (Must(owner.Step()) == StepOutcome::kPaused) {
      ++deposed;
      owner.worker().Confirm();
    }
  }
  EXPECT_GT(deposed, 0);
  owners[0]->RunToIdle();
  EXPECT_EQ(BooksOf(log, *owners[0]), UndisturbedBooks(bodies));
}

// Equal states, at random points of a random history on two partitions.

class RandomHistory {
 public:
  explicit RandomHistory(unsigned seed) : random_(seed) {
    for (std::int32_t p = 0; p < 2; ++p) {
      for (int n = 0; n < 3; ++n) {
        accounts_.push_back(NameOn("account", p, 2, n));
      }
    }
  }
  std::vector<std::string> NextBodies() {
    std::vector<std::string> bodies;
    for (std::size_t n = Roll(12); n > 0; --n) {
      const std::string id = std::to_string(Roll(100));  // Repeats and conflicts too.
      const std::string account = accounts_[Roll(accounts_.size())];
      const auto minor = static_cast<std::int64_t>(1 + Roll(200));
      switch (Roll(5)) {
        case 0:
          bodies.push_back(OpenBody("o", account));
          break;
        case 1:
          bodies.push_back(DepositBody(id, account, minor));
          break;
        case 2:
          bodies.push_back(R"({"type":"close_account","command_id":")" + id + R"(","account":")" +
                           account + "\"}");
          break;
        default:
          if (const std::string to = accounts_[Roll(accounts_.size())]; to != account) {
            bodies.push_back(TransferBody(id, account, to, minor));
          }
      }
    }
    return bodies;
  }
  std::size_t Roll(std::size_t below) { return random_() % below; }

 private:
  std::mt19937 random_;
  std::vector<std::string> accounts_;
};

// Every remembered id of the snapshot, folded as the ledger folds them.
void ExpectIdsAreThose(const std::string& snapshot, const Progress& progress) {
  const auto store = Must(store::SnapshotStore::Open(snapshot));
  base::Hash256 digest;
  std::int64_t count = 0;
  Must(store->ForEachId([&](std::string_view key, std::string_view value) {
    digest = base::AddDigests(digest,
                              IndexDigest(std::string(key), Must(codec::DecodeIndexEntry(value))));
    ++count;
  }));
  EXPECT_EQ(count, progress.id_count);
  EXPECT_EQ(digest, progress.ids_digest);
}

TEST(LedgerPartition, RebuildsTheSameStateFromNothingAndFromASnapshotAtRandomPoints) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomHistory history(seed);
  PaymentLog log(2);
  for (int round = 0; round < 25; ++round) {
    for (std::int32_t p = 0; p < 2; ++p) {
      log.Accept(history.NextBodies());
      const std::string name = "ledger-" + std::to_string(p) + ".sqlite";
      const bool closes = history.Roll(3) == 0;
      base::Hash256 live;
      Progress progress;
      {
        LedgerRun run(log, {.partition = p,
                            .snapshot = name,
                            .snapshot_events = 1 + static_cast<std::int64_t>(history.Roll(20)),
                            .batch_records_max = 1 + history.Roll(8)});
        run.RunToIdle();
        if (closes) {
          run.Close();
        }
        EXPECT_TRUE(run.warnings().empty());
        live = run.hash();
        progress = run.state().progress();
      }
      LedgerRun from_nothing(log, {.partition = p});
      from_nothing.RunToIdle();
      ASSERT_EQ(from_nothing.hash(), live) << "round " << round;
      {
        LedgerRun from_snapshot(log, {.partition = p, .snapshot = name});
        from_snapshot.RunToIdle();
        ASSERT_EQ(from_snapshot.hash(), live) << "round " << round;
        EXPECT_TRUE(from_snapshot.warnings().empty());
      }
      if (closes) {
        ExpectIdsAreThose(log.SnapshotDirectory() + '/' + name, progress);
      }
    }
  }
}

}  // namespace
}  // namespace paylog::ledger
