#pragma once

#include <chrono>
#include <cstdint>

namespace paylog::bench {

// What this process has used so far. Plain value.
struct Resources {
  std::chrono::steady_clock::time_point time;
  double cpu_seconds = 0;          // User and system, all threads.
  std::int64_t bytes_written = 0;  // To disks, as the kernel counts it; 0 where it does not tell.
  std::int64_t peak_bytes = 0;     // The most memory that it ever had.

  static Resources Now();
};

double SecondsBetween(const Resources& begin, const Resources& end);

}  // namespace paylog::bench
