#include "paylog/cli/dead_letters.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "paylog/test_support/must.h"
#include "paylog/test_support/payment_log.h"

namespace paylog::cli {
namespace {

using test_support::DepositBody;
using test_support::Must;
using test_support::PaymentLog;

constexpr std::int32_t kPartitions = 3;
constexpr LetterPosition kLetter{.partition = base::PartitionId(1), .offset = base::Offset(0)};

log::Record Letter(const std::string& type, const std::string& origin) {
  return {.key = std::nullopt,
          .value = "garbage",
          .headers = {{codec::kCeType, type}, {codec::kOrigin, origin}},
          .timestamp = base::TimestampMs(1)};
}

log::StoredRecord Stored(const std::string& type, const std::string& origin) {
  PaymentLog log(kPartitions);
  log.Produce(runtime::Partition(runtime::kDeadLettersTopic, kLetter.partition),
              {Letter(type, origin)});
  return Must(ReadLetter(log.log(), log.counts(), kLetter));
}

Resubmissions Find(PaymentLog& log) {
  return Must(FindResubmissions(log.log(), log.counts(), [] { return false; }));
}

TEST(DeadLetters, ReadsPositions) {
  const auto position = ParseLetterPosition("3:9223372036854775807");
  ASSERT_TRUE(position);
  EXPECT_EQ(position->partition, base::PartitionId(3));
  EXPECT_EQ(position->offset.value(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(position->ToString(), "3:9223372036854775807");
  for (const char* text : {"", ":", "3", "3:", ":3", "-1:0", "0:-1", "0:1 ", " 0:1", "+0:1",
                           "0:1:2", "2147483648:0", "0:9223372036854775808", "0x1:2", "a:b"}) {
    EXPECT_FALSE(ParseLetterPosition(text)) << text;
  }
}

TEST(DeadLetters, AreFoundWhereTheyAreOnly) {
  PaymentLog log(kPartitions);
  log.Produce(runtime::Partition(runtime::kDeadLettersTopic, kLetter.partition),
              {Letter(std::string(codec::kTypeDeadLetter), "payments.commands/1/0")});
  EXPECT_EQ(Must(ReadLetter(log.log(), log.counts(), kLetter)).value, "garbage");
  for (const char* elsewhere : {"1:1", "0:0", "3:0", "1:9223372036854775807"}) {
    const auto read = ReadLetter(log.log(), log.counts(), ParseLetterPosition(elsewhere).value());
    ASSERT_FALSE(read) << elsewhere;
    EXPECT_EQ(read.error().code, base::ErrorCode::kNotFound) << elsewhere;
  }
}

TEST(DeadLetters, OnlyThoseOfCommandsBecomeCommands) {
  const std::string type(codec::kTypeDeadLetter);
  EXPECT_EQ(WhyNoCommand(Stored(type, "payments.commands/1/0")), std::nullopt);
  EXPECT_NE(WhyNoCommand(Stored("paylog.other.v1", "payments.commands/1/0")), std::nullopt);
  EXPECT_NE(WhyNoCommand(Stored(type, "payments.results/1/0")), std::nullopt);
  EXPECT_NE(WhyNoCommand(Stored(type, "")), std::nullopt);
}

TEST(DeadLetters, AResubmissionNamesItsLetter) {
  PaymentLog log(kPartitions);
  log.Submit({DepositBody("d-1", "alice", 1)});
  EXPECT_TRUE(Find(log).empty());
  const std::string body = DepositBody("d-2", "alice", 2);
  EXPECT_EQ(Must(WriteResubmission(log.log(), log.counts(), kLetter, body, base::TimestampMs(7))),
            std::nullopt);
  const Resubmissions found = Find(log);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.begin()->first, kLetter.ToOrigin());
  ASSERT_EQ(found.begin()->second.size(), 1U);
  const codec::Origin& place = found.begin()->second[0];
  const auto records = log.Read(runtime::kCommandsTopic, place.partition.value());
  ASSERT_EQ(records.size(), 2U);  // Behind the account's other command: the same partition.
  EXPECT_EQ(records[1].value, body);
  EXPECT_EQ(records[1].key, "alice");
  EXPECT_EQ(records[1].FindHeader(codec::kResubmissionOf), "payments.dead-letters/1/0");
}

TEST(DeadLetters, ABodyThatCannotBeReadIsNotWritten) {
  PaymentLog log(kPartitions);
  for (const std::string& body : {std::string("garbage"), std::string(R"({"type":"deposit"})"),
                                  std::string(65'537, ' '), std::string()}) {
    EXPECT_TRUE(
        Must(WriteResubmission(log.log(), log.counts(), kLetter, body, base::TimestampMs(7))))
        << body.substr(0, 20);
  }
  EXPECT_TRUE(log.ReadAll(runtime::kCommandsTopic, kPartitions).empty());
}

TEST(DeadLetters, AHeaderThatNamesNothingIsNoResubmission) {
  PaymentLog log(kPartitions);
  auto [to, record] = test_support::CommandRecord(DepositBody("d-1", "alice", 1), kPartitions);
  record.headers = {{codec::kResubmissionOf, "nothing"}};
  log.Produce(to, {record});
  EXPECT_TRUE(Find(log).empty());
}

}  // namespace
}  // namespace paylog::cli
