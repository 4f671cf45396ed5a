#include "paylog/cli/progress_bar.h"

#include <string>

#include <gtest/gtest.h>

namespace paylog::cli {
namespace {

TEST(ProgressBar, ShowsHowFarItIs) {
  EXPECT_EQ(RenderBar(0, 10), "[" + std::string(30, '.') + "] 0%");
  EXPECT_EQ(RenderBar(5, 10), "[" + std::string(15, '#') + std::string(15, '.') + "] 50%");
  EXPECT_EQ(RenderBar(10, 10), "[" + std::string(30, '#') + "] 100%");
}

TEST(ProgressBar, IsFullWhereTheFileHasGrown) {
  EXPECT_EQ(RenderBar(25, 10), "[" + std::string(30, '#') + "] 100%");
}

}  // namespace
}  // namespace paylog::cli
