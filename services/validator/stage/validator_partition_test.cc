#include "paylog/validator/stage/validator_partition.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/codec/headers.h"
#include "paylog/codec/result_codec.h"
#include "paylog/runtime/worker.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/payment_log.h"

namespace paylog::validator {
namespace {

using model::ResultCode;
using runtime::StepOutcome;
using test_support::CommandRecord;
using test_support::DepositBody;
using test_support::Must;
using test_support::NameOn;
using test_support::OpenBody;
using test_support::PaymentLog;
using ::testing::HasSubstr;

constexpr std::int32_t kPartitions = 2;
const std::string kTrace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

class ValidatorRun {
 public:
  explicit ValidatorRun(PaymentLog& log,
                        const std::string& group = std::string(runtime::kValidatorGroup),
                        std::int32_t partition = 0)
      : validator_(log.log(), base::PartitionId(partition), log.counts(), counters_) {
    const auto commands = runtime::Partition(runtime::kCommandsTopic, base::PartitionId(partition));
    worker_.emplace(
        log.log(), validator_, counters_,
        runtime::WorkerOptions{.input = commands,
                               .transactional_id = "validator-" + std::to_string(partition)},
        log::GroupMetadata::Standalone(group));
  }
  void RunToIdle() {
    while (Must(worker_->Step(std::chrono::milliseconds(0))) != StepOutcome::kIdle) {
    }
  }
  [[nodiscard]] runtime::Tally tally() const { return counters_.Read(); }

 private:
  runtime::Counters counters_;
  ValidatorPartition validator_;
  std::optional<runtime::Worker> worker_;
};

class ValidatorPartitionTest : public testing::Test {
 protected:
  // Adds a record to partition 0 of the commands and validates it.
  void Validate(const log::Record& record) {
    log_.Produce(runtime::Partition(runtime::kCommandsTopic, base::PartitionId(0)), {record});
    ValidatorRun(log_).RunToIdle();
  }
  std::vector<log::StoredRecord> All(std::string_view topic) {
    return log_.ReadAll(topic, kPartitions);
  }
  // What there is besides the commands.
  std::size_t Outputs() {
    return All(runtime::kInboxTopic).size() + All(runtime::kResultsTopic).size() +
           All(runtime::kDeadLettersTopic).size();
  }
  model::CommandResult OnlyResult() {
    const auto results = All(runtime::kResultsTopic);
    EXPECT_EQ(results.size(), 1U);
    return Must(codec::DecodeResult(results.at(0).value));
  }

  PaymentLog log_{kPartitions};
  const std::string here_ = NameOn("here", 0, kPartitions);
  const std::string there_ = NameOn("there", 1, kPartitions);
};

TEST_F(ValidatorPartitionTest, PassesACommandOnAsItCame) {
  const std::string body = "  " + DepositBody("d", here_, 5) + "\n";
  Validate({.key = here_,
            .value = body,
            .headers = {{"ce_id", "upstream's own"}, {"traceparent", kTrace}}});
  const auto inbox = log_.Read(runtime::kInboxTopic, 0);
  ASSERT_EQ(inbox.size(), 1U);
  EXPECT_EQ(inbox[0].key, here_);
  EXPECT_EQ(inbox[0].value, body);
  EXPECT_EQ(inbox[0].FindHeader(codec::kTraceParent), kTrace);
  EXPECT_EQ(inbox[0].FindHeader(codec::kOrigin), "payments.commands/0/0");
  EXPECT_EQ(inbox[0].FindHeader(codec::kCeType), codec::kTypeCommand);
  EXPECT_EQ(Outputs(), 1U);
}

TEST_F(ValidatorPartitionTest, PassesTheTraceAlongToARefusal) {
  Validate(
      {.key = here_, .value = DepositBody("d", here_, 0), .headers = {{"traceparent", kTrace}}});
  EXPECT_EQ(OnlyResult().code, ResultCode::kAmountMustBePositive);
  const auto results = All(runtime::kResultsTopic);
  EXPECT_EQ(results[0].FindHeader(codec::kTraceParent), kTrace);
  EXPECT_EQ(results[0].FindHeader(codec::kOrigin), "payments.commands/0/0");
  EXPECT_EQ(Outputs(), 1U);
}

TEST_F(ValidatorPartitionTest, RefusesARecordWithoutKey) {
  Validate({.key = std::nullopt, .value = DepositBody("d", here_, 5)});
  EXPECT_EQ(OnlyResult().code, ResultCode::kKeyMissing);
  EXPECT_THAT(OnlyResult().message, HasSubstr("it must be the account, '" + here_ + "'"));
  EXPECT_EQ(Outputs(), 1U);
}

TEST_F(ValidatorPartitionTest, RefusesARecordWithAnotherKey) {
  Validate({.key = there_, .value = DepositBody("d", here_, 5)});
  EXPECT_EQ(OnlyResult().code, ResultCode::kKeyNotAccount);
  EXPECT_THAT(OnlyResult().message, HasSubstr("it must be the account, '" + here_ + "'"));
  EXPECT_EQ(Outputs(), 1U);
}

TEST_F(ValidatorPartitionTest, RefusesARecordOnTheWrongPartitionAndNamesTheRemedy) {
  Validate({.key = there_, .value = DepositBody("d", there_, 5)});
  EXPECT_EQ(OnlyResult().code, ResultCode::kWrongPartition);
  EXPECT_THAT(OnlyResult().message, HasSubstr("partitioner=murmur2_random"));
  EXPECT_THAT(OnlyResult().message, HasSubstr("partition 1 of 2"));
  EXPECT_EQ(Outputs(), 1U);
}

TEST_F(ValidatorPartitionTest, KeepsTheExactBytesOfADeadLetter) {
  const std::string bytes("\x00\xff{not json\r\n", 12);
  const std::string key("\x01key\x00", 5);
  Validate({.key = key, .value = bytes, .headers = {{"traceparent", kTrace}}});
  const auto letters = log_.Read(runtime::kDeadLettersTopic, 0);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].value, bytes);
  EXPECT_EQ(letters[0].key, key);
  EXPECT_EQ(letters[0].FindHeader(codec::kReason), "invalid_utf8");
  EXPECT_TRUE(letters[0].FindHeader(codec::kReasonPath).has_value());
  EXPECT_FALSE(letters[0].FindHeader(codec::kReasonMessage).value_or("").empty());
  EXPECT_EQ(letters[0].FindHeader(codec::kOrigin), "payments.commands/0/0");
  EXPECT_EQ(letters[0].FindHeader(codec::kTraceParent), kTrace);
  EXPECT_EQ(letters[0].FindHeader(codec::kContentType), std::nullopt);
  EXPECT_EQ(Outputs(), 1U);
}

