#include "paylog/runtime/stage_runner.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/test_support/fault_log.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/payment_log.h"

// Goal: partitions move between runners of a stage while there is work, and no record is lost or
// done twice. Method: a stage that copies ledger.inbox to ledger.journal, record by record; its
// state is the last offset copied, rebuilt from the journal at a take-over.
namespace paylog::runtime {
namespace {

using base::ErrorCode;
using test_support::ErrorOf;
using test_support::FaultLog;
using test_support::Must;
using test_support::PaymentLog;
using testing::HasSubstr;

constexpr std::int32_t kPartitions = 4;
constexpr std::chrono::seconds kPatience{60};
const std::string kPoison = "poison";
constexpr base::PartitionId kPoisoned{2};  // Where tests put it.

class Copier final : public PartitionProcessor {
 public:
  Copier(log::Log& log, base::PartitionId partition, Counters& counters, std::atomic<int>& closes,
         std::shared_ptr<void> lease)
      : log_(log),
        partition_(partition),
        counters_(counters),
        closes_(closes),
        lease_(std::move(lease)) {}

  base::Result<base::Offset> TakeOver(std::optional<base::Offset> /*committed*/) override {
    PAYLOG_ASSIGN(next_, CopiedSoFar());
    return next_;
  }
  base::Result<bool> StillCurrent() override {
    PAYLOG_ASSIGN(const base::Offset copied, CopiedSoFar());
    return copied == next_;
  }
  base::Result<void> Process(std::span<const log::StoredRecord> records,
                             log::TransactionalWriter& writer) override {
    for (const log::StoredRecord& record : records) {
      if (record.value == kPoison) {
        return base::Error{.code = ErrorCode::kCorrupt, .context = kPoison, .fatal = true};
      }
      PAYLOG_TRY(writer.Append(Partition(kJournalTopic, partition_), {.value = record.value}));
    }
    staged_ = static_cast<std::int64_t>(records.size());
    return {};
  }
  base::Result<bool> Follow() override {
    counters_.Add({.replayed = 1});  // For tests that wait for it.
    return false;
  }
  void OnCommitted() override {
    next_ = base::Offset(next_.value() + staged_);
    counters_.Add({.inputs = staged_});
  }
  void OnAborted() override { staged_ = 0; }
  base::Result<void> Maintain() override { return {}; }
  base::Result<void> Close() override {
    ++closes_;
    return {};
  }

 private:
  // One output for each input, and no gaps on this log: the end is the count.
  base::Result<base::Offset> CopiedSoFar() {
    PAYLOG_ASSIGN(const auto reader, log_.NewReader(Partition(kJournalTopic, partition_),
                                                    log::Isolation::kReadCommitted));
    return reader->EndOffset();
  }

  log::Log& log_;
  const base::PartitionId partition_;
  Counters& counters_;
  std::atomic<int>& closes_;
  const std::shared_ptr<void> lease_;  // As long as the copier lives.
  base::Offset next_{0};
  std::int64_t staged_ = 0;
};

class StageRunnerTest : public testing::Test {
 protected:
  std::unique_ptr<StageRunner> NewRunner() { return NewRunner(log_.log()); }
  std::unique_ptr<StageRunner> NewRunner(log::Log& log, bool partitions_stop_alone = false,
                                         std::int32_t standby_partitions = 0) {
    return std::make_unique<StageRunner>(
        log,
        StageOptions{.name = "copier",
                     .group = "copiers",
                     .input_topic = std::string(kInboxTopic),
                     .standby_partitions = standby_partitions,
                     .partitions_stop_alone = partitions_stop_alone},
        [this, leases = std::make_shared<std::map<base::PartitionId, std::weak_ptr<void>>>()](
            base::PartitionId partition) -> base::Result<std::unique_ptr<PartitionProcessor>> {
          // Two in one process would share a snapshot.
          EXPECT_TRUE((*leases)[partition].expired()) << "partition " << partition.value();
          const auto lease = std::make_shared<int>();
          (*leases)[partition] = lease;
          made_ += partition == kPoisoned ? 1 : 0;
          return std::unique_ptr<PartitionProcessor>(
              std::make_unique<Copier>(log_.log(), partition, counters_, closes_, lease));
        },
        counters_);
  }
  // Adds `count` records to each partition.
  void Feed(int count) {
    for (std::int32_t p = 0; p < kPartitions; ++p) {
      std::vector<log::Record> records;
      for (int i = 0; i < count; ++i) {
        records.push_back({.value = std::to_string(fed_++)});
      }
      log_.Produce(Partition(kInboxTopic, base::PartitionId(p)), records);
    }
  }
  // Waits until something was copied that was not when it was called, or all is.
  void WaitForInputs(std::int64_t inputs) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::int64_t seen = 0;
    while (counters_.Read().inputs < inputs) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      counters_.WaitForChange(seen, std::chrono::milliseconds(100));
    }
  }
  void WaitUntilReady(const StageRunner& runner) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::int64_t seen = 0;
    while (const auto reason = runner.WhyNotReady()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << *reason;
      counters_.WaitForChange(seen, std::chrono::milliseconds(100));
    }
  }
  void ExpectAllCopiedOnce() {
    for (std::int32_t p = 0; p < kPartitions; ++p) {
      EXPECT_EQ(log_.Values(kJournalTopic, p), log_.Values(kInboxTopic, p)) << "partition " << p;
    }
  }

  PaymentLog log_{kPartitions};
  Counters counters_;
  std::atomic<int> closes_{0};
  std::atomic<int> made_{0};  // Processors of kPoisoned.
  std::int64_t fed_ = 0;
};

