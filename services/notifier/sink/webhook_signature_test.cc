#include "paylog/notifier/sink/webhook_signature.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "paylog/base/base64.h"
#include "paylog/base/hash.h"
#include "paylog/test_support/must.h"

namespace paylog::notifier {
namespace {

using nlohmann::json;
using test_support::CodeOf;
using test_support::ErrorOf;
using test_support::Must;

json ReadVectors(const std::string& name) {
  std::ifstream file(std::string(PAYLOG_SOURCE_DIR) + "/tests/data/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  return json::parse(file);
}

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::string SecretOf(std::size_t size) {
  return "whsec_" + base::EncodeBase64(std::string(size, 'k'));
}

TEST(WebhookSignature, IsThatOfTheSpecification) {
  const json vectors = ReadVectors("standard_webhooks.json");
  for (const json& vector : vectors.at("sign")) {
    const std::string key = Must(DecodeSecret(vector.at("secret").get<std::string>()));
    const std::int64_t seconds = vector.at("timestamp");
    const WebhookHeaders headers = SignWebhook({key}, vector.at("id").get<std::string>(),
                                               base::TimestampMs(seconds * 1'000 + 999),
                                               vector.at("payload").get<std::string>());
    EXPECT_EQ(headers.id, vector.at("id"));
    EXPECT_EQ(headers.timestamp, std::to_string(seconds));
    EXPECT_EQ(headers.signature, vector.at("signature"));
  }
}

TEST(WebhookSignature, EachKeySigns) {
  const std::string a(24, 'a');
  const std::string b(64, 'b');
  const auto sign = [](const std::vector<std::string>& keys) {
    return SignWebhook(keys, "msg_1", base::TimestampMs(1'000), "{}").signature;
  };
  EXPECT_EQ(sign({a, b}), sign({a}) + " " + sign({b}));
  EXPECT_NE(sign({a}), sign({b}));
}

TEST(WebhookSignature, CoversIdTimeAndPayload) {
  const std::vector<std::string> keys = {std::string(24, 'a')};
  const auto sign = [&](std::string_view id, std::int64_t time, std::string_view payload) {
    return SignWebhook(keys, id, base::TimestampMs(time), payload).signature;
  };
  EXPECT_EQ(sign("msg_1", 1'000, "{}"), sign("msg_1", 1'999, "{}"));  // Whole seconds.
  EXPECT_NE(sign("msg_1", 1'000, "{}"), sign("msg_2", 1'000, "{}"));
  EXPECT_NE(sign("msg_1", 1'000, "{}"), sign("msg_1", 2'000, "{}"));
  EXPECT_NE(sign("msg_1", 1'000, "{}"), sign("msg_1", 1'000, "{ }"));
}

TEST(WebhookSignatureDeathTest, NothingGoesOutUnsignedOrUnderAForgedId) {
  const std::vector<std::string> keys = {std::string(24, 'a')};
  EXPECT_DEATH(SignWebhook({}, "msg_1", base::TimestampMs(0), "{}"), "CHECK");
  EXPECT_DEATH(SignWebhook({"short"}, "msg_1", base::TimestampMs(0), "{}"), "CHECK");
  for (const std::string_view id : {"", "a.b", "a b", "a\r\nx: y", "\xc3\xa4"}) {
    EXPECT_DEATH(SignWebhook(keys, id, base::TimestampMs(0), "{}"), "CHECK") << id;
  }
}

TEST(DecodeSecret, TakesKeysOf24To64Bytes) {
  for (const std::size_t size : {24U, 25U, 32U, 63U, 64U}) {
    EXPECT_EQ(Must(DecodeSecret(SecretOf(size))), std::string(size, 'k'));
  }
  EXPECT_EQ(ErrorOf(DecodeSecret(SecretOf(23))).context,
            "the secret has 23 bytes; it must have 24 to 64");
  EXPECT_EQ(CodeOf(DecodeSecret(SecretOf(65))), base::ErrorCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(DecodeSecret("whsec_")), base::ErrorCode::kInvalidArgument);
}

TEST(DecodeSecret, SaysWhyWithoutTheSecret) {
  const std::string good = SecretOf(24);
  const struct {
    std::string secret;
    std::string error;
  } kCases[] = {
      {"", "the secret is empty"},
      {good.substr(6), "the secret does not begin with whsec_"},
      {" " + good, "the secret does not begin with whsec_"},
      {"WHSEC_" + good.substr(6), "the secret does not begin with whsec_"},
      {good + "\n", "what follows whsec_ is not base64 with padding"},
      {"whsec_-_-_" + good.substr(6), "what follows whsec_ is not base64 with padding"},
      {SecretOf(25).substr(0, 6 + 34), "what follows whsec_ is not base64 with padding"},
      {"whsk_" + good.substr(6),
       "this is a key for ed25519 (v1a); a symmetric one begins with whsec_"},
  };
  for (const auto& [secret, error] : kCases) {
    EXPECT_EQ(ErrorOf(DecodeSecret(secret)).context, error) << secret;
  }
}

// Wycheproof's cases are those of whoever verifies: a valid tag is ours, an invalid one is not.
TEST(HmacSha256, AgreesWithWycheproof) {
  int valid = 0;
  int invalid = 0;
  const json vectors = ReadVectors("wycheproof_hmac_sha256.json");
  for (const json& group : vectors.at("testGroups")) {
    for (const json& test : group.at("tests")) {
      const base::Hash256 mac = base::HmacSha256(FromHex(test.at("key")), FromHex(test.at("msg")));
      const std::size_t digits = group.at("tagSize").get<std::size_t>() / 4;
      const bool same = mac.ToHex().substr(0, digits) == test.at("tag").get<std::string>();
      EXPECT_EQ(same, test.at("result") == "valid") << test.at("tcId");
      ++(same ? valid : invalid);
    }
  }
  EXPECT_GT(valid, 50);
  EXPECT_GT(invalid, 50);
}

}  // namespace
}  // namespace paylog::notifier
