#include "paylog/codec/snapshot_codec.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/base/limits.h"

// Goal: snapshots give back what was saved, and only one spelling of it is read.
namespace paylog::codec {
namespace {

using std::string_literals::operator""s;

model::Currency Euro() {
  return *model::Currency::Parse("EUR");
}

model::AccountId Customer(std::string_view name) {
  return *model::AccountId::Parse(name);
}

model::AccountBalance BalanceOf(std::string_view name, base::Int128 posted) {
  return {.account = Customer(name),
          .currency = Euro(),
          .posted = posted,
          .held = 0,
          .available = posted};
}

model::IndexEntry FinalEntry() {
  return {
      .body_sha256 = base::Sha256("body"),
      .type = model::CommandType::kTransfer,
      .state = model::IndexState::kFinal,
      .other = base::PartitionId(0),
      .first_sequence = base::Sequence(41),
      .outcome = {.status = model::ResultStatus::kRejected,
                  .code = model::ResultCode::kCreditorClosed,
                  .position = {.partition = base::PartitionId(1), .sequence = base::Sequence(300)},
                  .balances = {BalanceOf("alice", -5), BalanceOf("bob", 7)},
                  .reopened_account = Customer("alice")}};
}

model::Account FullAccount() {
  return {.id = Customer("alice"),
          .currency = Euro(),
          .debits_frozen = true,
          .credits_frozen = false,
          .closed = true,
          .last_sequence = base::Sequence(300),
          .posted = -5,
          .held = 2,
          .overdraft_limit = 0,
          .min_balance = 1,
          .max_balance = 128,
          .freeze_reason = "why"};
}

const std::string kHash(reinterpret_cast<const char*>(base::Sha256("body").bytes.data()), 32);

// Snapshots on disk rest on these bytes: others need another version in snapshot_meta.
TEST(SnapshotCodec, KeepsItsGoldenBytes) {
  EXPECT_EQ(EncodeIndexEntry(FinalEntry()), kHash +
                                                "\x07\0\0\x29"
                                                "\x01\x25\x01\xac\x02"
                                                "\x02"
                                                "\x05"
                                                "aliceEUR\x09\0\x09"
                                                "\x03"
                                                "bobEUR\x0e\0\x0e"
                                                "\x01\x05"
                                                "alice"s);
  EXPECT_EQ(EncodeSavedAccount(FullAccount()),
            "EUR\x05\x09\x04\0\x01\x80\x01\x03"
            "why\xac\x02"s);
}

TEST(SnapshotCodec, ReadsBackEveryStateOfAnId) {
  model::IndexEntry entry = FinalEntry();
  EXPECT_EQ(DecodeIndexEntry(EncodeIndexEntry(entry)).value(), entry);
  entry.outcome.balances = {BalanceOf("alice", base::Int128{1} << 119),
                            BalanceOf("bob", -(base::Int128{1} << 119))};
  EXPECT_EQ(DecodeIndexEntry(EncodeIndexEntry(entry)).value(), entry);
  for (const auto state : {model::IndexState::kSent, model::IndexState::kReturned}) {
    entry.state = state;
    entry.other = base::PartitionId(3);
    entry.outcome = {.position = entry.outcome.position};
    EXPECT_EQ(DecodeIndexEntry(EncodeIndexEntry(entry)).value(), entry);
  }
}

TEST(SnapshotCodec, ReadsBackAccounts) {
  const model::Account external{.id = model::AccountId::External(Euro()),
                                .currency = Euro(),
                                .last_sequence = base::Sequence(9),
                                .posted = -(base::Int128{1} << 119)};
  const model::Account rich{.id = Customer("rich"),
                            .currency = Euro(),
                            .credits_frozen = true,
                            .posted = base::Int128{1} << 70,
                            .overdraft_limit = base::kAmountMinorMax,
                            .min_balance = base::kAmountMinorMax};
  for (const model::Account& account : {external, rich, FullAccount()}) {
    EXPECT_EQ(DecodeSavedAccount(account.id.value(), EncodeSavedAccount(account)).value(), account);
  }
}

std::string Problem(const base::Result<model::IndexEntry>& decoded) {
  EXPECT_FALSE(decoded.has_value());
  EXPECT_TRUE(decoded || decoded.error().code == base::ErrorCode::kCorrupt);
  return decoded ? "" : decoded.error().context;
}

std::string With(std::string value, std::size_t at, char byte) {
  value.at(at) = byte;
  return value;
}

TEST(SnapshotCodec, SaysWhatIsWrongWithAnIndexEntry) {
  const std::string good = EncodeIndexEntry(FinalEntry());
  EXPECT_EQ(Problem(DecodeIndexEntry(With(good, 32, 8))),
            "index entry, before byte 33: not a command's type");
  EXPECT_EQ(Problem(DecodeIndexEntry(With(good, 33, 3))),
            "index entry, before byte 34: not a state");
  EXPECT_EQ(Problem(DecodeIndexEntry(With(good, 36, 3))),
            "index entry, before byte 37: not a status");
  EXPECT_EQ(Problem(DecodeIndexEntry(With(good, 37, 127))),
            "index entry, before byte 38: not a code");
  EXPECT_EQ(Problem(DecodeIndexEntry(With(good, good.find("alice"), '$'))),
            "index entry, before byte 48: not a customer's account");
  EXPECT_EQ(Problem(DecodeIndexEntry(With(good, good.find("EUR"), 'X'))),
            "index entry, before byte 51: not a currency");
  EXPECT_EQ(
      Problem(DecodeIndexEntry(good + "x")),
      "index entry, before byte " + std::to_string(good.size()) + ": there is more than should be");
  EXPECT_EQ(Problem(DecodeIndexEntry("")), "index entry, before byte 0: not a hash");
}

TEST(SnapshotCodec, SaysWhatIsWrongWithAnAccount) {
  const std::string good = EncodeSavedAccount(FullAccount());
  const auto problem = [](std::string_view id, const std::string& value) {
    const auto decoded = DecodeSavedAccount(id, value);
    return decoded ? "" : decoded.error().context;
  };
  EXPECT_EQ(problem("", good), "saved account: its key is not an account");
  EXPECT_EQ(problem("alice", With(good, 3, 8)), "saved account, before byte 4: unknown flags");
  EXPECT_EQ(problem("alice", With(good, good.find("why"), '\xff')),
            "saved account, before byte 14: not UTF-8");
  EXPECT_EQ(
      problem("alice", With(good, good.size() - 1, '\x82')),
      "saved account, before byte 16: it ends too early, or has a number in another spelling");
}

// However it is cut or changed, what is read has this spelling and no other.
TEST(SnapshotCodec, WhateverIsReadIsSpeltLikeThis) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::vector<std::string> good = {EncodeIndexEntry(FinalEntry()),
                                         EncodeSavedAccount(FullAccount())};
  for (const std::string& whole : good) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(DecodeIndexEntry(whole.substr(0, size)).has_value());
      EXPECT_FALSE(DecodeSavedAccount("alice", whole.substr(0, size)).has_value());
    }
  }
  int read = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string value = good[random() % good.size()];
    value[random() % value.size()] = static_cast<char>(random());
    if (const auto entry = DecodeIndexEntry(value)) {
      ASSERT_EQ(EncodeIndexEntry(*entry), value);
      ++read;
    }
    if (const auto account = DecodeSavedAccount("alice", value)) {
      ASSERT_EQ(EncodeSavedAccount(*account), value);
      ++read;
    }
  }
  EXPECT_GT(read, 1'000);
}

}  // namespace
}  // namespace paylog::codec
