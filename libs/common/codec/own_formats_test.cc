#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "paylog/codec/event_codec.h"
#include "paylog/codec/message_codec.h"
#include "paylog/codec/result_codec.h"
#include "paylog/codec/state_codec.h"

// What the golden examples under schemas/ cannot show: extreme values, and
// that only the canonical spelling is read.
namespace paylog::codec {
namespace {

model::Currency Euro() {
  return *model::Currency::Parse("EUR");
}

model::AccountId Customer(std::string_view name) {
  return *model::AccountId::Parse(name);
}

TEST(AccountCodec, HoldsExtremeBalances) {
  const base::Int128 smallest = base::Int128{1} << 127;
  const model::Account external{.id = model::AccountId::External(Euro()),
                                .currency = Euro(),
                                .last_sequence = base::Sequence(9),
                                .posted = smallest};
  EXPECT_EQ(DecodeAccount(EncodeAccount(external, base::PartitionId(1))).value(), external);
  const model::Account alice{.id = Customer("alice"),
                             .currency = Euro(),
                             .last_sequence = base::Sequence(9),
                             .posted = base::kAmountMinorMax,
                             .overdraft_limit = base::kAmountMinorMax};
  EXPECT_EQ(DecodeAccount(EncodeAccount(alice, base::PartitionId(1))).value(), alice);
  // Returns are never refused, so many of them can take a customer beyond 64 bits.
  for (const base::Int128 posted : {base::Int128{1} << 70, -(base::Int128{1} << 70)}) {
    model::Account rich = alice;
    rich.posted = posted;
    EXPECT_EQ(DecodeAccount(EncodeAccount(rich, base::PartitionId(1))).value(), rich);
  }
}

// Sums beyond 64 bits must be refused, not end the process.
TEST(AccountCodec, RefusesAnAvailableBalanceThatDoesNotFit) {
  std::string record = EncodeAccount(
      {.id = Customer("alice"), .currency = Euro(), .posted = 1, .held = 0}, base::PartitionId(0));
  const std::string largest = std::to_string(std::numeric_limits<std::int64_t>::max());
  record.replace(record.find("\"posted\":1"), 10, "\"posted\":" + largest);
  record.replace(record.find("\"held\":0"), 8, "\"held\":-" + largest);
  const auto decoded = DecodeAccount(record);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().context.substr(0, 12), "$.available:");
}

TEST(JournalCodec, ReadsItsOwnSpellingOnly) {
  const model::JournalRecord record{
      .header = {.position = {.partition = base::PartitionId(1), .sequence = base::Sequence(42)},
                 .inbox_offset = base::Offset(99)},
      .event = {.command = {.account = Customer("alice"),
                            .id = *model::CommandId::Parse("c-1"),
                            .type = model::CommandType::kCloseAccount,
                            .body_sha256 = base::Sha256("body")},
                .body = model::AccountClosed{}}};
  const std::string good = EncodeJournalRecord(record);
  EXPECT_EQ(JournalKey(record), "alice");
  EXPECT_EQ(DecodeJournalRecord(good).value(), record);
  for (const std::string& bad :
       {good + " ", good + "\n", " " + good, good.substr(1), std::string(), std::string("{}"),
        "{\"v\":1," + good.substr(1), good.substr(0, good.size() - 1) + ",\"v\":1}"}) {
    const auto decoded = DecodeJournalRecord(bad);
    ASSERT_FALSE(decoded.has_value()) << bad;
    EXPECT_EQ(decoded.error().code, base::ErrorCode::kCorrupt);
  }
}

TEST(ResultCodec, LeavesOutWhatIsEmpty) {
  const model::CommandResult result{.command_id = *model::CommandId::Parse("d-1"),
                                    .account = Customer("alice"),
                                    .type = std::nullopt,
                                    .status = model::ResultStatus::kRefused,
                                    .code = model::ResultCode::kUnknownType};
  const std::string encoded = EncodeResult(result);
  EXPECT_EQ(encoded, R"({"v":1,"command_id":"d-1","status":"refused","code":"unknown_type",)"
                     R"("duplicate":false,"balances":[],"account":"alice"})");
  EXPECT_EQ(DecodeResult(encoded).value(), result);
}

}  // namespace
}  // namespace paylog::codec
