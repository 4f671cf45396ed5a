#include "paylog/tests/bench/resources.h"

#include <fstream>
#include <string>

#include <sys/resource.h>

namespace paylog::bench {
namespace {

constexpr double kMicro = 1e-6;
constexpr std::int64_t kKibibyte = 1'024;

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * kMicro;
}

std::int64_t BytesWritten() {
  std::ifstream file("/proc/self/io");
  std::string name;
  std::int64_t value = 0;
  while (file >> name >> value) {
    if (name == "write_bytes:") {
      return value;
    }
  }
  return 0;
}

}  // namespace

Resources Resources::Now() {
  rusage usage{};
  (void)::getrusage(RUSAGE_SELF, &usage);
  return {.time = std::chrono::steady_clock::now(),
          .cpu_seconds = Seconds(usage.ru_utime) + Seconds(usage.ru_stime),
          .bytes_written = BytesWritten(),
          .peak_bytes = usage.ru_maxrss * kKibibyte};
}

double SecondsBetween(const Resources& begin, const Resources& end) {
  return std::chrono::duration<double>(end.time - begin.time).count();
}

}  // namespace paylog::bench
