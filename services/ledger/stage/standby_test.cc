#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/ledger/stage/ledger_run.h"
#include "paylog/test_support/fault_log.h"

// Goal: a standby writes nothing, takes over with what it lacks alone, and believes the log and not
// what it followed. Method: an owner and a standby on one embedded log; and a standby whose log
// becomes another one under it.
namespace paylog::ledger {
namespace {

using base::ErrorCode;
using test_support::DepositBody;
using test_support::ErrorOf;
using test_support::FaultLog;
using test_support::Must;
using test_support::OpenBody;
using test_support::PaymentLog;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LedgerRun;

const std::string kSnapshot = "ledger.sqlite";

// `count` events; `amount` makes histories differ.
std::vector<std::string> History(int count, std::int64_t amount = 1) {
  std::vector<std::string> bodies = {OpenBody("o", "alice")};
  for (int i = 1; i < count; ++i) {
    bodies.push_back(DepositBody("d-" + std::to_string(i), "alice", amount));
  }
  return bodies;
}

void Own(LedgerRun& run) {
  run.worker().Reassign(log::GroupMetadata::Standalone(std::string(runtime::kLedgerGroup)));
}

void FollowToTheEnd(LedgerRun& run) {
  run.worker().StandBy();
  while (Must(run.worker().Follow())) {
  }
}

std::size_t SizeOf(PaymentLog& log, std::string_view topic) {
  return log.Read(topic, 0).size();
}

// A log that becomes another one.
class MovingLog final : public log::Log {
 public:
  explicit MovingLog(log::Log& log) : log_(&log) {}
  void MoveTo(log::Log& log) { log_ = &log; }

  base::Result<void> CreateTopics(std::span<const log::TopicSpec> specs) override {
    return log_->CreateTopics(specs);
  }
  base::Result<void> CheckTopics(std::span<const log::TopicSpec> specs) override {
    return log_->CheckTopics(specs);
  }
  base::Result<std::vector<log::TopicSpec>> ListTopics() override { return log_->ListTopics(); }
  base::Result<std::unique_ptr<log::Reader>> NewReader(const log::TopicPartition& from,
                                                       log::Isolation isolation) override {
    return log_->NewReader(from, isolation);
  }
  base::Result<std::unique_ptr<log::TransactionalWriter>> NewWriter(
      const std::string& transactional_id) override {
    return log_->NewWriter(transactional_id);
  }
  base::Result<std::unique_ptr<log::Producer>> NewProducer() override {
    return log_->NewProducer();
  }
  base::Result<std::unique_ptr<log::GroupMember>> JoinGroup(
      const std::string& group, const std::vector<std::string>& topics) override {
    return log_->JoinGroup(group, topics);
  }
  base::Result<std::optional<base::Offset>> CommittedOffset(
      const std::string& group, const log::TopicPartition& from) override {
    return log_->CommittedOffset(group, from);
  }

