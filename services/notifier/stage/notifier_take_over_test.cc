#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/notifier/stage/notifier_run.h"
#include "paylog/test_support/fault_log.h"

// Ends, restarts and commits that fail: no delivery is forgotten, none is repeated once its success
// was recorded, and a repeat has the same id and the same bytes.
namespace paylog::notifier::testing {
namespace {

using base::Error;
using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class NotifierTakeOverTest : public ::testing::Test {
 protected:
  void PublishSome(int count) {
    std::vector<log::Record> results;
    for (int i = 0; i < count; ++i) {
      results.push_back(ResultRecord("d-" + std::to_string(next_++), "alice"));
    }
    Publish(log_, results);
  }
  std::vector<std::string> Ids(const NotifierRun& run) {
    std::vector<std::string> ids;
    for (const Attempt& attempt : run.sender->sent()) {
      ids.push_back(attempt.id);
    }
    return ids;
  }
  std::optional<base::Offset> Checkpoint() {
    return test_support::Must(log_.log().CommittedOffset(
        std::string(runtime::kNotifierGroup),
        runtime::Partition(runtime::kDeliveriesTopic, base::PartitionId(0))));
  }

  test_support::PaymentLog log_{1};
  int next_ = 0;
};

TEST_F(NotifierTakeOverTest, ARestartForgetsNothingAndRepeatsNothingThatSucceeded) {
  PublishSome(3);
  std::vector<std::string> first;
  std::string failed_payload;
  {
    NotifierRun run(log_, {.schedule = {}, .gates = {.attempts_max = 1, .breaker = {}}});
    run.RunToIdle();
    run.sender->Answer(Status(200));
    run.RunToIdle();
    run.sender->Answer(Status(500));
    run.RunToIdle();  // The third is under way, and its answer never comes.
    first = Ids(run);
    failed_payload = run.sender->sent().at(1).payload;
  }
  ASSERT_THAT(first, SizeIs(3));
  log_.mutable_clock().Set(base::TimestampMs(log_.clock().Now().value() + 3'600'000));
  NotifierRun restarted(log_);
  restarted.AnswerAll(Status(200));
  EXPECT_THAT(Ids(restarted), ::testing::UnorderedElementsAre(first[1], first[2]));
  for (const Attempt& attempt : restarted.sender->sent()) {
    if (attempt.id == first[1]) {
      EXPECT_EQ(attempt.payload, failed_payload);
    }
  }
  NotifierRun again(log_);
  again.AnswerAll(Status(200));
  EXPECT_THAT(again.sender->sent(), IsEmpty());
}

// Sent and answered, but the answer was not committed: sent again, the same.
TEST_F(NotifierTakeOverTest, ADeathBeforeTheAnswerIsRecordedRepeatsIt) {
  PublishSome(1);
  Attempt first;
  {
    NotifierRun run(log_);
    run.RunToIdle();
    run.sender->Answer(Status(200));
    first = run.sender->sent().at(0);
  }
  NotifierRun restarted(log_);
  restarted.AnswerAll(Status(200));
  ASSERT_THAT(restarted.sender->sent(), SizeIs(1));
  EXPECT_EQ(restarted.sender->sent()[0].id, first.id);
  EXPECT_EQ(restarted.sender->sent()[0].payload, first.payload);
  EXPECT_THAT(Story(log_), ElementsAre("scheduled shop", "1 delivered shop"));
}

TEST_F(NotifierTakeOverTest, NothingIsSentBeforeItIsCommitted) {
  PublishSome(1);
  int failures = 3;
  test_support::FaultLog faulty(
      log_.log(), {.before_commit = [&]() -> std::optional<Error> {
        return failures-- > 0
                   ? std::optional(Error{.code = ErrorCode::kAbortRequired, .context = "scripted"})
                   : std::nullopt;
      }});
  NotifierRun run(log_, {.schedule = {}, .gates = {}, .log = &faulty});
  for (int i = 0; i < 3; ++i) {
    run.Step();
    EXPECT_THAT(run.sender->sent(), IsEmpty());
    EXPECT_TRUE(run.gates().AllTried()) << "nothing is scheduled";
  }
  run.AnswerAll(Status(200));
  EXPECT_THAT(run.sender->sent(), SizeIs(1));
  EXPECT_THAT(Story(log_), ElementsAre("scheduled shop", "1 delivered shop"));
}

TEST_F(NotifierTakeOverTest, AnOutcomeOfAnAbortedTransactionIsWrittenByTheNext) {
  PublishSome(1);
  bool fails = false;
  test_support::FaultLog faulty(
      log_.log(), {.before_commit = [&]() -> std::optional<Error> {
        return fails
                   ? std::optional(Error{.code = ErrorCode::kAbortRequired, .context = "scripted"})
                   : std::nullopt;
      }});
  NotifierRun run(log_, {.schedule = {}, .gates = {}, .log = &faulty});
  run.RunToIdle();
  run.sender->Answer(Status(200));
  fails = true;
  EXPECT_EQ(run.Step(), runtime::StepOutcome::kRecovered);
  EXPECT_EQ(run.Step(), runtime::StepOutcome::kRecovered);
  fails = false;
  run.RunToIdle();
  EXPECT_THAT(Story(log_), ElementsAre("scheduled shop", "1 delivered shop"));
  EXPECT_THAT(run.sender->sent(), SizeIs(1)) << "what is under way is not sent again";
}

// The commit took, and nobody said so: the take-over finds it in the log.
TEST_F(NotifierTakeOverTest, ACommitOfUnknownOutcomeIsLookedUp) {
  PublishSome(2);
  bool loses = true;
  test_support::FaultLog faulty(
      log_.log(), {.after_commit = [&]() -> std::optional<Error> {
        return std::exchange(loses, false)
                   ? std::optional(Error{.code = ErrorCode::kUnknownOutcome, .context = "scripted"})
                   : std::nullopt;
      }});
  NotifierRun run(log_, {.schedule = {}, .gates = {}, .log = &faulty});
  EXPECT_EQ(run.Step(), runtime::StepOutcome::kRecovered);
  run.RunToIdle();
  EXPECT_THAT(run.sender->sent(), SizeIs(2));
  loses = true;
  run.sender->Answer(Status(200));
  EXPECT_EQ(run.Step(), runtime::StepOutcome::kRecovered);
  run.RunToIdle();
  EXPECT_EQ(run.deliveries().pending(), 0U);
  EXPECT_THAT(run.sender->sent(), SizeIs(2));
  EXPECT_THAT(Story(log_), ElementsAre("scheduled shop", "scheduled shop", "1 delivered shop",
                                       "1 delivered shop"));
}

TEST_F(NotifierTakeOverTest, ATakeOverInTheSameProcessSendsNothingTwice) {
  PublishSome(1);
  NotifierRun run(log_);
  run.RunToIdle();
  run.worker().Reassign(log::GroupMetadata::Standalone(std::string(runtime::kNotifierGroup)));
  run.RunToIdle();
  EXPECT_EQ(run.tally().take_overs, 2) << "each assignment begins with one";
  EXPECT_THAT(run.sender->sent(), SizeIs(1));
  run.sender->Answer(Status(200));
  run.RunToIdle();
  EXPECT_THAT(Story(log_), ElementsAre("scheduled shop", "1 delivered shop"));
}

// Another owner in between has told the log more than this one knows.
TEST_F(NotifierTakeOverTest, AnOutcomeThatTheLogKnowsAlreadyIsPassedOver) {
  PublishSome(1);
  NotifierRun run(log_);
  run.RunToIdle();
  NotifierRun(log_).AnswerAll(Status(200));
  run.worker().Reassign(log::GroupMetadata::Standalone(std::string(runtime::kNotifierGroup)));
  run.sender->Answer(Status(500));
  run.RunToIdle();
  EXPECT_THAT(Story(log_), ElementsAre("scheduled shop", "1 delivered shop"));
  EXPECT_THAT(run.sender->sent(), SizeIs(1));
}

TEST_F(NotifierTakeOverTest, ReadsFromTheOldestThatIsPending) {
  PublishSome(50);
  NotifierRun(log_).AnswerAll(Status(200));
  PublishSome(1);
  {
    NotifierRun run(log_);
    run.RunToIdle();
    run.sender->Answer(Status(500));
    run.RunToIdle();
  }
  EXPECT_EQ(Checkpoint(), base::Offset(100));
  NotifierRun restarted(log_);
  restarted.RunToIdle();
  EXPECT_EQ(restarted.tally().replayed, 2);
  EXPECT_EQ(restarted.deliveries().pending(), 1U);
}

// A group may forget its offsets.
TEST_F(NotifierTakeOverTest, WithoutItsOffsetItGoesOnBehindTheLastEvent) {
  PublishSome(3);
  NotifierRun(log_).AnswerAll(Status(200));
  PublishSome(1);
  // The same events in another log, and no offsets.
  test_support::PaymentLog other(1);
  for (const std::string_view topic : {runtime::kResultsTopic, runtime::kDeliveriesTopic}) {
    std::vector<log::Record> records;
    for (const log::StoredRecord& record : log_.Read(topic, 0)) {
      records.push_back({.key = record.key, .value = record.value, .headers = record.headers});
    }
    other.Produce(runtime::Partition(topic, base::PartitionId(0)), records);
  }
  NotifierRun run(other);
  run.AnswerAll(Status(200));
  ASSERT_THAT(run.sender->sent(), SizeIs(1));
  EXPECT_THAT(run.sender->sent()[0].payload, HasSubstr("d-3"));
}

TEST_F(NotifierTakeOverTest, DamageInItsTopicIsNamed) {
  PublishSome(1);
  log_.Produce(runtime::Partition(runtime::kDeliveriesTopic, base::PartitionId(0)),
               {{.key = "x", .value = R"({"v":1})"}});
  NotifierRun run(log_);
  const base::Error error = test_support::ErrorOf(run.worker().Step(std::chrono::milliseconds(0)));
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_THAT(error.context, HasSubstr("notifier.deliveries/0 offset 0"));
  EXPECT_THAT(run.sender->sent(), IsEmpty());
}

TEST_F(NotifierTakeOverTest, AsksNobodyWhoToldAnotherPartitionThatHeWantsNoMore) {
  test_support::PaymentLog log(2);
  Publish(log, {ResultRecord("d-1", "alice")}, /*partition=*/0);
  NotifierRun(log).AnswerAll(Status(410));
  Publish(log, {ResultRecord("d-2", "bob")}, /*partition=*/1);
  NotifierRun other(log, {.schedule = {}, .gates = {}, .partition = 1});
  other.AnswerAll(Status(200));
  EXPECT_THAT(other.sender->sent(), IsEmpty());
  EXPECT_THAT(log.Values(runtime::kDeliveriesTopic, 1), IsEmpty()) << "nothing is scheduled";
}

TEST_F(NotifierTakeOverTest, AnEndpointThatIsDisabledIsWrittenAgainNowAndThen) {
  PublishSome(1);
  NotifierRun(log_).AnswerAll(Status(410));
  const auto before = Checkpoint();
  const Endpoint other = EndpointFor("other");
  {
    std::vector<log::Record> results;
    for (int i = 0; i < 5'010; ++i) {
      results.push_back(ResultRecord("e-" + std::to_string(i), "alice"));
    }
    Publish(log_, results);
    NotifierRun run(log_, {.endpoints = {EndpointFor("shop"), other}, .schedule = {}, .gates = {}});
    run.AnswerAll(Status(200));
    PublishSome(1);
    run.AnswerAll(Status(200));
  }
  EXPECT_GT(*Checkpoint(), base::Offset(before->value() + 10'000));
  PublishSome(1);
  NotifierRun restarted(log_);
  restarted.AnswerAll(Status(200));
  EXPECT_THAT(restarted.sender->sent(), IsEmpty()) << "it is disabled still";
  EXPECT_LT(restarted.tally().replayed, 100);
}

}  // namespace
}  // namespace paylog::notifier::testing
