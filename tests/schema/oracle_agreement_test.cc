#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "paylog/simulation/expected_verdict.h"
#include "paylog/tests/schema/golden.h"

// What the simulator's oracle wants of the validator is what the golden examples say. It was
// written apart from the codec, so each checks the other.
namespace paylog::schema_test {
namespace {

using Kind = simulation::ExpectedVerdict::Kind;

// With the account as the key, as far as there is one.
simulation::ExpectedVerdict Judge(const std::string& text) {
  const auto body = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  log::StoredRecord record{.value = text};
  for (const char* const field : {"debtor_account", "account"}) {
    if (body.is_object() && body.contains(field) && body[field].is_string()) {
      record.key = body[field].get<std::string>();
    }
  }
  return simulation::JudgeCommand(record, /*partition=*/0, /*partition_count=*/1);
}

TEST(OracleAgreement, ValidCommandsAreAccepted) {
  for (const Schema& schema : CommandSchemas()) {
    for (const Example& example : ExamplesOf(schema.name, "valid")) {
      const auto verdict = Judge(example.text);
      EXPECT_EQ(verdict.kind, Kind::kAccepted) << example.path << ": " << verdict.code;
      EXPECT_EQ(verdict.type, schema.name) << example.path;
    }
  }
}

TEST(OracleAgreement, InvalidCommandsAreRefusedForTheSameReason) {
  const auto expected = nlohmann::json::parse(ReadFile("schemas/examples/expected.json"));
  const std::set<std::string> of_dead_letters = {"invalid_utf8",          "invalid_json",
                                                 "body_too_large",        "nesting_too_deep",
                                                 "unreadable_command_id", "unreadable_account"};
  int decided = 0;
  int undecided = 0;
  for (const Schema& schema : CommandSchemas()) {
    for (const Example& example : ExamplesOf(schema.name, "invalid")) {
      const std::string code = expected.at(example.path).at("code");
      const auto verdict = Judge(example.text);
      EXPECT_EQ(verdict.kind, of_dead_letters.contains(code) ? Kind::kDeadLetter : Kind::kRefused)
          << example.path;
      if (verdict.code == "?") {
        ++undecided;  // Numbers that nlohmann reads as fractions, and odd metadata.
      } else {
        EXPECT_EQ(verdict.code, code) << example.path;
        ++decided;
      }
    }
  }
  EXPECT_GT(decided, 100);
  EXPECT_LT(undecided, decided / 4);
}

}  // namespace
}  // namespace paylog::schema_test
