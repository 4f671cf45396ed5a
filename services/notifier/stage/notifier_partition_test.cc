#include "paylog/notifier/stage/notifier_partition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "paylog/codec/headers.h"
#include "paylog/notifier/stage/notifier_run.h"

// One partition without trouble from the log: what is sent, when, and what is written of it.
namespace paylog::notifier::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

class NotifierPartitionTest : public ::testing::Test {
 protected:
  std::vector<log::StoredRecord> DeadLetters() { return log_.Read(runtime::kDeadLettersTopic, 0); }
  void Later(std::chrono::milliseconds time) {
    log_.mutable_clock().Set(base::TimestampMs(log_.clock().Now().value() + time.count()));
  }
  std::vector<model::CommandResult> Sent(const NotifierRun& run, const std::string& endpoint) {
    std::vector<model::CommandResult> results;
    for (const Attempt& attempt : run.sender->sent()) {
      if (attempt.endpoint->name == endpoint) {
        const auto body = nlohmann::ordered_json::parse(attempt.payload);
        results.push_back(test_support::Must(codec::DecodeResult(body.at("data").dump())));
      }
    }
    return results;
  }

  test_support::PaymentLog log_{1};
};

TEST_F(NotifierPartitionTest, SendsWhatIsScheduledAndWritesWhatCameOfIt) {
  Publish(log_, {ResultRecord("d-1", "alice", {"alice"})});
  NotifierRun run(log_);
  run.RunToIdle();
  ASSERT_THAT(run.sender->sent(), SizeIs(1));
  const Attempt& attempt = run.sender->sent().front();
  EXPECT_THAT(attempt.id, MatchesRegex("msg_[0-9a-f]{40}"));
  EXPECT_EQ(attempt.endpoint->name, "shop");
  EXPECT_EQ(attempt.time, log_.clock().Now());
  EXPECT_EQ(attempt.payload,
            R"({"type":"command.completed","timestamp":"2026-11-21T08:00:00.000Z","data":)" +
                log_.Values(runtime::kResultsTopic, 0).front() + '}');
  EXPECT_THAT(Story(log_), ElementsAre("scheduled shop")) << "not sent before that is committed";
  EXPECT_FALSE(run.gates().AllTried());

  run.sender->Answer(Status(204));
  run.RunToIdle();
  EXPECT_THAT(Story(log_), ElementsAre("scheduled shop", "1 delivered shop"));
  EXPECT_TRUE(run.gates().AllTried());
  EXPECT_EQ(run.tally().webhooks_delivered, 1);
  EXPECT_THAT(run.sender->sent(), SizeIs(1));
  EXPECT_THAT(DeadLetters(), IsEmpty());
  EXPECT_THAT(run.warnings, IsEmpty());
}

TEST_F(NotifierPartitionTest, RecordsNameTheirCause) {
  Publish(log_, {ResultRecord("d-1", "alice")});
  NotifierRun run(log_);
  run.AnswerAll(Status(200));
  const auto records = log_.Read(runtime::kDeliveriesTopic, 0);
  ASSERT_THAT(records, SizeIs(2));
  const std::string id = run.sender->sent().front().id;
  for (const log::StoredRecord& record : records) {
    EXPECT_EQ(record.key, id);
    EXPECT_EQ(record.FindHeader(codec::kCeType), codec::kTypeDelivery);
    EXPECT_EQ(record.FindHeader(codec::kCeSource), "paylog/notifier/0");
    EXPECT_EQ(record.FindHeader(codec::kOrigin), "payments.results/0/0");
  }
  EXPECT_EQ(records[0].FindHeader(codec::kCeId), id + ":scheduled");
  EXPECT_EQ(records[1].FindHeader(codec::kCeId), id + ":1:delivered");
}

TEST_F(NotifierPartitionTest, TellsEachEndpointOfItsAccountsOnly) {
  Publish(log_, {ResultRecord("t-1", "alice", {"alice", "bob"}), ResultRecord("d-1", "carol")});
  NotifierRun run(log_, {.endpoints = {EndpointFor("alices", {"alice"}),
                                       EndpointFor("bobs", {"bob"}), EndpointFor("all")},
                         .schedule = {},
                         .gates = {}});
  run.AnswerAll(Status(200));
  ASSERT_THAT(Sent(run, "alices"), SizeIs(1));
  ASSERT_THAT(Sent(run, "alices")[0].balances, SizeIs(1));
  EXPECT_EQ(Sent(run, "alices")[0].balances[0].account.value(), "alice");
  ASSERT_THAT(Sent(run, "bobs"), SizeIs(1));
  ASSERT_THAT(Sent(run, "bobs")[0].balances, SizeIs(1));
  EXPECT_EQ(Sent(run, "bobs")[0].balances[0].account.value(), "bob");
  ASSERT_THAT(Sent(run, "all"), SizeIs(2));
  EXPECT_THAT(Sent(run, "all")[0].balances, SizeIs(2));
  for (const Attempt& attempt : run.sender->sent()) {
    if (attempt.endpoint->name == "bobs") {
      EXPECT_THAT(attempt.payload, Not(HasSubstr(R"({"account":"alice")")));
    }
  }
}

