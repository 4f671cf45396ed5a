#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "paylog/tests/schema/golden.h"
#include "paylog/tests/schema/schema_validator.h"

// Goal: the schemas and the code draw the same line. Method: take the golden commands, change them
// at random (fields dropped, added, given another type or an odd value), and ask valijson and
// DecodeCommand. What a schema cannot say is a fixed list of codes, each with a table test of its
// own in libs/common/codec/command_codec_test.cc. The other formats are changed too, and must read
// back to the same bytes or be refused.
namespace paylog::schema_test {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSeed = 20261121;
constexpr int kRounds = 20'000;

const std::set<std::string> kNotInSchemas = {"unknown_currency", "same_account",
                                             "conflicting_limits"};

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : engine_(seed) {}

  std::size_t Below(std::size_t bound) { return engine_() % bound; }

  // One to three changes, mostly one, so that many faults stand alone.
  json Mutate(json value) {
    for (std::size_t i = 1 + Below(6) / 4 * (1 + Below(2)); i-- > 0;) {
      MutateOnce(value);
    }
    return value;
  }

  // One to three bytes become other ASCII characters.
  std::string ChangeBytes(std::string text) {
    for (std::size_t i = 1 + Below(3); i-- > 0;) {
      text[Below(text.size())] = static_cast<char>(Below(128));
    }
    return text;
  }

 private:
  void MutateOnce(json& object) {
    if (object.empty()) {
      object["type"] = "deposit";
      return;
    }
    auto member = object.begin();
    std::advance(member, static_cast<std::ptrdiff_t>(Below(object.size())));
    switch (Below(12)) {
      case 0:
        object.erase(member);
        return;
      case 1:
        object[FieldName()] = AnyValue();
        return;
      case 2:
        *member = AnyValue();
        return;
      case 3:
        object[FieldName()] = Number();
        return;
      case 4:
        object["metadata"] = Metadata();
        return;
      default:
        if (member->is_string()) {
          *member = Perturbed(member->get<std::string>());
        } else if (member->is_number_integer()) {
          *member = Number();
        } else if (member->is_object()) {
          MutateOnce(*member);
        }
        return;
    }
  }

  std::string FieldName() {
    constexpr std::string_view kNames[] = {"type",
                                           "command_id",
                                           "account",
                                           "debtor_account",
                                           "creditor_account",
                                           "amount",
                                           "currency",
                                           "reference",
                                           "metadata",
                                           "overdraft_limit",
                                           "min_balance",
                                           "max_balance",
                                           "scope",
                                           "reason",
                                           "colour",
                                           ""};
    return std::string(kNames[Below(std::size(kNames))]);
  }

  json Number() {
    static const std::vector<json> kNumbers = {0,
                                               1,
                                               -1,
                                               2,
                                               9'007'199'254'740'990,
                                               9'007'199'254'740'991,
                                               9'007'199'254'740'992,
                                               9'007'199'254'740'993,
                                               INT64_MAX,
                                               INT64_MIN,
                                               UINT64_MAX,
                                               std::uint64_t{1} << 63,
                                               0.5,
                                               -0.5,
                                               1e300,
                                               12.75};
    return kNumbers[Below(kNumbers.size())];
  }

  json AnyValue() {
    switch (Below(6)) {
      case 0:
        return nullptr;
      case 1:
        return Below(2) == 0;
      case 2:
        return json::array({1, "a"});
      case 3:
        return Metadata();
      case 4:
        return Number();
      default:
        return Text();
    }
  }

  std::string Text() {
    static const std::vector<std::string> kTexts = {"",
                                                    " ",
                                                    "a",
                                                    "alice",
                                                    "$external:EUR",
                                                    "$",
                                                    "EUR",
                                                    "USD",
                                                    "eur",
                                                    "DEM",
                                                    "both",
                                                    "debits",
                                                    "transfer",
                                                    "deposit",
                                                    "withdraw",
                                                    "close_account",
                                                    "open_account",
                                                    "\u00e9",
                                                    "\u20ac",
                                                    "\U0001f600",
                                                    "a b",
                                                    "-a",
                                                    "a\n",
                                                    "\na",
                                                    "\x7f",
                                                    "\u0080",
                                                    "\u2028",
                                                    "\ufeff"};
    return kTexts[Below(kTexts.size())];
  }

  // Around the limits of lengths, counted in code points.
  std::string Long() {
    constexpr std::size_t kLengths[] = {39, 40, 41, 63, 64, 65, 139, 140, 141, 499, 500, 501};
    const std::string unit = Below(2) == 0 ? "x" : "\u20ac";
    std::string text;
    for (std::size_t i = kLengths[Below(std::size(kLengths))]; i-- > 0;) {
      text += unit;
    }
    return text;
  }

