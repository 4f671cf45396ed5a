#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "paylog/codec/command_fields.h"
#include "paylog/tests/schema/golden.h"

// The schemas keep to what draft-07 and draft 2020-12 understand alike, since common tools ignore
// newer keywords without a word.
namespace paylog::schema_test {
namespace {

using Json = nlohmann::ordered_json;

const std::set<std::string> kAllowed = {"$schema",       "$id",           "title",
                                        "description",   "type",          "additionalProperties",
                                        "required",      "properties",    "definitions",
                                        "pattern",       "minLength",     "maxLength",
                                        "minimum",       "maximum",       "enum",
                                        "const",         "allOf",         "oneOf",
                                        "$ref",          "items",         "minItems",
                                        "minProperties", "maxProperties", "propertyNames"};

void CheckSchema(const Json& schema, const std::string& where);

void CheckChildren(const Json& schema, const std::string& where) {
  for (const char* map : {"properties", "definitions"}) {
    if (schema.contains(map)) {
      for (const auto& [name, child] : schema[map].items()) {
        EXPECT_TRUE(child.contains("description")) << where << '.' << name;
        CheckSchema(child, where + '.' + name);
      }
    }
  }
  for (const char* list : {"allOf", "oneOf"}) {
    if (schema.contains(list)) {
      for (const Json& child : schema[list]) {
        CheckSchema(child, where + '/' + list);
      }
    }
  }
  for (const char* single : {"items", "propertyNames", "additionalProperties"}) {
    if (schema.contains(single) && !schema[single].is_boolean()) {
      CheckSchema(schema[single], where + '/' + single);
    }
  }
}

void CheckSchema(const Json& schema, const std::string& where) {
  ASSERT_TRUE(schema.is_object()) << where;
  for (const auto& [keyword, value] : schema.items()) {
    EXPECT_TRUE(kAllowed.contains(keyword)) << where << ": " << keyword;
  }
  if (schema.contains("$ref")) {
    EXPECT_EQ(schema.size(), 1U) << where << ": draft-07 ignores what stands beside $ref";
    EXPECT_TRUE(schema["$ref"].get<std::string>().starts_with("#/definitions/")) << where;
  }
  if (schema.contains("properties")) {
    EXPECT_EQ(schema.value("additionalProperties", Json()), Json(false)) << where;
    EXPECT_TRUE(schema.contains("title")) << where;
  }
  CheckChildren(schema, where);
}

TEST(Schemas, UseOnlyKeywordsThatMeanTheSameInBothDrafts) {
  for (const Schema& schema : AllSchemas()) {
    const Json document = Json::parse(ReadFile(schema.path));
    EXPECT_EQ(document["$schema"], "https://json-schema.org/draft/2020-12/schema") << schema.path;
    EXPECT_TRUE(document["$id"].get<std::string>().ends_with(schema.path)) << schema.path;
    CheckSchema(document, schema.path);
  }
}

// The order of the fields is that of the canonical form.
TEST(Schemas, ListTheFieldsOfEachCommandAsTheCodeDoes) {
  for (int i = 0; i < model::kCommandTypeCount; ++i) {
    const auto type = static_cast<model::CommandType>(i);
    const std::string path = "schemas/commands/" + std::string(ToString(type)) + ".v1.json";
    ASSERT_TRUE(FileExists(path)) << path;
    const Json document = Json::parse(ReadFile(path));
    std::vector<std::string> names;
    std::vector<std::string> required;
    for (const codec::FieldSpec& field : codec::FieldsOf(type)) {
      names.emplace_back(field.name);
      if (field.required) {
        required.emplace_back(field.name);
      }
    }
    std::vector<std::string> documented;
    for (const auto& [name, schema] : document["properties"].items()) {
      documented.push_back(name);
    }
    EXPECT_EQ(documented, names) << path;
    EXPECT_EQ(document["required"], Json(required)) << path;
  }
  EXPECT_EQ(CommandSchemas().size(), static_cast<std::size_t>(model::kCommandTypeCount));
}

}  // namespace
}  // namespace paylog::schema_test
