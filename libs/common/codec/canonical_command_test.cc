#include <string>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

#include "paylog/codec/command_codec.h"

namespace paylog::codec {
namespace {

struct Golden {
  std::string_view canonical;
  std::string_view sha256;
};

// Fixed for ever: remembered ids hold these hashes. Computed with another program (Python's json
// and hashlib). The long metadata tells UTF-16 order from byte order.
constexpr Golden kGolden[] = {
    {R"({"type":"open_account","command_id":"o-1","account":"alice","currency":"EUR"})",
     "3e114612084fa669ea4103f508aa0271235571e5421fc215d26ff00af7886e35"},
    {R"({"type":"open_account","command_id":"o-2","account":"alice","currency":"JPY","overdraft_limit":0,"min_balance":100,"max_balance":9007199254740991})",
     "826c20ddc1cc595e9a8f6edf977917b998999cbefa58b4aaccad61efbc258941"},
    {R"({"type":"update_account","command_id":"u-1","account":"alice","overdraft_limit":50000})",
     "893003c9d6acfe6acd013a5fbd0ba60923ad4862c9798091692fba353cbd3210"},
    {R"({"type":"update_account","command_id":"u-2","account":"alice","overdraft_limit":0,"min_balance":2500,"max_balance":1000000})",
     "326bc51bbf7dec0dfb259ed460cea5dc2a51fba3f39d66ac33c0a3ebfc4f0b0c"},
    {R"({"type":"freeze_account","command_id":"f-1","account":"alice","scope":"debits","reason":"court order 12/26"})",
     "a8880b42a6de3b85f2e5bd57dec42193481e66ac398288241c87970bbd6514a0"},
    {R"({"type":"freeze_account","command_id":"f-3","account":"alice","scope":"both","reason":"Grüße, 支払い 😀"})",
     "cf5c0bcfef0f26b00dd3f03aa8719405510021f92b6a9205e218e3779dfe10ba"},
    {R"({"type":"unfreeze_account","command_id":"f-2","account":"alice","scope":"both","reason":"order lifted"})",
     "daebb1c663f3afee6314cd9c65353ff8454990dc0ea67cc68dcca00eb995ad17"},
    {R"({"type":"unfreeze_account","command_id":"f-4","account":"alice","scope":"credits","reason":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})",
     "6dbe66eb72ca156a7cf2d76c4da639547014bd54b357ae70dc83fdb6e7ba329a"},
    {R"({"type":"close_account","command_id":"c-1","account":"alice"})",
     "bb0cadb927ef96f436cf47067be63848278a9c1f820bb8a1c1066c8bfb9aaa47"},
    {R"({"type":"close_account","command_id":"~!\"\\<close>","account":"alice"})",
     "4cd69c2b920bf36dcd42bf6560998d632262828a5bb38da7fdc538e0a25fd865"},
    {R"({"type":"deposit","command_id":"d-1","account":"alice","amount":10000,"currency":"EUR"})",
     "1a1b14829ddaeb8a41d04c327b5ae8a8e030893ef023a7230034c029a733e992"},
    {R"({"type":"deposit","command_id":"d-2","account":"alice","amount":9007199254740991,"currency":"EUR","reference":"Grüße, 支払い 😀","metadata":{"channel":"branch","order":"7"}})",
     "931974b59f244311b1f2d3715d6630e16272eab9f8327bbabc004c035a3d6f66"},
    {R"({"type":"withdraw","command_id":"w-1","account":"alice","amount":2500,"currency":"EUR"})",
     "c4522234f0be156954975e7aee812c0c70f2bb42e4fc22bf35a80ef4580d4b1c"},
    {R"({"type":"withdraw","command_id":"w-2","account":"alice","amount":1,"currency":"EUR","reference":"cash","metadata":{}})",
     "5fa41526896182dd0cd52327519bc76f196169a5c2b32d3b425ea6a24aaa6cfc"},
    {R"({"type":"transfer","command_id":"inv-7","debtor_account":"alice","creditor_account":"bob","amount":1250,"currency":"EUR"})",
     "ab0c37e37dcb9bda1c6ac620c76b0ac798f77aaecd8951c735868429edcfcd7a"},
    {R"({"type":"transfer","command_id":"inv-8","debtor_account":"berka:704","creditor_account":"A.b_c-9","amount":1250,"currency":"EUR","reference":"invoice \"8\" \\ €","metadata":{"a b":"space","דּ":"Hebrew","€":"Euro Sign","😀":"after U+D7FF, before U+FB33"}})",
     "97862b42accfe2e37a7d10cbc6c4f4c9c334534d78fbd2a8554727a35e4af614"},
};

model::Command MustDecode(std::string_view body) {
  model::DecodedCommand decoded = DecodeCommand(body);
  EXPECT_TRUE(std::holds_alternative<model::Command>(decoded)) << body;
  return std::get<model::Command>(std::move(decoded));
}

TEST(CanonicalCommand, KeepsItsGoldenBytesAndHashes) {
  for (const Golden& golden : kGolden) {
    const model::Command command = MustDecode(golden.canonical);
    EXPECT_EQ(CanonicalCommand(command), golden.canonical);
    EXPECT_EQ(BodySha256(command).ToHex(), golden.sha256) << golden.canonical;
  }
}

TEST(CanonicalCommand, DoesNotDependOnSpelling) {
  const model::Command plain = MustDecode(
      R"({"type":"deposit","command_id":"d","account":"a","amount":5,"currency":"EUR","reference":"é/"})");
  const model::Command spelled = MustDecode(R"(
{ "currency":"EUR",   "reference":"\u00e9\/", "amount" : 5,
 "account":"\u0061","command_id":"d","type":"deposit"} )");
  EXPECT_EQ(CanonicalCommand(spelled), CanonicalCommand(plain));
}

// Presence is part of what was said: an absent limit and an explicit default are not the same body.
TEST(CanonicalCommand, TellsAbsentFromDefault) {
  const model::Command absent =
      MustDecode(R"({"type":"open_account","command_id":"o","account":"a","currency":"EUR"})");
  const model::Command zero = MustDecode(
      R"({"type":"open_account","command_id":"o","account":"a","currency":"EUR","min_balance":0})");
  EXPECT_NE(BodySha256(absent), BodySha256(zero));
  const model::Command none = MustDecode(
      R"({"type":"deposit","command_id":"d","account":"a","amount":5,"currency":"EUR"})");
  const model::Command empty = MustDecode(
      R"({"type":"deposit","command_id":"d","account":"a","amount":5,"currency":"EUR","metadata":{}})");
  EXPECT_NE(BodySha256(none), BodySha256(empty));
}

// Unicode is compared as it came: no normalisation.
TEST(CanonicalCommand, DoesNotNormaliseUnicode) {
  const auto with_reference = [](const std::string& reference) {
    return MustDecode(
        R"({"type":"deposit","command_id":"d","account":"a","amount":5,"currency":"EUR","reference":")" +
        reference + "\"}");
  };
  EXPECT_NE(BodySha256(with_reference("\u00c5")), BodySha256(with_reference("A\u030a")));
}

}  // namespace
}  // namespace paylog::codec