// Records as large as the topic takes: whatever fills them, what follows from them fits too.
TEST_F(ValidatorPartitionTest, FindsRoomForWhateverTheCommandsTopicTakes) {
  constexpr std::size_t kNearlyAll = 998'000;
  const std::string body = DepositBody("d", here_, 5);
  const std::string deep = R"({"command_id":")" + std::string(60'000, 'x') + "\"}";
  const std::vector<log::Record> records = {
      {.key = here_, .value = std::string(kNearlyAll, 'x')},
      {.key = std::string(kNearlyAll, 'k'), .value = "x"},
      {.key = std::string(900'000, 'k'), .value = deep},
      {.key = std::string(kNearlyAll, 'k'), .value = body},
      {.key = here_, .value = body, .headers = {{"traceparent", std::string(kNearlyAll, 't')}}},
      {.key = here_, .value = "x", .headers = {{"traceparent", std::string(kNearlyAll, 't')}}},
      {.key = here_, .value = body, .headers = {{"other", std::string(kNearlyAll, 'o')}}}};
  for (const log::Record& record : records) {
    Validate(record);
  }
  EXPECT_EQ(Outputs(), records.size());
  for (const log::StoredRecord& accepted : All(runtime::kInboxTopic)) {
    EXPECT_LT(accepted.FindHeader(codec::kTraceParent).value_or("").size(), 1000U)
        << "the ledger's records inherit it, and must fit";
  }
}

TEST_F(ValidatorPartitionTest, LeavesOneRecordForEachCommandOverRestarts) {
  for (int i = 0; i < 30; ++i) {
    const std::string id = std::to_string(i);
    const std::string value = i % 3 == 0   ? DepositBody(id, here_, 5)
                              : i % 3 == 1 ? DepositBody(id, here_, 0)
                                           : "letter " + id;
    Validate({.key = here_, .value = value});
  }
  EXPECT_EQ(All(runtime::kInboxTopic).size(), 10U);
  EXPECT_EQ(All(runtime::kResultsTopic).size(), 10U);
  EXPECT_EQ(All(runtime::kDeadLettersTopic).size(), 10U);
}

// The group's offset is lost; what was processed last stands in each topic in turn.
TEST_F(ValidatorPartitionTest, ResumesAfterTheHighestOriginWhereItsOffsetIsLost) {
  const std::vector<std::string> kinds = {DepositBody("d", here_, 5), DepositBody("d", here_, 0),
                                          "a dead letter"};
  const auto commands = runtime::Partition(runtime::kCommandsTopic, base::PartitionId(0));
  std::size_t count = 0;
  for (const std::string& last : kinds) {
    for (const std::string& kind : kinds) {
      log_.Produce(commands, {{.key = here_, .value = kind}});
    }
    log_.Produce(commands, {{.key = here_, .value = last}});
    count += 4;
    ValidatorRun first(log_, "a group of its own " + last);
    first.RunToIdle();
    EXPECT_EQ(Outputs(), count);
    EXPECT_EQ(first.tally().inputs, 4) << "the earlier ones are done";
  }
  // Outputs of another partition name offsets too, and mean nothing here.
  for (int i = 0; i < 20; ++i) {
    log_.Submit({OpenBody("o", there_)});
  }
  ValidatorRun(log_, "a group of the other partition", 1).RunToIdle();
  log_.Produce(commands, {{.key = here_, .value = "the last"}});
  ValidatorRun again(log_, "a new group");
  again.RunToIdle();
  EXPECT_EQ(again.tally().inputs, 1);
  EXPECT_EQ(Outputs(), count + 21);
}

}  // namespace
}  // namespace paylog::validator
