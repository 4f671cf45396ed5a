#include "paylog/cli/payment_generator.h"

#include <map>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "paylog/base/hash.h"

namespace paylog::cli {
namespace {

std::vector<std::string> All(const GeneratorOptions& options) {
  PaymentGenerator generator(options);
  std::vector<std::string> lines;
  while (auto line = generator.NextOpening()) {
    lines.push_back(*line);
  }
  while (auto line = generator.NextPayment()) {
    lines.push_back(*line);
  }
  return lines;
}

std::string DigestOf(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text.append(line).append("\n");
  }
  return base::Sha256(text).ToHex();
}

constexpr const char* kGolden = "62c6821dad0b4b9c5eac94fceab78ef319d8a2b37b4cb78d5b0ffd54513351ce";

// Who notes a digest beside a result can make the input again, years later.
TEST(PaymentGenerator, MakesTheSameBytesForEver) {
  EXPECT_EQ(DigestOf(All({.accounts = 20, .payments = 300, .seed = 7})), kGolden);
  EXPECT_NE(DigestOf(All({.accounts = 20, .payments = 300, .seed = 8})), kGolden);
}

TEST(PaymentGenerator, PaymentsDoNotDependOnWhoAsksForOpenings) {
  const GeneratorOptions options{.accounts = 20, .payments = 50, .seed = 3};
  const std::vector<std::string> all = All(options);
  PaymentGenerator generator(options);
  for (std::size_t i = 20; i < all.size(); ++i) {
    EXPECT_EQ(generator.NextPayment(), all[i]);
  }
}

TEST(PaymentGenerator, MakesAsMuchAsWasAskedFor) {
  const auto lines = All({.accounts = 40, .payments = 5'000, .seed = 1});
  ASSERT_EQ(lines.size(), 5'040U);
  std::map<std::string, int> types;
  std::map<std::string, int> creditors;
  std::set<std::string> ids;
  int repeats = 0;
  for (const std::string& line : lines) {
    const auto command = nlohmann::json::parse(line);
    ++types[command.at("type")];
    if (command.at("type") != "open_account" && !ids.insert(command.at("command_id")).second) {
      ++repeats;
    }
    if (command.contains("creditor_account")) {
      ++creditors[command.at("creditor_account")];
    }
  }
  EXPECT_EQ(types["open_account"], 40);
  EXPECT_GT(types["transfer"], 2'500);
  EXPECT_GT(types["deposit"], 300);
  EXPECT_GT(types["withdraw"], 100);
  EXPECT_GT(repeats, 20);
  EXPECT_LT(repeats, 100);
  EXPECT_GT(creditors["shop:000000000"], 2 * creditors["shop:000000003"]) << "few have most";
}

TEST(PaymentGenerator, TwoAccountsAreEnough) {
  EXPECT_EQ(All({.accounts = 2, .payments = 100, .seed = 1}).size(), 102U);
  EXPECT_EQ(All({.accounts = 2, .payments = 0, .seed = 1}).size(), 2U);
}

}  // namespace
}  // namespace paylog::cli
