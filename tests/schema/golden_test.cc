#include "paylog/tests/schema/golden.h"

#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "paylog/tests/schema/schema_validator.h"

// The golden examples: valid ones decode, encode to the same bytes and pass their schema; each
// invalid one is refused for the one reason that schemas/examples/expected.json names.
namespace paylog::schema_test {
namespace {

TEST(GoldenExamples, ValidOnesReadAndWriteToTheSameBytes) {
  for (const Schema& schema : AllSchemas()) {
    SchemaValidator validator(schema.path);
    const auto examples = ExamplesOf(schema.name, "valid");
    EXPECT_FALSE(examples.empty()) << schema.name;
    for (const Example& example : examples) {
      const Verdict verdict = Decode(schema.name, example.text);
      EXPECT_EQ(verdict.code, "ok") << example.path << ": " << verdict.rendering;
      EXPECT_EQ(verdict.encoded, example.text) << example.path;
      EXPECT_TRUE(validator.Accepts(nlohmann::json::parse(example.text))) << example.path;
    }
  }
}

TEST(GoldenExamples, InvalidOnesAreRefusedForTheExpectedReason) {
  const auto expected = nlohmann::json::parse(ReadFile("schemas/examples/expected.json"));
  std::set<std::string> seen;
  for (const Schema& schema : AllSchemas()) {
    const auto examples = ExamplesOf(schema.name, "invalid");
    EXPECT_FALSE(examples.empty()) << schema.name;
    for (const Example& example : examples) {
      ASSERT_TRUE(expected.contains(example.path)) << example.path;
      const Verdict verdict = Decode(schema.name, example.text);
      EXPECT_EQ(verdict.code, expected[example.path]["code"]) << example.path;
      EXPECT_EQ(verdict.path, expected[example.path]["path"])
          << example.path << ": " << verdict.rendering;
      seen.insert(example.path);
    }
  }
  EXPECT_EQ(seen.size(), expected.size()) << "expected.json names examples that are not there";
}

TEST(GoldenExamples, InvalidOnesFailTheirSchemaWhereASchemaCanSayIt) {
  const auto expected = nlohmann::json::parse(ReadFile("schemas/examples/expected.json"));
  for (const Schema& schema : AllSchemas()) {
    SchemaValidator validator(schema.path);
    for (const Example& example : ExamplesOf(schema.name, "invalid")) {
      if (expected.at(example.path).at("schema") == true) {
        EXPECT_FALSE(validator.Accepts(nlohmann::json::parse(example.text))) << example.path;
      }
    }
  }
}

}  // namespace
}  // namespace paylog::schema_test
