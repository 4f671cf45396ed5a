#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/codec/headers.h"
#include "paylog/codec/result_codec.h"
#include "paylog/ledger/stage/ledger_run.h"
#include "paylog/sqlite/database.h"
#include "paylog/store/parts.h"

// Goal: every verdict of ADR 0007 at a take-over: what is used, what is discarded with a warning,
// and what is refused. Method: one run leaves a journal and a snapshot on an embedded log; one of
// them is changed; another run takes over.
namespace paylog::ledger {
namespace {

using base::ErrorCode;
using model::ResultCode;
using test_support::DepositBody;
using test_support::ErrorOf;
using test_support::Must;
using test_support::NameOn;
using test_support::OpenBody;
using test_support::PaymentLog;
using test_support::TransferBody;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LedgerRun;

const std::string kSnapshot = "ledger.sqlite";

// 2 + 1 + `transfers` commands; one event each. `amount` makes histories differ.
std::vector<std::string> History(int transfers, std::int64_t amount = 1) {
  std::vector<std::string> bodies = {OpenBody("o-1", "alice"), OpenBody("o-2", "bob"),
                                     DepositBody("d-1", "alice", 1000 + amount)};
  for (int i = 0; i < transfers; ++i) {
    bodies.push_back(TransferBody("t-" + std::to_string(i), "alice", "bob", amount));
  }
  return bodies;
}

std::size_t JournalSize(PaymentLog& log, std::int32_t partition = 0) {
  return log.Read(runtime::kJournalTopic, partition).size();
}

// Commits an offset of the inbox as only a foreign hand would.
void SetCommitted(PaymentLog& log, std::int64_t next) {
  const auto writer = Must(log.log().NewWriter("a-foreign-hand"));
  Must(writer->Init());
  Must(writer->Begin());
  Must(writer->CommitOffset(log::GroupMetadata::Standalone(std::string(runtime::kLedgerGroup)),
                            runtime::Partition(runtime::kInboxTopic, base::PartitionId(0)),
                            base::Offset(next)));
  Must(writer->Commit());
}

// Runs to the end of the inbox and closes, which saves a snapshot. Returns the state's hash.
base::Hash256 RunAndClose(PaymentLog& log, const testing::RunOptions& options) {
  LedgerRun run(log, options);
  run.RunToIdle();
  run.Close();
  EXPECT_THAT(run.warnings(), ElementsAre());
  return run.hash();
}

TEST(TakeOver, ReplaysAllWithoutASnapshot) {
  PaymentLog log(1);
  log.Accept(History(10));
  const base::Hash256 hash = RunAndClose(log, {});
  LedgerRun next(log);
  next.RunToIdle();
  EXPECT_EQ(next.tally().replayed, 13);
  EXPECT_EQ(next.hash(), hash);
  EXPECT_EQ(JournalSize(log), 13U);
}

// A rebalance or a stop does not wait for a long replay.
TEST(TakeOver, EndsWhenItIsInterrupted) {
  PaymentLog log(1);
  log.Accept(History(10));
  const base::Hash256 hash = RunAndClose(log, {});
  LedgerRun next(log);
  next.worker().Interrupt();
  EXPECT_EQ(Must(next.Step()), runtime::StepOutcome::kIdle);
  EXPECT_FALSE(next.worker().is_serving());
  EXPECT_EQ(next.worker().backoff().count(), 0) << "it is no trouble";
  next.worker().Reassign(log::GroupMetadata::Standalone(std::string(runtime::kLedgerGroup)));
  next.RunToIdle();
  EXPECT_TRUE(next.worker().is_serving());
  EXPECT_EQ(next.hash(), hash);
  EXPECT_EQ(JournalSize(log), 13U);
}

TEST(TakeOver, ReplaysOnlyWhatASnapshotLacks) {
  PaymentLog log(1);
  log.Accept(History(10));
  RunAndClose(log, {.snapshot = kSnapshot});
  log.Accept({DepositBody("d-2", "alice", 5), TransferBody("t-x", "alice", "bob", 2)});
  const base::Hash256 hash = RunAndClose(log, {});  // Elsewhere.
  LedgerRun next(log, {.snapshot = kSnapshot});
  next.RunToIdle();
  EXPECT_EQ(next.tally().replayed, 2);
  EXPECT_EQ(next.hash(), hash);
  EXPECT_THAT(next.warnings(), ElementsAre());
}

// A replay touches accounts that are not here: the debtor of another partition, and one that never
// was. Neither belongs into a snapshot.
TEST(TakeOver, SavesWhatItReplayed) {
  PaymentLog log(2);
  const std::string here = NameOn("here", 0, 2);
  const std::string there = NameOn("there", 1, 2);
  log.Accept({OpenBody("o", here), OpenBody("o", there), DepositBody("d", here, 100),
              DepositBody("d", NameOn("nobody", 1, 2), 5)});
  log.Accept({TransferBody("t", here, there, 30)});
  {
    LedgerRun debtor(log, {.partition = 0});
    LedgerRun creditor(log, {.partition = 1});
    debtor.RunToIdle();
    creditor.RunToIdle();
  }
  const base::Hash256 hash =
      RunAndClose(log, {.partition = 1, .snapshot = kSnapshot, .snapshot_events = 1});
  LedgerRun next(log, {.partition = 1, .snapshot = kSnapshot});
  next.RunToIdle();
  EXPECT_EQ(next.tally().replayed, 0);
  EXPECT_EQ(next.hash(), hash);
}

TEST(TakeOver, DiscardsASnapshotWithAnotherHistory) {
  PaymentLog other(1);
  other.Accept(History(10, 2));
  RunAndClose(other, {.snapshot = kSnapshot});
  PaymentLog log(1);
  log.Accept(History(10));
  const base::Hash256 hash = RunAndClose(log, {});
  std::filesystem::copy_file(other.SnapshotDirectory() + '/' + kSnapshot,
                             log.SnapshotDirectory() + '/' + kSnapshot);
  LedgerRun next(log, {.snapshot = kSnapshot});
  next.RunToIdle();
  EXPECT_THAT(next.warnings(), ElementsAre(HasSubstr("another event at its position")));
  EXPECT_EQ(next.tally().replayed, 13);
  EXPECT_EQ(next.hash(), hash);
}

TEST(TakeOver, DiscardsASnapshotOfAnotherPartition) {
  PaymentLog log(2);
  log.Accept({OpenBody("o", NameOn("a", 0, 2)), OpenBody("o", NameOn("b", 1, 2))});
  RunAndClose(log, {.partition = 0, .snapshot = kSnapshot});
  const base::Hash256 hash = RunAndClose(log, {.partition = 1});
  LedgerRun next(log, {.partition = 1, .snapshot = kSnapshot});
  next.RunToIdle();
  EXPECT_THAT(next.warnings(), ElementsAre(HasSubstr("partition 0 of 2")));
  EXPECT_EQ(next.hash(), hash);
}

TEST(TakeOver, DiscardsASnapshotOfAnotherPartitionCount) {
  PaymentLog other(2);
  other.Accept({OpenBody("o", NameOn("a", 0, 2))});
  RunAndClose(other, {.snapshot = kSnapshot});
  PaymentLog log(1);
  log.Accept(History(3));
  const base::Hash256 hash = RunAndClose(log, {});
  std::filesystem::copy_file(other.SnapshotDirectory() + '/' + kSnapshot,
                             log.SnapshotDirectory() + '/' + kSnapshot);
  LedgerRun next(log, {.snapshot = kSnapshot});
  next.RunToIdle();
  EXPECT_THAT(next.warnings(), ElementsAre(HasSubstr("partition 0 of 2")));
  EXPECT_EQ(next.hash(), hash);
}

// Bytes are changed, cut off or replaced anywhere in the file; a change may also be harmless.
TEST(TakeOver, RebuildsWhateverHappensToTheSnapshot) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  PaymentLog log(1);
  log.Accept(History(60));
  const base::Hash256 hash = RunAndClose(log, {.snapshot = kSnapshot});
  const std::string path = log.SnapshotDirectory() + '/' + kSnapshot;
  const std::string good = test_support::ReadFile(path);
  ASSERT_GT(good.size(), 4096U);
  int warned = 0;
  for (int round = 0; round < 60; ++round) {
    std::string bad = good;
    const std::size_t at = random() % bad.size();
    if (round % 10 == 0) {
      bad.resize(at);
    } else if (round % 10 == 1) {
      bad = "this is no database";
    } else {
      bad[at] = static_cast<char>(bad[at] ^ static_cast<char>(1U << (random() % 8)));
    }
    test_support::WriteFile(path, bad);
    std::filesystem::remove(path + "-wal");
    log.Accept({TransferBody("t-0", "alice", "bob", 1), TransferBody("t-1", "alice", "bob", 99)});
    LedgerRun next(log, {.snapshot = kSnapshot});
    next.RunToIdle();
    LedgerRun fresh(log, {});
    fresh.RunToIdle();
    ASSERT_EQ(next.hash(), fresh.hash()) << "round " << round << ", byte " << at;
    warned += next.warnings().empty() ? 0 : 1;
  }
  EXPECT_GE(warned, 6);  // The replaced ones at least.
  const auto results = log.ResultsOf("alice", "t-1");
  ASSERT_EQ(results.size(), 61U);
  EXPECT_TRUE(std::all_of(results.begin() + 1, results.end(), [](const auto& result) {
    return result.code == ResultCode::kIdempotencyConflict;
  }));
  EXPECT_NE(hash, base::Hash256());
}

// What is damaged is ids that no start reads: a save that merges them meets it.
TEST(TakeOver, RebuildsWhenASaveMeetsDamage) {
  PaymentLog log(1);
  log.Accept(History(0));
  RunAndClose(log, {.snapshot = kSnapshot});
  for (int i = 1; i < 3; ++i) {
    log.Accept({DepositBody("e-" + std::to_string(i), "alice", 1)});
    RunAndClose(log, {.snapshot = kSnapshot});
  }
  {
    const auto database =
        Must(sqlite::Database::Open(log.SnapshotDirectory() + '/' + kSnapshot, {}));
    const auto oldest = store::PartId(/*run=*/1, store::PartKind::kBlock, 0);
    Must(database->Execute("UPDATE parts SET data = x'00' WHERE id = " + std::to_string(oldest)));
  }
  LedgerRun run(log, {.snapshot = kSnapshot, .snapshot_events = 1});
  log.Accept({DepositBody("e-3", "alice", 1)});
  run.RunToIdle();
  EXPECT_THAT(run.warnings(), ElementsAre(HasSubstr("could not be saved, it will be rebuilt")));
  log.Accept({DepositBody("e-4", "alice", 1)});
  run.RunToIdle();
  EXPECT_THAT(run.warnings(),
              ElementsAre(HasSubstr("could not be saved"), HasSubstr("found damaged in use")));
  EXPECT_EQ(run.tally().replayed, 6) << "all of it";
  log.Accept({DepositBody("d-1", "alice", 1001)});
  run.RunToIdle();
  run.Close();
  EXPECT_TRUE(log.ResultsOf("alice", "d-1").back().duplicate);
  LedgerRun fresh(log);
  fresh.RunToIdle();
  EXPECT_EQ(run.hash(), fresh.hash());
}

TEST(TakeOver, RefusesASnapshotBeyondTheJournal) {
  PaymentLog longer(1);
  longer.Accept(History(10));
  RunAndClose(longer, {.snapshot = kSnapshot});
  PaymentLog log(1);
  log.Accept(History(5));
  RunAndClose(log, {});
  std::filesystem::copy_file(longer.SnapshotDirectory() + '/' + kSnapshot,
                             log.SnapshotDirectory() + '/' + kSnapshot);
  log.Accept({DepositBody("d-2", "alice", 5)});
  LedgerRun next(log, {.snapshot = kSnapshot});
  const base::Error error = ErrorOf(next.TryRunToIdle());
  EXPECT_EQ(error.code, ErrorCode::kLostRecords);
  EXPECT_THAT(error.context, HasSubstr("sequence 13"));
  EXPECT_EQ(JournalSize(log), 8U);
  EXPECT_TRUE(std::filesystem::exists(log.SnapshotDirectory() + '/' + kSnapshot)) << "evidence";
}

TEST(TakeOver, RefusesAnOffsetBeyondTheJournal) {
  PaymentLog log(1);
  log.Accept(History(5));
  RunAndClose(log, {});
  log.Accept({DepositBody("d-2", "alice", 5)});
  SetCommitted(log, 9);
  LedgerRun next(log);
  const base::Error error = ErrorOf(next.TryRunToIdle());
  EXPECT_EQ(error.code, ErrorCode::kLostRecords);
  EXPECT_THAT(error.context, HasSubstr("inbox offset 9"));
  EXPECT_EQ(JournalSize(log), 8U);
}

TEST(TakeOver, RefusesAnEmptyJournalUnderAnOffset) {
  PaymentLog log(1);
  log.Accept(History(5));
  SetCommitted(log, 3);
  LedgerRun next(log);
  EXPECT_EQ(ErrorOf(next.TryRunToIdle()).code, ErrorCode::kLostRecords);
  EXPECT_EQ(JournalSize(log), 0U);
}

TEST(TakeOver, LetsTheJournalWinOverAMissingOffset) {
  PaymentLog log(1);
  log.Accept(History(5));
  const base::Hash256 hash = RunAndClose(log, {.group = "a group of the past"});
  LedgerRun next(log);
  next.RunToIdle();
  EXPECT_EQ(next.hash(), hash);
  EXPECT_EQ(JournalSize(log), 8U);
}

TEST(TakeOver, LetsTheJournalWinOverAnOffsetBehindIt) {
  PaymentLog log(1);
  log.Accept(History(5));
  RunAndClose(log, {});
  SetCommitted(log, 2);
  log.Accept({DepositBody("d-2", "alice", 5)});
  LedgerRun next(log);
  next.RunToIdle();
  EXPECT_EQ(JournalSize(log), 9U);
  EXPECT_EQ(log.Read(runtime::kResultsTopic, 0).size(), 9U);
  EXPECT_EQ(Must(log.log().CommittedOffset(
                std::string(runtime::kLedgerGroup),
                runtime::Partition(runtime::kInboxTopic, base::PartitionId(0)))),
            base::Offset(9));
}

// A return that finds the debtor closed leaves two events, and the log never shows one of them
// alone; where it does, it is not the log that was written.
TEST(TakeOver, RefusesAJournalThatEndsWithinAnInboxRecord) {
  PaymentLog whole(2);
  const std::string debtor = NameOn("debtor", 0, 2);
  whole.Accept({OpenBody("o", debtor), DepositBody("d", debtor, 100),
                TransferBody("t", debtor, NameOn("nobody", 1, 2), 100),
                R"({"type":"close_account","command_id":"c","account":")" + debtor + "\"}"});
  {
    LedgerRun first(whole, {.partition = 0});
    LedgerRun second(whole, {.partition = 1});
    first.RunToIdle();
    second.RunToIdle();
    first.RunToIdle();
  }
  auto journal = whole.Read(runtime::kJournalTopic, 0);
  ASSERT_THAT(journal.back().value, HasSubstr("transfer_returned"));
  journal.pop_back();
  ASSERT_THAT(journal.back().value, HasSubstr("account_reopened"));

