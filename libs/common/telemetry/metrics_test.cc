#include "paylog/telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paylog::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

const Labels kFirst = {{"partition", "0"}};
const Labels kSecond = {{"partition", "1"}};

TEST(MetricsTest, RendersEachKind) {
  Metrics metrics;
  metrics.DeclareCounter("a_total", "All of a.");
  metrics.DeclareGauge("b", "Present b.");
  metrics.DeclareHistogram("c_seconds", "Time of c.", {0.1, 1});
  metrics.Increment("a_total", kFirst);
  metrics.Increment("a_total", kFirst);
  metrics.Increment("a_total", kSecond);
  metrics.Set("b", {}, 7);
  metrics.Observe("c_seconds", kFirst, 0.5);
  metrics.Observe("c_seconds", kFirst, 5);
  const std::string text = metrics.Render();
  EXPECT_THAT(text, HasSubstr("# HELP a_total All of a.\n# TYPE a_total counter\n"));
  EXPECT_THAT(text, HasSubstr("a_total{partition=\"0\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("a_total{partition=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("b 7\n"));
  EXPECT_THAT(text, HasSubstr("c_seconds_count{partition=\"0\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("c_seconds_bucket{partition=\"0\",le=\"0.1\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("c_seconds_bucket{partition=\"0\",le=\"1\"} 1\n"));
}

TEST(MetricsTest, ACounterNeverGoesBack) {
  Metrics metrics;
  metrics.DeclareCounter("a_total", "All of a.");
  metrics.RaiseTo("a_total", {}, 10);
  metrics.RaiseTo("a_total", {}, 4);
  EXPECT_THAT(metrics.Render(), HasSubstr("a_total 10\n"));
}

TEST(MetricsTest, ASeriesEndsWhenItIsRemoved) {
  Metrics metrics;
  metrics.DeclareGauge("b", "Present b.");
  metrics.Set("b", kFirst, 1);
  metrics.Set("b", kSecond, 2);
  metrics.Remove("b", kFirst);
  metrics.Remove("b", {{"partition", "9"}});  // Was never there.
  const std::string text = metrics.Render();
  EXPECT_THAT(text, Not(HasSubstr("partition=\"0\"")));
  EXPECT_THAT(text, Not(HasSubstr("partition=\"9\"")));
  EXPECT_THAT(text, HasSubstr("b{partition=\"1\"} 2\n"));
}

TEST(MetricsTest, BringsWhatItReadsElsewhereUpToDate) {
  Metrics metrics;
  metrics.DeclareGauge("b", "Present b.");
  int calls = 0;
  metrics.SetRefresh([&] { metrics.Set("b", {}, ++calls); });
  EXPECT_EQ(calls, 0);
  EXPECT_THAT(metrics.Render(), HasSubstr("b 1\n"));
  EXPECT_THAT(metrics.Render(), HasSubstr("b 2\n"));
}

}  // namespace
}  // namespace paylog::telemetry
