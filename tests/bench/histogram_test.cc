#include "paylog/tests/bench/histogram.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/simulation/random.h"

namespace paylog::bench {
namespace {

TEST(Histogram, HasNothingAtFirst) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.Quantile(0.5), 0);
}

TEST(Histogram, KnowsSmallValuesExactly) {
  Histogram histogram;
  for (std::int64_t value = 1; value <= 100; ++value) {
    histogram.Add(value);
  }
  EXPECT_EQ(histogram.Quantile(0.5), 50);
  EXPECT_EQ(histogram.Quantile(0.99), 99);
  EXPECT_EQ(histogram.Quantile(0.001), 1);
  EXPECT_EQ(histogram.Quantile(1), 100);
}

TEST(Histogram, KnowsOthersToBetterThanOnePerCent) {
  const std::uint64_t seed = 20261127;
  simulation::Random random(seed, "histogram");
  std::vector<std::int64_t> values;
  Histogram histogram;
  for (int i = 0; i < 20'000; ++i) {
    const auto bits = static_cast<unsigned>(random.Below(45));
    values.push_back(static_cast<std::int64_t>(random.Below(std::uint64_t{2} << bits)));
    histogram.Add(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double fraction : {0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(fraction * static_cast<double>(values.size()));
    const auto exact = static_cast<double>(values[std::max<std::size_t>(rank, 1) - 1]);
    const auto told = static_cast<double>(histogram.Quantile(fraction));
    EXPECT_GE(told, exact) << "seed " << seed << ", " << fraction;
    EXPECT_LE(told, exact * 1.01 + 1) << "seed " << seed << ", " << fraction;
  }
}

TEST(Histogram, MergesWhatOthersCounted) {
  Histogram one;
  Histogram other;
  one.Add(10);
  other.Add(1'000'000);
  one.Merge(other);
  EXPECT_EQ(one.count(), 2);
  EXPECT_EQ(one.max(), 1'000'000);
  EXPECT_EQ(one.Quantile(0.5), 10);
}

}  // namespace
}  // namespace paylog::bench
