#include "paylog/service/stage_telemetry.h"

#include <algorithm>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/runtime/topics.h"
#include "paylog/test_support/temporary_directory.h"

// Goal: what happens in a stage shows in metrics and diagnostics, and nothing else does. Method: a
// clock that the test moves, and the calls that a stage makes.
namespace paylog::service {
namespace {

using base::ErrorCode;
using base::Offset;
using base::Sequence;
using testing::HasSubstr;
using testing::Not;

const log::TopicPartition kThree = runtime::Partition(runtime::kInboxTopic, base::PartitionId(3));
const log::TopicPartition kFour = runtime::Partition(runtime::kInboxTopic, base::PartitionId(4));

class StageTelemetryTest : public testing::Test {
 protected:
  StageTelemetryTest() {
    metrics_.SetRefresh([this] { telemetry_.Refresh(); });
  }

  void Pass(std::chrono::milliseconds time) { now_ += time; }
  std::size_t Lines() {
    const std::string text = lines_.str();
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  std::chrono::steady_clock::time_point now_{};
  std::ostringstream lines_;
  runtime::Counters counters_;
  telemetry::Metrics metrics_;
  telemetry::Diagnostics diagnostics_{{.service = "paylog-ledger", .out = &lines_}};
  StageTelemetry telemetry_{
      "ledger", 5, counters_, metrics_, diagnostics_, [this] { return now_; }};
};

TEST_F(StageTelemetryTest, ATakeOverShowsWithItsFigures) {
  telemetry_.OnAssigned({kThree});
  telemetry_.OnTakeOverBegun(kThree);
  telemetry_.OnRebuilt(kThree, Sequence(100), 20);
  Pass(std::chrono::milliseconds(1'500));
  telemetry_.OnTakenOver(kThree, Offset(140), /*kept=*/false);
  EXPECT_THAT(lines_.str(),
              HasSubstr("took a partition over partition=ledger.inbox/3 next_offset=140 "
                        "snapshot_sequence=100 replayed_events=20 milliseconds=1500\n"));
  const std::string text = metrics_.Render();
  EXPECT_THAT(text, HasSubstr("paylog_take_over_seconds_sum{stage=\"ledger\"} 1.5\n"));
  EXPECT_THAT(text, HasSubstr("paylog_partitions{stage=\"ledger\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("paylog_partitions_assigned{stage=\"ledger\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("paylog_snapshot_age_seconds{partition=\"3\",stage=\"ledger\"} 1.5"));
}

TEST_F(StageTelemetryTest, TransactionsAreCountedByOutcome) {
  telemetry_.OnAssigned({kThree});
  telemetry_.OnCommitBegun(kThree, 40);
  Pass(std::chrono::milliseconds(20));
  telemetry_.OnCommitted(kThree, Offset(40));
  for (const ErrorCode code : {ErrorCode::kAbortRequired, ErrorCode::kTainted, ErrorCode::kFenced,
                               ErrorCode::kFenced, ErrorCode::kUnknownOutcome}) {
    telemetry_.OnTrouble(kThree, {.code = code, .context = "why"});
  }
  const std::string text = metrics_.Render();
  const auto series = [](const std::string& outcome, int count) {
    return "paylog_transactions_total{outcome=\"" + outcome +
           "\",partition=\"3\",stage=\"ledger\"} " + std::to_string(count) + "\n";
  };
  EXPECT_THAT(text, HasSubstr(series("committed", 1)));
  EXPECT_THAT(text, HasSubstr(series("aborted", 1)));
  EXPECT_THAT(text, HasSubstr(series("tainted", 1)));
  EXPECT_THAT(text, HasSubstr(series("fenced", 2)));
  EXPECT_THAT(text, HasSubstr(series("unknown_outcome", 1)));
  EXPECT_THAT(text, HasSubstr("paylog_batch_records_sum{stage=\"ledger\"} 40\n"));
  EXPECT_THAT(text, HasSubstr("paylog_commit_seconds_sum{stage=\"ledger\"} 0.02\n"));
}

TEST_F(StageTelemetryTest, TroubleThatLastsIsWrittenNowAndThen) {
  telemetry_.OnAssigned({kThree});
  const std::size_t before = Lines();
  const base::Error away{.code = ErrorCode::kUnavailable, .context = "broker 1 is away"};
  for (int i = 0; i < 20; ++i) {
    telemetry_.OnTrouble(kThree, away);
    Pass(std::chrono::seconds(1));
  }
  EXPECT_EQ(Lines() - before, 2U);
  EXPECT_THAT(lines_.str(), HasSubstr("partition=ledger.inbox/3 outcome=unavailable "
                                      "reason=\"unavailable: broker 1 is away\"\n"));
  telemetry_.OnCommitted(kThree, Offset(1));
  telemetry_.OnTrouble(kThree, away);
  EXPECT_EQ(Lines() - before, 3U) << "it was over, and came again";
}

TEST_F(StageTelemetryTest, LagIsWhatIsCommittedAndNotProcessed) {
  telemetry_.OnAssigned({kThree});
  telemetry_.OnEnds(kThree, Offset(90), Offset(100));
  EXPECT_THAT(metrics_.Render(), Not(HasSubstr("paylog_lag_records{")))
      << "nobody knows yet where it goes on";
  telemetry_.OnTakenOver(kThree, Offset(60), /*kept=*/false);
  telemetry_.OnEnds(kThree, Offset(90), Offset(100));
  EXPECT_THAT(metrics_.Render(),
              HasSubstr("paylog_lag_records{partition=\"3\",stage=\"ledger\"} 30\n"));
  EXPECT_THAT(metrics_.Render(),
              HasSubstr("paylog_lso_lag_records{partition=\"3\",stage=\"ledger\"} 10\n"));
  telemetry_.OnCaughtUp(kThree, Offset(101));  // The sample is older than that.
  telemetry_.OnEnds(kThree, Offset(100), Offset(100));
  EXPECT_THAT(metrics_.Render(),
              HasSubstr("paylog_lag_records{partition=\"3\",stage=\"ledger\"} 0\n"));
}

TEST_F(StageTelemetryTest, ThePartitionsOfOthersLeaveTheMetrics) {
  telemetry_.OnAssigned({kThree, kFour});
  for (const auto& input : {kThree, kFour}) {
    telemetry_.OnTakenOver(input, Offset(0), /*kept=*/false);
    telemetry_.OnEnds(input, Offset(5), Offset(5));
  }
  telemetry_.OnRevoked(/*lost=*/true);
  telemetry_.OnAssigned({kFour});
  telemetry_.OnEnds(kThree, Offset(9), Offset(9));  // A sample that comes late.
  const std::string text = metrics_.Render();
  EXPECT_THAT(text, Not(HasSubstr("paylog_lag_records{partition=\"3\"")));
  EXPECT_THAT(text, HasSubstr("paylog_lag_records{partition=\"4\",stage=\"ledger\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("paylog_rebalances_total{kind=\"lost\",stage=\"ledger\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("paylog_rebalances_total{kind=\"assigned\",stage=\"ledger\"} 2\n"));
  EXPECT_THAT(telemetry_.Assigned(), testing::ElementsAre(kFour));
}

TEST_F(StageTelemetryTest, WhatAStandbyFollowsShowsUntilTheNextRebalance) {
  telemetry_.OnAssigned({kThree});
  telemetry_.OnFollowing({kFour});
  telemetry_.OnFollowed(kFour, Sequence(12));
  telemetry_.OnFollowTrouble(kFour, {.code = base::ErrorCode::kUnavailable, .context = "away"});
  telemetry_.OnFollowTrouble(kFour, {.code = base::ErrorCode::kUnavailable, .context = "away"});
  std::string text = metrics_.Render();
  EXPECT_THAT(text, HasSubstr("paylog_partitions_followed{stage=\"ledger\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("paylog_followed_sequence{partition=\"4\",stage=\"ledger\"} 12\n"));
  EXPECT_THAT(text, HasSubstr("paylog_read_troubles_total{partition=\"4\",stage=\"ledger\"} 2\n"));
  EXPECT_THAT(lines_.str(), HasSubstr("follows partitions of others stage=ledger partitions=4\n"));
  EXPECT_EQ(Lines(), 3U) << "trouble that lasts is written now and then";
  EXPECT_THAT(telemetry_.Assigned(), testing::ElementsAre(kThree));
  telemetry_.OnRevoked(/*lost=*/false);
  text = metrics_.Render();
  EXPECT_THAT(text, HasSubstr("paylog_partitions_followed{stage=\"ledger\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("paylog_followed_sequence{")));
}

TEST_F(StageTelemetryTest, ResultsAreCountedByCode) {
  runtime::Tally tally{.inputs = 9, .completed = 5, .duplicates = 2, .dead_letters = 1};
  tally.refused[model::ResultCode::kInsufficientFunds] = 3;
  counters_.Add(tally);
  const std::string text = metrics_.Render();
  EXPECT_THAT(text, HasSubstr("paylog_results_total{code=\"ok\",stage=\"ledger\"} 5\n"));
  EXPECT_THAT(text,
              HasSubstr("paylog_results_total{code=\"insufficient_funds\",stage=\"ledger\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("paylog_duplicate_results_total{stage=\"ledger\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("paylog_dead_letters_total{stage=\"ledger\"} 1\n"));
  counters_.Add({.completed = 1});
  EXPECT_THAT(metrics_.Render(), HasSubstr("{code=\"ok\",stage=\"ledger\"} 6\n"));
}

TEST_F(StageTelemetryTest, DeadLettersAreWrittenWithTheirOriginAndRefusalsOnlyForDebugging) {
  const auto commands = runtime::Partition(runtime::kCommandsTopic, base::PartitionId(1));
  telemetry_.OnDeadLetter(commands, Offset(12), model::ResultCode::kInvalidJson);
  EXPECT_THAT(lines_.str(), HasSubstr("origin=payments.commands/1/12 code=invalid_json\n"));
  const std::size_t before = Lines();
  telemetry_.OnRefused(commands, Offset(13), "inv-7", model::ResultCode::kWrongPartition);
  EXPECT_EQ(Lines(), before);
}

TEST_F(StageTelemetryTest, EveryMetricStandsInTheReference) {
  telemetry_.OnAssigned({kThree});
  telemetry_.OnTakeOverBegun(kThree);
  telemetry_.OnRebuilt(kThree, Sequence(0), 0);
  telemetry_.OnTakenOver(kThree, Offset(0), /*kept=*/false);
  telemetry_.OnCommitBegun(kThree, 1);
  telemetry_.OnCommitted(kThree, Offset(1));
  telemetry_.OnReadTrouble(kThree, {.code = ErrorCode::kTimedOut, .context = "why"});
  telemetry_.OnEnds(kThree, Offset(1), Offset(1));
  const std::string page =
      test_support::ReadFile(std::string(PAYLOG_SOURCE_DIR) + "/docs/reference/metrics.md");
  std::istringstream text(metrics_.Render());
  int count = 0;
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    std::string mark;
    std::string word;
    std::string name;
    std::string kind;
    words >> mark >> word >> name >> kind;
    if (word == "TYPE") {
      EXPECT_THAT(page, HasSubstr("| `" + name + "` | " + kind)) << name;
      ++count;
    }
  }
  EXPECT_EQ(count, 20);
}

TEST_F(StageTelemetryTest, ASnapshotMakesTheStateSafe) {
  telemetry_.OnAssigned({kThree});
  telemetry_.OnRebuilt(kThree, Sequence(0), 0);
  Pass(std::chrono::seconds(60));
  telemetry_.OnSnapshotSaved(kThree, Sequence(77));
  Pass(std::chrono::seconds(5));
  EXPECT_THAT(metrics_.Render(),
              HasSubstr("paylog_snapshot_age_seconds{partition=\"3\",stage=\"ledger\"} 5\n"));
  EXPECT_THAT(lines_.str(), HasSubstr("saved a snapshot partition=ledger.inbox/3 sequence=77\n"));
}

}  // namespace
}  // namespace paylog::service
