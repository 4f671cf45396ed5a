#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "paylog/model/event.h"
#include "paylog/model/result_code.h"
#include "paylog/tests/schema/golden.h"

// Code, schemas and reference pages say the same.
namespace paylog::schema_test {
namespace {

std::string_view StageName(model::CodeStage stage) {
  switch (stage) {
    case model::CodeStage::kDeadLetter:
      return "dead letter";
    case model::CodeStage::kValidator:
      return "validator";
    case model::CodeStage::kLedger:
      return "ledger";
  }
  return "";
}

std::string RowOf(const model::ResultCodeInfo& info) {
  const std::string iso = info.iso20022.empty() ? "-" : std::string(info.iso20022);
  return "| " + std::to_string(static_cast<int>(info.code)) + " | `" + std::string(info.name) +
         "` | " + std::string(info.meaning) + " | " + std::string(StageName(info.stage)) + " | " +
         (info.may_retry ? "yes" : "no") + " | " + iso + " |\n";
}

TEST(Docs, ResultCodesStandInThePageInOrderOfPrecedence) {
  const std::string page = ReadFile("docs/reference/result-codes.md");
  std::string table;
  for (const model::ResultCodeInfo& info : model::AllResultCodes()) {
    table += RowOf(info);
  }
  EXPECT_NE(page.find(table), std::string::npos) << "the table should be:\n" << table;
}

TEST(Docs, SchemasListTheResultCodesInOrderOfPrecedence) {
  std::vector<std::string> names;
  for (const model::ResultCodeInfo& info : model::AllResultCodes()) {
    names.emplace_back(info.name);
  }
  const auto schema_code = [](const std::string& path) {
    return nlohmann::json::parse(ReadFile(path))["properties"]["code"]["enum"];
  };
  EXPECT_EQ(schema_code("schemas/result.v1.json"), nlohmann::json(names));
  EXPECT_EQ(schema_code("schemas/messages/return.v1.json"), nlohmann::json(names));
  for (const char* event : {"transfer_refused", "transfer_returned", "command_rejected"}) {
    EXPECT_EQ(schema_code("schemas/events/" + std::string(event) + ".v1.json"),
              nlohmann::json(names));
  }
}

// The page of a command names its fields, its codes in order of precedence, and has examples.
TEST(Docs, EveryCommandHasAPage) {
  for (int i = 0; i < model::kCommandTypeCount; ++i) {
    const std::string name(ToString(static_cast<model::CommandType>(i)));
    const std::string path = "docs/reference/commands/" + name + ".md";
    ASSERT_TRUE(FileExists(path)) << path;
    const std::string page = ReadFile(path);
    const auto schema = nlohmann::json::parse(ReadFile("schemas/commands/" + name + ".v1.json"));
    for (const auto& [field, unused] : schema["properties"].items()) {
      EXPECT_NE(page.find("| `" + field + "` |"), std::string::npos) << path << ": " << field;
    }
    std::size_t place = page.find("## Result codes");
    ASSERT_NE(place, std::string::npos) << path;
    for (const model::ResultCodeInfo& info : model::AllResultCodes()) {
      const std::size_t found = page.find("\n- `" + std::string(info.name) + "`:");
      if (found != std::string::npos) {
        EXPECT_GT(found, place) << path << ": " << info.name << " is out of order";
        place = found;
      }
    }
    for (const char* section : {"## Events", "## Example"}) {
      EXPECT_NE(page.find(section), std::string::npos) << path << ": " << section;
    }
  }
}

template <std::size_t... I>
std::vector<std::string> EventNames(std::index_sequence<I...> /*indices*/) {
  std::vector<std::string> names;
  for (const Schema& schema : EventSchemas()) {
    names.push_back(schema.name);
  }
  EXPECT_EQ(names.size(), sizeof...(I));
  return names;
}

// The golden test shows that each schema's name is that of an event; so equal counts mean all.
TEST(Docs, EveryEventHasASchemaAndARow) {
  const std::string page = ReadFile("docs/reference/events.md");
  const auto names = EventNames(std::make_index_sequence<std::variant_size_v<model::EventBody>>());
  for (const std::string& name : names) {
    EXPECT_NE(page.find("| `" + name + "` |"), std::string::npos) << name;
    for (const Example& example : ExamplesOf(name, "valid")) {
      EXPECT_EQ(nlohmann::json::parse(example.text)["type"], name);
    }
  }
}

// Every JSON example in the pages of commands is one that the codec takes.
TEST(Docs, ExamplesOfCommandsAreValid) {
  for (const std::string& file : ListDirectory("docs/reference/commands")) {
    const std::string page = ReadFile("docs/reference/commands/" + file);
    const std::string name = file.substr(0, file.find('.'));
    int count = 0;
    for (std::size_t at = page.find("\n{"); at != std::string::npos;
         at = page.find("\n{", at + 1)) {
      const std::string line = page.substr(at + 1, page.find('\n', at + 1) - at - 1);
      const bool is_result = line.find("\"status\"") != std::string::npos;
      const Verdict verdict = Decode(is_result ? "result" : name, line);
      EXPECT_EQ(verdict.code, "ok") << file << ": " << line << ' ' << verdict.rendering;
      ++count;
    }
    EXPECT_GE(count, 2) << file;
  }
}

}  // namespace
}  // namespace paylog::schema_test