 private:
  log::Log* log_;
};

TEST(Standby, TakesOverWithTheTailAlone) {
  PaymentLog log(1);
  log.Accept(History(10));
  LedgerRun owner(log);
  owner.RunToIdle();
  LedgerRun standby(log);
  FollowToTheEnd(standby);
  EXPECT_EQ(standby.hash(), owner.hash());
  log.Accept({DepositBody("d-x", "alice", 5), DepositBody("d-y", "alice", 5)});
  owner.RunToIdle();
  Own(standby);
  standby.RunToIdle();
  EXPECT_EQ(standby.hash(), owner.hash());
  EXPECT_EQ(standby.tally().replayed, 2);
  EXPECT_EQ(standby.tally().take_overs, 1);
  EXPECT_EQ(SizeOf(log, runtime::kJournalTopic), 12U);
}

TEST(Standby, WritesNothing) {
  PaymentLog log(1);
  log.Accept(History(10));
  LedgerRun owner(log);
  owner.RunToIdle();
  log.Accept({DepositBody("d-x", "alice", 5)});  // Which nobody has processed.
  LedgerRun standby(log);
  FollowToTheEnd(standby);
  EXPECT_EQ(SizeOf(log, runtime::kJournalTopic), 10U);
  EXPECT_EQ(SizeOf(log, runtime::kResultsTopic), 10U);
  EXPECT_EQ(SizeOf(log, runtime::kBalancesTopic), 0U);
  EXPECT_EQ(standby.tally().replayed, 0);
  EXPECT_FALSE(standby.worker().is_serving());
  owner.RunToIdle();
  EXPECT_EQ(owner.tally().aborts, 0) << "it was not fenced";
  EXPECT_EQ(SizeOf(log, runtime::kJournalTopic), 11U);
}

TEST(Standby, KnowsTheIdsThatItReadOf) {
  PaymentLog log(1);
  log.Accept(History(10));
  LedgerRun owner(log);
  owner.RunToIdle();
  LedgerRun standby(log);
  FollowToTheEnd(standby);
  log.Accept(History(10));
  Own(standby);
  standby.RunToIdle();
  EXPECT_EQ(standby.tally().duplicates, 10);
  EXPECT_EQ(standby.state().Find(*model::AccountId::Parse("alice"))->posted, 9);
}

// And comes back, over and over.
TEST(Standby, AnOwnerStandsBy) {
  PaymentLog log(1);
  log.Accept(History(3));
  LedgerRun first(log);
  LedgerRun second(log);
  LedgerRun* owner = &first;
  LedgerRun* other = &second;
  owner->RunToIdle();
  for (int round = 0; round < 4; ++round) {
    std::swap(owner, other);
    other->worker().StandBy();
    Own(*owner);
    log.Accept({DepositBody("r-" + std::to_string(round), "alice", 7)});
    owner->RunToIdle();
    FollowToTheEnd(*other);
    EXPECT_EQ(other->hash(), owner->hash()) << "round " << round;
  }
  EXPECT_EQ(first.tally().replayed, 0);
  EXPECT_EQ(second.tally().replayed, 3) << "when it took over first, and had followed nothing";
  EXPECT_EQ(SizeOf(log, runtime::kJournalTopic), 7U);
}

TEST(Standby, RefusesALogThatLacksWhatItFollowed) {
  PaymentLog whole(1);
  PaymentLog shorter(1);
  whole.Accept(History(10));
  shorter.Accept(History(6));
  for (PaymentLog* const log : {&whole, &shorter}) {
    LedgerRun owner(*log);
    owner.RunToIdle();
  }
  MovingLog log(whole.log());
  LedgerRun standby(whole, {.log = &log});
  FollowToTheEnd(standby);
  log.MoveTo(shorter.log());
  Own(standby);
  const base::Error error = ErrorOf(standby.TryRunToIdle());
  EXPECT_EQ(error.code, ErrorCode::kLostRecords);
  EXPECT_THAT(error.context, HasSubstr("up to sequence 10"));
  EXPECT_THAT(standby.warnings(), ElementsAre());
  EXPECT_EQ(SizeOf(shorter, runtime::kJournalTopic), 6U);
}

TEST(Standby, DropsWhatTheLogContradicts) {
  PaymentLog one(1);
  PaymentLog another(1);
  one.Accept(History(10));
  another.Accept(History(12, /*amount=*/3));
  LedgerRun owner(another);
  owner.RunToIdle();
  LedgerRun(one).RunToIdle();
  MovingLog log(one.log());
  LedgerRun standby(one, {.log = &log});
  FollowToTheEnd(standby);
  log.MoveTo(another.log());
  Own(standby);
  standby.RunToIdle();
  EXPECT_THAT(standby.warnings(), ElementsAre(HasSubstr("another event at sequence 10")));
  EXPECT_EQ(standby.hash(), owner.hash());
  EXPECT_EQ(standby.tally().replayed, 12) << "from the beginning";
  EXPECT_EQ(SizeOf(another, runtime::kJournalTopic), 12U);
}

// Trouble ends nothing: what was followed is compared before it goes on.
TEST(Standby, ComparesAgainWhenItBeginsAnew) {
  PaymentLog one(1);
  PaymentLog another(1);
  one.Accept(History(10));
  another.Accept(History(12, /*amount=*/3));
  LedgerRun owner(another);
  owner.RunToIdle();
  LedgerRun(one).RunToIdle();
  MovingLog log(one.log());
  LedgerRun standby(one, {.log = &log});
  FollowToTheEnd(standby);
  Own(standby);
  standby.RunToIdle();
  log.MoveTo(another.log());
  FollowToTheEnd(standby);
  EXPECT_THAT(standby.warnings(), ElementsAre(HasSubstr("another event at sequence 10")));
  EXPECT_EQ(standby.hash(), owner.hash());
}

// A take-over that failed half-way has opened the snapshot anew, and so forgotten what had changed
// since: to save its state then would make ids unknown that have been used.
TEST(Standby, SavesNothingOfAStateThatItCouldNotRestore) {
  PaymentLog payments(1);
  payments.Accept(History(10));
  LedgerRun(payments, {.snapshot = kSnapshot, .snapshot_events = 10}).RunToIdle();
  bool journal_is_silent = false;
  FaultLog log(payments.log(),
               {.on_poll = [&](const log::TopicPartition& from) -> std::optional<base::Error> {
                 if (!journal_is_silent || from.topic != runtime::kJournalTopic) {
                   return std::nullopt;
                 }
                 return base::Error{
                     .code = ErrorCode::kTimedOut, .context = "silence", .retriable = true};
               }});
  {
    LedgerRun run(payments, {.snapshot = kSnapshot, .log = &log});
    payments.Accept({DepositBody("late", "alice", 5)});
    run.RunToIdle();  // "late" is in no snapshot yet.
    payments.Accept({DepositBody("later", "alice", 5)});
    LedgerRun(payments).RunToIdle();
    journal_is_silent = true;
    payments.Accept({DepositBody("last", "alice", 5)});
    EXPECT_EQ(Must(run.Step()), runtime::StepOutcome::kPaused) << "deposed";
    Own(run);
    EXPECT_EQ(Must(run.Step()), runtime::StepOutcome::kRecovered);
    EXPECT_FALSE(run.worker().is_serving());
    run.worker().StandBy();
    run.Close();
  }

  payments.Accept({DepositBody("late", "alice", 5)});
  LedgerRun next(payments, {.snapshot = kSnapshot});
  next.RunToIdle();
  LedgerRun replayed(payments);
  replayed.RunToIdle();
  EXPECT_EQ(next.hash(), replayed.hash());
  const auto results = payments.ResultsOf("alice", "late");
  ASSERT_EQ(results.size(), 2U);
  EXPECT_TRUE(results[1].duplicate);
}

TEST(Standby, SavesSnapshotsOfItsOwn) {
  PaymentLog log(1);
  log.Accept(History(10));
  LedgerRun owner(log);
  owner.RunToIdle();
  {
    LedgerRun standby(log, {.snapshot = kSnapshot, .snapshot_events = 4});
    FollowToTheEnd(standby);
    EXPECT_EQ(standby.tally().snapshots, 2);
    standby.Close();
    EXPECT_EQ(standby.tally().snapshots, 3);
  }
  LedgerRun next(log, {.snapshot = kSnapshot});
  next.RunToIdle();
  EXPECT_EQ(next.tally().replayed, 0);
  EXPECT_EQ(next.hash(), owner.hash());
}

}  // namespace
}  // namespace paylog::ledger