  PaymentLog torn(2);
  for (const auto& [topic, records] :
       {std::pair(runtime::kInboxTopic, whole.Read(runtime::kInboxTopic, 0)),
        std::pair(runtime::kJournalTopic, journal)}) {
    for (const log::StoredRecord& record : records) {
      torn.Produce(runtime::Partition(topic, base::PartitionId(0)),
                   {{.key = record.key, .value = record.value, .headers = record.headers}});
    }
  }
  LedgerRun next(torn);
  const base::Error error = ErrorOf(next.TryRunToIdle());
  EXPECT_EQ(error.code, ErrorCode::kLostRecords);
  EXPECT_THAT(error.context, HasSubstr("within the events of inbox offset 4"));
  EXPECT_EQ(JournalSize(torn), journal.size());
}

TEST(TakeOver, RefusesAJournalWithABrokenChain) {
  PaymentLog whole(1);
  whole.Accept(History(5));
  RunAndClose(whole, {});
  auto journal = whole.Read(runtime::kJournalTopic, 0);
  journal.erase(journal.begin() + 4);
  PaymentLog broken(1);
  for (const log::StoredRecord& record : journal) {
    broken.Produce(runtime::Partition(runtime::kJournalTopic, base::PartitionId(0)),
                   {{.key = record.key, .value = record.value, .headers = record.headers}});
  }
  LedgerRun next(broken);
  const base::Error error = ErrorOf(next.TryRunToIdle());
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_THAT(error.context, HasSubstr("journal offset 4"));
}