TEST_F(StageRunnerTest, ServesAllPartitionsAndClosesThem) {
  const auto runner = NewRunner();
  Must(runner->Start());
  Feed(100);
  WaitForInputs(fed_);
  Must(runner->Stop());
  Must(runner->Stop());  // Nothing is left to stop.
  EXPECT_EQ(closes_.load(), kPartitions);
  EXPECT_FALSE(runner->failure().has_value());
  ExpectAllCopiedOnce();
}

TEST_F(StageRunnerTest, MovesPartitionsBetweenRunnersWhileWorkGoesOn) {
  auto first = NewRunner();
  Must(first->Start());
  Feed(50);
  WaitForInputs(fed_ / 4);
  for (int round = 0; round < 6; ++round) {
    auto second = NewRunner();
    Must(second->Start());  // Half of the partitions are its own from now on.
    Feed(50);
    WaitForInputs(fed_ * 3 / 4);
    if (round % 2 == 0) {
      first.swap(second);
    }
    Must(second->Stop());
    Feed(20);
  }
  WaitForInputs(fed_);
  Must(first->Stop());
  EXPECT_EQ(counters_.Read().inputs, fed_);
  ExpectAllCopiedOnce();
}

TEST_F(StageRunnerTest, ShowsAFailureAndReturnsItFromStop) {
  const auto runner = NewRunner();
  Must(runner->Start());
  log_.Produce(Partition(kInboxTopic, base::PartitionId(2)), {{.value = kPoison}});
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::int64_t seen = 0;
  while (!runner->failure()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    counters_.WaitForChange(seen, std::chrono::milliseconds(100));
  }
  EXPECT_THAT(runner->failure()->context, HasSubstr("copier: ledger.inbox/2"));
  // The other partitions go on until they are stopped.
  log_.Produce(Partition(kInboxTopic, base::PartitionId(1)), {{.value = "fine"}});
  WaitForInputs(1);
  EXPECT_EQ(ErrorOf(runner->Stop()).code, ErrorCode::kCorrupt);
  EXPECT_EQ(log_.Values(kJournalTopic, 2).size(), 0U);
  EXPECT_EQ(closes_.load(), 0) << "after a failure nothing is saved";
}

TEST_F(StageRunnerTest, APartitionMayStopAlone) {
  const auto runner = NewRunner(log_.log(), /*partitions_stop_alone=*/true);
  Must(runner->Start());
  WaitUntilReady(*runner);
  log_.Produce(Partition(kInboxTopic, kPoisoned), {{.value = kPoison}});
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::int64_t seen = 0;
  while (!runner->WhyNotReady()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    counters_.WaitForChange(seen, std::chrono::milliseconds(100));
  }
  EXPECT_THAT(*runner->WhyNotReady(), HasSubstr("ledger.inbox/2 has stopped"));
  EXPECT_FALSE(runner->failure().has_value());
  log_.Produce(Partition(kInboxTopic, base::PartitionId(1)), {{.value = "fine"}});
  WaitForInputs(1);
  Must(runner->Stop());
  EXPECT_EQ(log_.Values(kJournalTopic, 2).size(), 0U);
  EXPECT_EQ(closes_.load(), kPartitions - 1) << "of the stopped one nothing is saved";
}

