#include <array>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "paylog/base/limits.h"
#include "paylog/codec/command_codec.h"

// Goal: no bytes end the process, and all give exactly one of the three outcomes. Method: random
// bytes, random text in JSON's own characters, and valid commands with some bytes changed. Run
// under the sanitizers, which find what goes wrong without being seen.
namespace paylog::codec {
namespace {

constexpr std::uint64_t kSeed = 20261121;

constexpr std::string_view kCommands[] = {
    R"({"type":"open_account","command_id":"o","account":"a","currency":"EUR","max_balance":9007199254740991})",
    R"({"type":"freeze_account","command_id":"f","account":"a","scope":"both","reason":"Grüße 😀"})",
    R"({"type":"transfer","command_id":"t","debtor_account":"a","creditor_account":"b","amount":1250,"currency":"EUR","reference":"\ud83d\ude00\n","metadata":{"k":"v","€":"\u0000"}})",
};

class RandomBytes {
 public:
  explicit RandomBytes(std::uint64_t seed) : engine_(seed) {}

  std::size_t Below(std::size_t bound) { return engine_() % bound; }

  std::string Bytes(std::size_t length) {
    std::string bytes(length, '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(Below(256));
    }
    return bytes;
  }

  std::string JsonLike(std::size_t length) {
    constexpr std::array<std::string_view, 16> kTokens = {"{",
                                                          "}",
                                                          "[",
                                                          "]",
                                                          ":",
                                                          ",",
                                                          "\"",
                                                          "\\",
                                                          "0",
                                                          "-1",
                                                          "1e9",
                                                          "null",
                                                          "true",
                                                          " ",
                                                          R"("command_id":"x")",
                                                          R"("account":"a")"};
    std::string text = "{";
    for (std::size_t i = 0; i < length; ++i) {
      text += kTokens.at(Below(kTokens.size()));
    }
    return text;
  }

  std::string Mutated(std::string_view original) {
    std::string text(original);
    for (std::size_t i = 1 + Below(4); i-- > 0;) {
      const std::size_t at = Below(text.size());
      switch (Below(4)) {
        case 0:
          text[at] = static_cast<char>(Below(256));
          break;
        case 1:
          text[at] = static_cast<char>(text[at] ^ (1 << Below(8)));
          break;
        case 2:
          text.erase(at, 1 + Below(3));
          break;
        case 3:
          text.insert(at, text.substr(Below(text.size()), 1 + Below(20)));
          break;
      }
      text.push_back(' ');  // Never empty.
    }
    return text;
  }

 private:
  std::mt19937_64 engine_;
};

// How often each of the three outcomes came.
using Tally = std::array<int, 3>;

void Decode(const std::string& body, Tally& tally) {
  const model::DecodedCommand decoded = DecodeCommand(body);
  ++tally.at(decoded.index());
  if (const auto* const command = std::get_if<model::Command>(&decoded)) {
    const auto again = DecodeCommand(CanonicalCommand(*command));
    ASSERT_TRUE(std::holds_alternative<model::Command>(again)) << body;
    EXPECT_EQ(BodySha256(std::get<model::Command>(again)), BodySha256(*command)) << body;
  } else if (const auto* const refused = std::get_if<model::RefusedCommand>(&decoded)) {
    EXPECT_EQ(model::InfoOf(refused->refusal.code).stage, model::CodeStage::kValidator) << body;
    EXPECT_FALSE(refused->refusal.message.empty());
  } else {
    const model::Refusal& refusal = std::get<model::UnreadableCommand>(decoded).refusal;
    EXPECT_EQ(model::InfoOf(refusal.code).stage, model::CodeStage::kDeadLetter) << body;
    EXPECT_FALSE(refusal.message.empty());
  }
}

TEST(DecodeCommandRandom, RandomBytesAreDeadLetters) {
  std::cout << "seed " << kSeed << '\n';
  RandomBytes random(kSeed);
  Tally tally{};
  for (int i = 0; i < 2000; ++i) {
    Decode(random.Bytes(random.Below(i % 100 == 0 ? base::kBodyBytesMax + 100 : 300)), tally);
    Decode(random.JsonLike(random.Below(60)), tally);
  }
  EXPECT_EQ(tally.at(0), 0);
  EXPECT_EQ(tally.at(0) + tally.at(1) + tally.at(2), 4000);
}

TEST(DecodeCommandRandom, ChangedBytesGiveOneOfTheThreeOutcomes) {
  std::cout << "seed " << kSeed << '\n';
  RandomBytes random(kSeed);
  Tally tally{};
  constexpr int kRounds = 20'000;
  for (int i = 0; i < kRounds; ++i) {
    Decode(random.Mutated(kCommands[random.Below(std::size(kCommands))]), tally);
  }
  EXPECT_EQ(tally.at(0) + tally.at(1) + tally.at(2), kRounds);
  EXPECT_GT(tally.at(0), 100);
  EXPECT_GT(tally.at(1), 1000);
  EXPECT_GT(tally.at(2), 1000);
}

}  // namespace
}  // namespace paylog::codec
