// Plays every story beside this file; each is a test of its own, so that a failure names it.

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/story/parse.h"
#include "paylog/story/play.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::story {
namespace {

using test_support::Must;

std::vector<std::string> Stories() {
  std::vector<std::string> names;
  for (const auto& file :
       std::filesystem::directory_iterator(PAYLOG_SOURCE_DIR "/tests/scenario")) {
    if (file.path().extension() == ".story") {
      names.push_back(file.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string TextOf(const std::string& name) {
  return test_support::ReadFile(std::string(PAYLOG_SOURCE_DIR "/tests/scenario/") + name +
                                ".story");
}

class StoriesTest : public testing::TestWithParam<std::string> {};

TEST_P(StoriesTest, ComesAsTold) {
  const Played played = Must(Play(Must(Parse(TextOf(GetParam())))));
  for (const Finding& finding : played.findings) {
    ADD_FAILURE() << GetParam() << ".story:" << finding.line << ": " << finding.what
                  << "\n  expected: " << finding.expected.value_or("(nothing is said)")
                  << "\n  found:    " << finding.found;
  }
  EXPECT_EQ(played.audit, std::nullopt);
  EXPECT_GT(played.expectations, 0);
}

TEST_P(StoriesTest, BeginsWithAComment) {
  EXPECT_TRUE(TextOf(GetParam()).starts_with("# ")) << "a story says who does what, and why";
}

INSTANTIATE_TEST_SUITE_P(All, StoriesTest, testing::ValuesIn(Stories()),
                         [](const auto& story) { return story.param; });

TEST(Stories, TellOfEveryResultCode) {
  std::set<std::string> told;
  for (const std::string& name : Stories()) {
    for (const Step& step : Must(Parse(TextOf(name))).steps) {
      if (const auto* const together = std::get_if<SendTogether>(&step)) {
        for (const Send& send : together->sends) {
          told.emplace(model::ToString(send.expected.value_or(Outcome{}).code));
        }
      }
    }
  }
  for (const model::ResultCodeInfo& info : model::AllResultCodes()) {
    EXPECT_TRUE(told.contains(std::string(info.name))) << info.name;
  }
}

// The reference page's example is a story, too.
TEST(Stories, ThatTheReferencePageTellsComeAsTold) {
  std::istringstream page(test_support::ReadFile(PAYLOG_SOURCE_DIR "/docs/reference/scenarios.md"));
  std::string example;
  bool here = false;
  for (std::string line; std::getline(page, line);) {
    here = line.starts_with("## ") ? line == "## A whole story" : here;
    if (here && (line.empty() || line.starts_with("    "))) {
      example += line.substr(std::min<std::size_t>(4, line.size())) + '\n';
    }
  }
  const Played played = Must(Play(Must(Parse(example))));
  EXPECT_GT(played.expectations, 10);
  for (const Finding& finding : played.findings) {
    ADD_FAILURE() << finding.what << "\n  found: " << finding.found;
  }
}

}  // namespace
}  // namespace paylog::story