// Two logs, two endpoints, two results: nothing but the same delivery has the same id.
TEST_F(NotifierPartitionTest, IdsAreOfOneDeliveryOnly) {
  test_support::PaymentLog other(1);
  Publish(log_, {ResultRecord("d-1", "alice"), ResultRecord("d-1", "alice")});
  Publish(other, {ResultRecord("d-2", "alice")});
  std::set<std::string> ids;
  for (test_support::PaymentLog* const log : {&log_, &other}) {
    NotifierRun run(
        *log,
        {.endpoints = {EndpointFor("shop"), EndpointFor("bank")}, .schedule = {}, .gates = {}});
    run.AnswerAll(Status(200));
    for (const Attempt& attempt : run.sender->sent()) {
      ids.insert(attempt.id);
    }
  }
  EXPECT_THAT(ids, SizeIs(6));
}

TEST_F(NotifierPartitionTest, RetriesWithTheSameIdAndBytesWhenItIsTime) {
  Publish(log_, {ResultRecord("d-1", "alice")});
  NotifierRun run(log_);
  run.RunToIdle();
  run.sender->Answer(Status(500));
  run.RunToIdle();
  EXPECT_THAT(Story(log_), ElementsAre("scheduled shop", "1 retrying shop"));
  EXPECT_TRUE(run.gates().AllTried()) << "tried once";
  EXPECT_THAT(run.sender->sent(), SizeIs(1));
  const auto wait = run.partition().IdleFor();
  EXPECT_GE(wait, std::chrono::milliseconds(5'000));
  EXPECT_LE(wait, std::chrono::milliseconds(5'500));
  Later(wait - std::chrono::milliseconds(1));
  run.RunToIdle();
  EXPECT_THAT(run.sender->sent(), SizeIs(1)) << "not a millisecond early";
  Later(std::chrono::milliseconds(1));
  run.RunToIdle();
  ASSERT_THAT(run.sender->sent(), SizeIs(2));
  EXPECT_EQ(run.sender->sent()[0].id, run.sender->sent()[1].id);
  EXPECT_EQ(run.sender->sent()[0].payload, run.sender->sent()[1].payload);
  EXPECT_LT(run.sender->sent()[0].time, run.sender->sent()[1].time);
  run.sender->Answer({.status = 0, .error = "no\nconnection \xff", .retry_after = std::nullopt});
  run.RunToIdle();
  const auto events = Events(log_);
  const auto& second = std::get<model::DeliveryAttempted>(events.at(2));
  EXPECT_EQ(second.error, "no?connection ?");
  EXPECT_EQ(second.status, 0);
}

TEST_F(NotifierPartitionTest, HearsRetryAfter) {
  Publish(log_, {ResultRecord("d-1", "alice")});
  NotifierRun run(log_);
  run.RunToIdle();
  run.sender->Answer({.status = 429, .error = {}, .retry_after = std::chrono::seconds(77)});
  run.RunToIdle();
  EXPECT_EQ(run.partition().IdleFor(), std::chrono::seconds(77));
}

TEST_F(NotifierPartitionTest, WhatIsNeverTakenBecomesADeadLetter) {
  Publish(log_, {ResultRecord("d-1", "alice")});
  RetrySchedule schedule;
  schedule.waits = {std::chrono::seconds(1), std::chrono::seconds(1)};
  NotifierRun run(log_, {.schedule = schedule, .gates = {}});
  for (int i = 0; i < 5; ++i) {
    run.AnswerAll(Status(503));
    Later(std::chrono::seconds(2));
  }
  EXPECT_THAT(run.sender->sent(), SizeIs(3));
  EXPECT_THAT(Story(log_),
              ElementsAre("scheduled shop", "1 retrying shop", "2 retrying shop", "3 dead shop"));
  ASSERT_THAT(DeadLetters(), SizeIs(1));
  const log::StoredRecord letter = DeadLetters().front();
  EXPECT_EQ(letter.value, run.sender->sent().front().payload);
  EXPECT_EQ(letter.key, run.sender->sent().front().id);
  EXPECT_EQ(letter.FindHeader(codec::kCeType), codec::kTypeDeadWebhook);
  EXPECT_EQ(letter.FindHeader(codec::kReason), "webhook_undeliverable");
  EXPECT_EQ(letter.FindHeader(codec::kReasonMessage), "3 attempts: status 503");
  EXPECT_EQ(letter.FindHeader(codec::kEndpoint), "shop");
  EXPECT_EQ(letter.FindHeader(codec::kOrigin), "payments.results/0/0");
  EXPECT_THAT(run.warnings, ElementsAre(HasSubstr("is given up after 3 attempts: status 503")));
  EXPECT_EQ(run.deliveries().pending(), 0U);
}

TEST_F(NotifierPartitionTest, A410DisablesTheEndpointUntilItsUrlChanges) {
  Publish(log_, {ResultRecord("d-1", "alice"), ResultRecord("d-2", "alice")});
  {
    NotifierRun run(log_, {.schedule = {}, .gates = {.attempts_max = 1, .breaker = {}}});
    run.AnswerAll(Status(410));
    EXPECT_THAT(run.sender->sent(), SizeIs(1)) << "the second is not even tried";
    EXPECT_THAT(DeadLetters(), SizeIs(2));
    EXPECT_THAT(Story(log_), ElementsAre("scheduled shop", "scheduled shop", "1 dead shop",
                                         "disabled shop", "0 dead shop"));
    EXPECT_THAT(run.warnings, ::testing::Contains(HasSubstr("answered 410 and is disabled")));
  }
  Publish(log_, {ResultRecord("d-3", "alice")});
  {
    NotifierRun restarted(log_);
    restarted.AnswerAll(Status(200));
    EXPECT_THAT(restarted.sender->sent(), IsEmpty());
  }
  Publish(log_, {ResultRecord("d-4", "alice")});
  Endpoint moved = EndpointFor("shop");
  moved.url = "https://moved.example/hook";
  NotifierRun with_another_url(log_, {.endpoints = {moved}, .schedule = {}, .gates = {}});
  with_another_url.AnswerAll(Status(200));
  ASSERT_THAT(with_another_url.sender->sent(), SizeIs(1));
  EXPECT_THAT(with_another_url.sender->sent().front().payload, HasSubstr("d-4"));
}

TEST_F(NotifierPartitionTest, OneThatStallsDelaysNoOther) {
  std::vector<log::Record> results;
  for (int i = 0; i < 30; ++i) {
    results.push_back(ResultRecord("d-" + std::to_string(i), "alice"));
  }
  Publish(log_, results);
  NotifierRun run(log_, {.endpoints = {EndpointFor("stalls"), EndpointFor("works")},
                         .schedule = {},
                         .gates = {.attempts_max = 4, .breaker = {}}});
  run.RunToIdle();
  for (int i = 0; i < 30; ++i) {
    run.sender->Answer(Status(200), "works");
    run.RunToIdle();
  }
  EXPECT_THAT(Sent(run, "works"), SizeIs(30));
  EXPECT_THAT(Sent(run, "stalls"), SizeIs(4)) << "no more than may be under way at once";
  EXPECT_EQ(run.tally().webhooks_delivered, 30);
}

TEST_F(NotifierPartitionTest, AnOpenCircuitKeepsAttemptsFromBeingUsedUp) {
  std::vector<log::Record> results;
  for (int i = 0; i < 10; ++i) {
    results.push_back(ResultRecord("d-" + std::to_string(i), "alice"));
  }
  Publish(log_, results);
  NotifierRun run(log_, {.schedule = {}, .gates = {.attempts_max = 1, .breaker = {}}});
  run.AnswerAll(Status(500));
  EXPECT_THAT(run.sender->sent(), SizeIs(5)) << "then the circuit opened";
  EXPECT_TRUE(run.gates().AllTried()) << "what it holds back counts";
  EXPECT_THAT(run.warnings, ElementsAre(HasSubstr("endpoint shop fails again and again")));
  EXPECT_EQ(run.partition().IdleFor(), std::chrono::seconds(5)) << "until the first probe";

  Later(std::chrono::seconds(5));
  run.RunToIdle();
  EXPECT_THAT(run.sender->sent(), SizeIs(6));
  run.AnswerAll(Status(200));
  Later(std::chrono::seconds(1));
  run.AnswerAll(Status(200));
  EXPECT_EQ(run.deliveries().pending(), 0U);
  EXPECT_THAT(run.sender->sent(), SizeIs(15)) << "each of the ten once more, those that failed too";
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(NotifierPartitionTest, AnEndpointThatIsGoneFromTheFileKeepsItsDeliveriesForAWeek) {
  Publish(log_, {ResultRecord("d-1", "alice")});
  NotifierRun(log_).RunToIdle();
  const Endpoint other = EndpointFor("other");
  {
    NotifierRun without(log_, {.endpoints = {other}, .schedule = {}, .gates = {}});
    without.RunToIdle();
    EXPECT_EQ(without.deliveries().pending(), 1U);
    EXPECT_TRUE(without.gates().AllTried());
  }
  {
    NotifierRun back(log_);
    back.RunToIdle();
    EXPECT_THAT(back.sender->sent(), SizeIs(1)) << "it comes back in time";
  }
  Later(std::chrono::hours(7 * 24) + std::chrono::milliseconds(1));
  NotifierRun too_late(log_, {.endpoints = {other}, .schedule = {}, .gates = {}});
  too_late.RunToIdle();
  EXPECT_EQ(too_late.deliveries().pending(), 0U);
  ASSERT_THAT(DeadLetters(), SizeIs(1));
  EXPECT_EQ(DeadLetters()[0].FindHeader(codec::kReasonMessage),
            "0 attempts: the endpoint file has no such endpoint any more");
}

// Nobody ran for a week. What waits because others are under way has nothing to do with how the
// endpoint fares.
TEST_F(NotifierPartitionTest, WhatIsOldIsSentThoughItHasToWaitForOthers) {
  std::vector<log::Record> results;
  for (int i = 0; i < 10; ++i) {
    results.push_back(ResultRecord("d-" + std::to_string(i), "alice"));
  }
  Publish(log_, results);
  NotifierRun(log_).RunToIdle();
  Later(std::chrono::hours(8 * 24));
  NotifierRun run(log_, {.schedule = {}, .gates = {.attempts_max = 2, .breaker = {}}});
  run.RunToIdle();
  EXPECT_EQ(run.deliveries().pending(), 10U);
  run.AnswerAll(Status(200));
  EXPECT_EQ(run.tally().webhooks_delivered, 10);
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

// But not when it fails: then they would wait for ever.
TEST_F(NotifierPartitionTest, WhatIsOldIsGivenUpWhereTheCircuitIsOpen) {
  std::vector<log::Record> results;
  for (int i = 0; i < 10; ++i) {
    results.push_back(ResultRecord("d-" + std::to_string(i), "alice"));
  }
  Publish(log_, results);
  NotifierRun(log_).RunToIdle();
  Later(std::chrono::hours(8 * 24));
  NotifierRun run(log_, {.schedule = {}, .gates = {.attempts_max = 1, .breaker = {}}});
  run.AnswerAll(Status(500));
  EXPECT_THAT(run.sender->sent(), SizeIs(5)) << "then the circuit opened";
  EXPECT_EQ(run.deliveries().pending(), 5U) << "those that were tried, and wait for their time";
  ASSERT_THAT(DeadLetters(), SizeIs(5));
  EXPECT_EQ(DeadLetters()[0].FindHeader(codec::kReasonMessage),
            "0 attempts: the endpoint failed so often that it could not be asked again");
}

TEST_F(NotifierPartitionTest, AnEndpointThatIsNewHearsOfWhatComesFromThenOn) {
  Publish(log_, {ResultRecord("d-1", "alice")});
  NotifierRun(log_).AnswerAll(Status(200));
  Publish(log_, {ResultRecord("d-2", "alice")});
  NotifierRun run(
      log_, {.endpoints = {EndpointFor("shop"), EndpointFor("late")}, .schedule = {}, .gates = {}});
  run.AnswerAll(Status(200));
  EXPECT_THAT(Sent(run, "late"), SizeIs(1));
  EXPECT_THAT(Sent(run, "shop"), SizeIs(1));
}

TEST_F(NotifierPartitionTest, AResultThatCannotBeReadStopsThePartition) {
  Publish(log_, {{.key = "alice", .value = "no result", .headers = {}}});
  NotifierRun run(log_);
  base::Result<runtime::StepOutcome> outcome = runtime::StepOutcome::kIdle;
  for (int i = 0; i < 10 && outcome; ++i) {
    outcome = run.worker().Step(std::chrono::milliseconds(0));
  }
  const base::Error error = test_support::ErrorOf(outcome);
  EXPECT_EQ(error.code, base::ErrorCode::kCorrupt);
  EXPECT_THAT(error.context, HasSubstr("payments.results/0"));
  EXPECT_THAT(error.context, HasSubstr("offset 0"));
}

}  // namespace
}  // namespace paylog::notifier::testing
