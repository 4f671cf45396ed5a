#include "paylog/validator/core/verdict.h"

#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "paylog/base/murmur2.h"

namespace paylog::validator {
namespace {

using model::ResultCode;

constexpr std::int32_t kPartitionCount = 4;

model::AccountId Alice() {
  return *model::AccountId::Parse("alice");
}

model::DecodedCommand Close() {
  return model::Command{
      .id = *model::CommandId::Parse("c-1"), .account = Alice(), .body = model::CloseAccount{}};
}

RecordFacts FactsOf(std::optional<std::string_view> key) {
  return {.key = key,
          .partition = base::PartitionOf("alice", kPartitionCount),
          .partition_count = kPartitionCount};
}

const model::CommandResult& RefusedResult(const Verdict& verdict) {
  return std::get<Refused>(verdict).result;
}

TEST(ValidatorDecide, AcceptsACommandOnItsAccountsPartition) {
  const Verdict verdict = Decide(Close(), FactsOf("alice"));
  EXPECT_EQ(std::get<Accepted>(verdict).account, Alice());
}

TEST(ValidatorDecide, RefusesAMissingKey) {
  const Verdict verdict = Decide(Close(), FactsOf(std::nullopt));
  const auto& result = RefusedResult(verdict);
  EXPECT_EQ(result.code, ResultCode::kKeyMissing);
  EXPECT_EQ(result.status, model::ResultStatus::kRefused);
  EXPECT_EQ(result.command_id.value(), "c-1");
  EXPECT_EQ(result.account, Alice());
  EXPECT_EQ(result.type, model::CommandType::kCloseAccount);
  EXPECT_FALSE(result.duplicate);
  EXPECT_EQ(result.position, std::nullopt);
  EXPECT_TRUE(result.balances.empty());
  EXPECT_EQ(result.message, "the record has no key; it must be the account, 'alice'");
}

TEST(ValidatorDecide, RefusesAnotherKey) {
  for (const std::string& key : {std::string(), std::string("Alice"), std::string("alice ")}) {
    EXPECT_EQ(RefusedResult(Decide(Close(), FactsOf(key))).code, ResultCode::kKeyNotAccount);
  }
  const std::string odd = std::string(1000, 'k') + "\xff";
  const Verdict verdict = Decide(Close(), FactsOf(odd));
  EXPECT_LT(RefusedResult(verdict).message.size(), 200U);
  EXPECT_EQ(RefusedResult(Decide(Close(), FactsOf("\xff-\n"))).message,
            "the record's key is '?-?'; it must be the account, 'alice'");
}

TEST(ValidatorDecide, RefusesAnotherPartitionAndNamesTheRemedy) {
  RecordFacts facts = FactsOf("alice");
  const std::int32_t right = facts.partition.value();
  facts.partition = base::PartitionId((right + 1) % kPartitionCount);
  const Verdict verdict = Decide(Close(), facts);
  EXPECT_EQ(RefusedResult(verdict).code, ResultCode::kWrongPartition);
  EXPECT_EQ(RefusedResult(verdict).message,
            "key 'alice' belongs on partition " + std::to_string(right) +
                " of 4 (murmur2), the record is on " + std::to_string((right + 1) % 4) +
                "; set partitioner=murmur2_random in librdkafka-based producers");
}

TEST(ValidatorDecide, ARefusedBodyKeepsItsOwnCodeWhateverItsKey) {
  const model::RefusedCommand refused{
      .id = *model::CommandId::Parse("d-1"),
      .account = Alice(),
      .type = std::nullopt,
      .refusal = {.code = ResultCode::kUnknownType, .path = "$.type", .message = "no such type"}};
  const Verdict verdict = Decide(refused, FactsOf(std::nullopt));
  const auto& result = RefusedResult(verdict);
  EXPECT_EQ(result.code, ResultCode::kUnknownType);
  EXPECT_EQ(result.path, "$.type");
  EXPECT_EQ(result.message, "no such type");
  EXPECT_EQ(result.type, std::nullopt);
}

TEST(ValidatorDecide, AnUnreadableBodyIsADeadLetterWhateverItsKey) {
  const model::UnreadableCommand unreadable{
      .refusal = {.code = ResultCode::kInvalidJson, .path = "$", .message = "not JSON"}};
  for (const auto& facts : {FactsOf("alice"), FactsOf(std::nullopt), FactsOf("bob")}) {
    const Verdict verdict = Decide(unreadable, facts);
    EXPECT_EQ(std::get<DeadLetter>(verdict).reason.code, ResultCode::kInvalidJson);
    EXPECT_EQ(std::get<DeadLetter>(verdict).reason.message, "not JSON");
  }
}

}  // namespace
}  // namespace paylog::validator
