#pragma once

#include <string>

#include "paylog/tests/bench/histogram.h"
#include "paylog/tests/bench/report.h"

namespace paylog::bench {

// p50, p99, p99.9 and the longest, in milliseconds.
inline void AddLatency(const std::string& name, const Histogram& histogram, Report& report) {
  constexpr double kMillisecond = 1e6;
  const auto add = [&](const char* suffix, std::int64_t nanoseconds) {
    report.Add(name + suffix, static_cast<double>(nanoseconds) / kMillisecond, "ms");
  };
  add("_p50", histogram.Quantile(0.5));
  add("_p99", histogram.Quantile(0.99));
  add("_p99.9", histogram.Quantile(0.999));
  add("_max", histogram.max());
}

}  // namespace paylog::bench