TEST(TakeOver, StopsAtAnInboxRecordThatCannotBeRead) {
  using log::Headers;
  const Headers command = {{codec::kCeType, codec::kTypeCommand}};
  const Headers message = {{codec::kCeType, codec::kTypeMessage}};
  const std::vector<log::Record> unreadable = {
      {.key = "alice", .value = "garbage", .headers = command},
      {.key = "alice", .value = "garbage", .headers = message},
      {.key = "alice", .value = DepositBody("d-2", "alice", 5), .headers = {}},
      {.key = "alice",
       .value = DepositBody("d-2", "alice", 5),
       .headers = {{codec::kCeType, "paylog.command.v2"}}},
      {.key = "alice", .value = DepositBody("d-2", "alice", 5), .headers = message},
      {.key = "alice", .value = DepositBody("d-2", "alice", 0), .headers = command},
      {.key = "alice", .value = "", .headers = command}};
  for (const log::Record& record : unreadable) {
    SCOPED_TRACE(record.value);
    PaymentLog log(1);
    log.Accept(History(5));
    RunAndClose(log, {});
    log.Accept({DepositBody("d-3", "alice", 5)});
    log.Produce(runtime::Partition(runtime::kInboxTopic, base::PartitionId(0)), {record});
    LedgerRun next(log);
    const base::Error error = ErrorOf(next.TryRunToIdle());
    EXPECT_EQ(error.code, ErrorCode::kCorrupt);
    EXPECT_TRUE(error.fatal);
    EXPECT_THAT(error.context, HasSubstr("ledger.inbox/0"));
    EXPECT_THAT(error.context, HasSubstr("offset 9: unreadable inbox record"));
    EXPECT_EQ(JournalSize(log), 8U);
    EXPECT_EQ(log.Read(runtime::kResultsTopic, 0).size(), 8U);
  }
}

TEST(TakeOver, FindsSavedIdsOnDisk) {
  PaymentLog log(1);
  log.Accept(History(5));
  RunAndClose(log, {.snapshot = kSnapshot});
  log.Accept({TransferBody("t-3", "alice", "bob", 1), TransferBody("t-4", "alice", "bob", 7)});
  LedgerRun next(log, {.snapshot = kSnapshot});
  next.RunToIdle();
  EXPECT_EQ(next.tally().replayed, 0);

  const auto repeated = log.ResultsOf("alice", "t-3");
  ASSERT_EQ(repeated.size(), 2U);
  model::CommandResult expected = repeated[0];
  expected.duplicate = true;
  EXPECT_EQ(codec::EncodeResult(repeated[1]), codec::EncodeResult(expected));
  const auto other_body = log.ResultsOf("alice", "t-4");
  ASSERT_EQ(other_body.size(), 2U);
  EXPECT_EQ(other_body[1].code, ResultCode::kIdempotencyConflict);
  EXPECT_FALSE(other_body[1].duplicate);
}

}  // namespace
}  // namespace paylog::ledger