  std::string Perturbed(const std::string& text) {
    static const std::vector<std::string> kOdd = {std::string(1, '\0'),
                                                  "\x01",
                                                  "\x1f",
                                                  "\x7f",
                                                  "\n",
                                                  "\r",
                                                  " ",
                                                  "!",
                                                  "~",
                                                  "$",
                                                  ".",
                                                  ":",
                                                  "-",
                                                  "_",
                                                  "\u00e9",
                                                  "\u0080",
                                                  "\U0001f600"};
    const std::string& odd = kOdd[Below(kOdd.size())];
    switch (Below(5)) {
      case 0:
        return text + odd;
      case 1:
        return odd + text;
      case 2:
        return odd;
      case 3:
        return Long();
      default:
        return Text();
    }
  }

  json Metadata() {
    json metadata = json::object();
    switch (Below(5)) {
      case 0:
        break;
      case 1:
        for (std::size_t i = 49 + Below(4); i-- > 0;) {
          metadata["k" + std::to_string(i)] = "v";
        }
        break;
      case 2:
        metadata[Long()] = Text();
        break;
      case 3:
        metadata[Perturbed("key")] = Perturbed("value");
        break;
      default:
        metadata["key"] = Below(4) == 0 ? Number() : json(Long());
        break;
    }
    return metadata;
  }

  std::mt19937_64 engine_;
};

struct Golden {
  std::string name;
  json value;
};

std::vector<Golden> GoldenOf(const std::vector<Schema>& schemas) {
  std::vector<Golden> all;
  for (const Schema& schema : schemas) {
    for (const Example& example : ExamplesOf(schema.name, "valid")) {
      all.push_back({.name = schema.name, .value = json::parse(example.text)});
    }
  }
  return all;
}

// A body goes by its type; where that names none, by the type it had.
std::string SchemaNameOf(const json& body, const std::string& original,
                         const std::map<std::string, SchemaValidator>& validators) {
  if (body.contains("type") && body["type"].is_string() &&
      validators.contains(body["type"].get<std::string>())) {
    return body["type"];
  }
  return original;
}

TEST(Agreement, SchemasAndCodeDrawTheSameLine) {
  std::cout << "seed " << kSeed << '\n';
  std::map<std::string, SchemaValidator> validators;
  for (const Schema& schema : CommandSchemas()) {
    validators.emplace(schema.name, SchemaValidator(schema.path));
  }
  const std::vector<Golden> golden = GoldenOf(CommandSchemas());
  Mutator mutator(kSeed);
  std::map<std::string, int> tally;
  for (int i = 0; i < kRounds && !::testing::Test::HasFailure(); ++i) {
    const Golden& original = golden[mutator.Below(golden.size())];
    const json body = mutator.Mutate(original.value);
    const std::string name = SchemaNameOf(body, original.name, validators);
    const bool accepted = validators.at(name).Accepts(body);
    const Verdict verdict = Decode(name, body.dump());
    ++tally[verdict.code];
    if (!kNotInSchemas.contains(verdict.code)) {
      EXPECT_EQ(verdict.code == "ok", accepted) << "round " << i << ", " << verdict.code << ' '
                                                << verdict.rendering << ": " << body.dump();
    }
  }
  EXPECT_GT(tally["ok"], kRounds / 20);
  // Every kind of fault that a value in JSON can have was met.
  EXPECT_GE(tally.size(), 15U);
  for (const auto& [code, count] : tally) {
    std::cout << code << ' ' << count << '\n';
  }
}

// The schemas of our own formats are for readers: all that our decoders take, they take.
TEST(Agreement, OurOwnFormatsReadBackOrAreRefused) {
  std::cout << "seed " << kSeed << '\n';
  Mutator mutator(kSeed);
  int refused = 0;
  int total = 0;
  for (const Schema& schema : AllSchemas()) {
    if (schema.path.starts_with("schemas/commands/")) {
      continue;  // Commands are read in any spelling.
    }
    SchemaValidator validator(schema.path);
    for (const Example& example : ExamplesOf(schema.name, "valid")) {
      for (int i = 0; i < 400; ++i) {
        const std::string text = mutator.ChangeBytes(example.text);
        const Verdict verdict = Decode(schema.name, text);
        ++total;
        if (verdict.code != "ok") {
          const bool by_people = schema.path.starts_with("schemas/files/");
          EXPECT_EQ(verdict.code, by_people ? "invalid_argument" : "corrupt") << text;
          ++refused;
          continue;
        }
        EXPECT_EQ(verdict.encoded, text);
        EXPECT_TRUE(validator.Accepts(json::parse(text))) << text;
      }
    }
  }
  EXPECT_GT(refused, total / 2);
  EXPECT_LT(refused, total);
}

}  // namespace
}  // namespace paylog::schema_test