TEST_F(StageRunnerTest, APartitionThatStoppedIsTriedAgainByWhoeverGetsItNext) {
  const auto runner = NewRunner(log_.log(), /*partitions_stop_alone=*/true);
  Must(runner->Start());
  log_.Produce(Partition(kInboxTopic, kPoisoned), {{.value = kPoison}});
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::int64_t seen = 0;
  const auto wait_until = [&](const std::function<bool()>& condition) {
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      counters_.WaitForChange(seen, std::chrono::milliseconds(100));
    }
    ASSERT_TRUE(condition());
  };
  const auto has_stopped = [&] {
    return runner->WhyNotReady().value_or("").find("has stopped") != std::string::npos;
  };
  wait_until(has_stopped);
  const int made = made_;
  // Another generation gives this member its partitions anew.
  const auto other = NewRunner(log_.log(), /*partitions_stop_alone=*/true);
  Must(other->Start());
  Must(other->Stop());
  wait_until([&] { return made_ > made && has_stopped(); });
  Must(runner->Stop());
  EXPECT_EQ(log_.Values(kJournalTopic, kPoisoned.value()).size(), 0U);
}

// A partition that goes back and forth keeps its processor: what was followed is not lost.
TEST_F(StageRunnerTest, FollowsThePartitionsOfOthers) {
  const auto first = NewRunner(log_.log(), /*partitions_stop_alone=*/false, kPartitions);
  const auto second = NewRunner(log_.log(), /*partitions_stop_alone=*/false, kPartitions);
  Must(first->Start());
  WaitUntilReady(*first);
  EXPECT_EQ(counters_.Read().replayed, 0) << "it has them all";
  Must(second->Start());
  Feed(50);
  WaitForInputs(fed_);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::int64_t seen = 0;
  while (counters_.Read().replayed < kPartitions) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    counters_.WaitForChange(seen, std::chrono::milliseconds(100));
  }
  Must(second->Stop());
  EXPECT_EQ(closes_.load(), kPartitions) << "standbys, too";
  Feed(50);
  WaitForInputs(fed_);
  Must(first->Stop());
  EXPECT_EQ(made_.load(), 2) << "one in each runner";
  ExpectAllCopiedOnce();
}

class WorkerTableTest : public StageRunnerTest {
 protected:
  explicit WorkerTableTest(std::int32_t standby_partitions = kPartitions)
      : options_({.name = "copier",
                  .group = "copiers",
                  .input_topic = std::string(kInboxTopic),
                  .standby_partitions = standby_partitions}) {}

  void Assign(const std::vector<int>& partitions) {
    log::Assigned assigned{.partitions = {}, .metadata = log::GroupMetadata::Standalone("copiers")};
    for (const int partition : partitions) {
      assigned.partitions.push_back(Input(partition));
    }
    Must(table_.Assign(assigned));
  }
  static log::TopicPartition Input(int partition) {
    return Partition(kInboxTopic, base::PartitionId(partition));
  }
  static std::vector<int> Numbers(const std::map<log::TopicPartition, Served>& table) {
    std::vector<int> numbers;
    for (const auto& [partition, unused] : table) {
      numbers.push_back(partition.partition.value());
    }
    return numbers;
  }

  StageOptions options_;
  const ProcessorFactory factory_ = [this](base::PartitionId partition) {
    return base::Result<std::unique_ptr<PartitionProcessor>>(std::make_unique<Copier>(
        log_.log(), partition, counters_, closes_, std::make_shared<int>()));
  };
  WorkerTable table_{log_.log(), options_, factory_, counters_};
};

TEST_F(WorkerTableTest, KeepsWhatItFollowedAndFollowsWhatItServed) {
  Assign({0, 1});
  EXPECT_EQ(Numbers(table_.served()), (std::vector{0, 1}));
  EXPECT_EQ(Numbers(table_.standbys()), (std::vector{2, 3}));
  const auto* const zero = table_.served().at(Input(0)).processor.get();
  const auto* const two = table_.standbys().at(Input(2)).processor.get();
  Must(table_.standbys().at(Input(2)).worker->Follow());
  EXPECT_EQ(Must(table_.served().at(Input(0)).worker->Step(std::chrono::milliseconds(0))),
            StepOutcome::kIdle);
  EXPECT_EQ(counters_.Read().take_overs, 1);

  Assign({2});
  EXPECT_EQ(Numbers(table_.served()), (std::vector{2}));
  EXPECT_EQ(Numbers(table_.standbys()), (std::vector{0, 1, 3}));
  EXPECT_EQ(table_.served().at(Input(2)).processor.get(), two);
  EXPECT_EQ(table_.standbys().at(Input(0)).processor.get(), zero);
  EXPECT_FALSE(table_.standbys().at(Input(0)).worker->is_serving());
  EXPECT_EQ(Must(table_.served().at(Input(2)).worker->Step(std::chrono::milliseconds(0))),
            StepOutcome::kIdle);

  Assign({0});
  Must(table_.served().at(Input(0)).worker->Step(std::chrono::milliseconds(0)));
  EXPECT_EQ(counters_.Read().take_overs, 3) << "an owner that stood by takes over as any other";
  table_.Clear();
  EXPECT_TRUE(table_.standbys().empty());
}

