#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>

#include <gtest/gtest.h>

#include "paylog/tests/fuzz/seeds.h"
#include "paylog/tests/fuzz/targets.h"

// Goal: what a fuzzer once found stays mended, also where no fuzzer runs.
// Method: the targets as ordinary functions, on all their seeds and on every input that once broke
// something. A target ends the process where a promise is broken; the last line names the input.
namespace paylog::fuzz {
namespace {

class FuzzRegressions : public testing::TestWithParam<Target> {};

void RunAll(const Target& target, const std::vector<Input>& inputs) {
  for (const Input& input : inputs) {
    std::cout << input.name << std::endl;
    target.run(BytesOf(input.bytes));
  }
}

TEST_P(FuzzRegressions, WhatOnceBrokeSomethingIsMended) {
  RunAll(GetParam(), RegressionsOf(GetParam()));
}

TEST_P(FuzzRegressions, SeedsAndGoldenExamplesKeepEveryPromise) {
  RunAll(GetParam(), SeedsOf(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzRegressions, testing::ValuesIn(Targets()),
                         [](const auto& instance) {
                           std::string name(instance.param.name);
                           std::erase(name, '_');
                           return name;
                         });

TEST(FuzzRegressions, EveryDirectoryBelongsToATarget) {
  const std::string root = std::string(PAYLOG_SOURCE_DIR) + "/tests/fuzz/";
  for (const char* const kind : {"regressions", "seeds"}) {
    for (const auto& entry : std::filesystem::directory_iterator(root + kind)) {
      const std::string name = entry.path().filename().string();
      EXPECT_TRUE(std::any_of(Targets().begin(), Targets().end(),
                              [&name](const Target& target) { return target.name == name; }))
          << kind << '/' << name;
    }
  }
}

}  // namespace
}  // namespace paylog::fuzz