TEST_F(WorkerTableTest, WhatHasFailedIsMadeAnew) {
  Assign({0});
  log_.Produce(Input(0), {{.value = kPoison}});
  Worker& worker = *table_.served().at(Input(0)).worker;
  EXPECT_FALSE(worker.Step(std::chrono::milliseconds(0)).has_value());
  EXPECT_TRUE(worker.has_failed());
  Assign({});
  EXPECT_EQ(Numbers(table_.standbys()), (std::vector{0, 1, 2, 3}));
  EXPECT_FALSE(table_.standbys().at(Input(0)).worker->has_failed());
}

class WithoutStandbys : public WorkerTableTest {
 protected:
  WithoutStandbys() : WorkerTableTest(/*standby_partitions=*/0) {}
};

TEST_F(WithoutStandbys, OfOthersNothingIsKept) {
  Assign({0, 1});
  Assign({1});
  EXPECT_EQ(Numbers(table_.served()), (std::vector{1}));
  EXPECT_TRUE(table_.standbys().empty());
}

TEST_F(StageRunnerTest, SaysWhyItIsNotReady) {
  const auto first = NewRunner();
  EXPECT_THAT(first->WhyNotReady().value_or(""), HasSubstr("waits for group copiers"));
  Must(first->Start());
  WaitUntilReady(*first);
  // More members than partitions: one has nothing to do, and is ready to.
  std::vector<std::unique_ptr<StageRunner>> more;
  for (int i = 0; i < kPartitions; ++i) {
    more.push_back(NewRunner());
    Must(more.back()->Start());
  }
  for (const auto& runner : more) {
    WaitUntilReady(*runner);
  }
  for (const auto& runner : more) {
    Must(runner->Stop());
  }
  WaitUntilReady(*first);
  Must(first->Stop());
}

TEST_F(StageRunnerTest, AGroupThatCannotBeReachedIsAskedAgain) {
  std::atomic<int> polls{0};
  FaultLog log(log_.log(), {.on_group_poll = [&]() -> std::optional<base::Error> {
                 if (++polls > 2) {
                   return std::nullopt;
                 }
                 return base::Error{
                     .code = ErrorCode::kUnavailable, .context = "away", .retriable = true};
               }});
  const auto runner = NewRunner(log);
  Must(runner->Start());
  Feed(10);
  WaitForInputs(fed_);
  EXPECT_GT(polls.load(), 2);
  EXPECT_FALSE(runner->failure().has_value());
  Must(runner->Stop());
  ExpectAllCopiedOnce();
}

TEST_F(StageRunnerTest, AGroupThatRefusesEndsTheStage) {
  FaultLog log(log_.log(), {.on_group_poll = []() -> std::optional<base::Error> {
                 return base::Error{
                     .code = ErrorCode::kRefused, .context = "no rights", .fatal = true};
               }});
  const auto runner = NewRunner(log);
  Must(runner->Start());
  std::int64_t seen = 0;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!runner->failure()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    counters_.WaitForChange(seen, std::chrono::milliseconds(100));
  }
  EXPECT_THAT(runner->WhyNotReady().value_or(""), HasSubstr("no rights"));
  EXPECT_EQ(ErrorOf(runner->Stop()).code, ErrorCode::kRefused);
}

TEST_F(StageRunnerTest, FailsWhereAProcessorCannotBeMade) {
  StageRunner runner(
      log_.log(), {.name = "copier", .group = "copiers", .input_topic = std::string(kInboxTopic)},
      [](base::PartitionId) -> base::Result<std::unique_ptr<PartitionProcessor>> {
        return base::Error{.code = ErrorCode::kIo, .context = "no room"};
      },
      counters_);
  Must(runner.Start());
  std::int64_t seen = 0;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!runner.failure()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    counters_.WaitForChange(seen, std::chrono::milliseconds(100));
  }
  EXPECT_EQ(ErrorOf(runner.Stop()).code, ErrorCode::kIo);
}

TEST_F(StageRunnerTest, FailsToJoinAGroupOfATopicThatIsNotThere) {
  StageRunner runner(
      log_.log(), {.name = "copier", .group = "copiers", .input_topic = "nowhere"},
      [](base::PartitionId) -> base::Result<std::unique_ptr<PartitionProcessor>> {
        return base::Error{.code = ErrorCode::kIo, .context = "not asked"};
      },
      counters_);
  EXPECT_FALSE(runner.Start().has_value());
  Must(runner.Stop());
}

}  // namespace
}  // namespace paylog::runtime
