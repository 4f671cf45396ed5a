#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace paylog::cli {

// How far `bytes` of `total` are, as a bar and a percentage. A file may grow while it is read; then
// the bar is full. REQUIRES: total > 0.
std::string RenderBar(std::int64_t bytes, std::int64_t total);

// A line on standard error that shows how far something has been read; nothing unless it is a
// terminal. Used by one thread at a time.
class ProgressBar {
 public:
  // "what [###...] 30% 1234 unit". Not `may_draw`: nothing is shown, as where the terminal is full
  // of what is read.
  ProgressBar(std::string what, std::string unit, bool may_draw = true);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `total`: nullopt where nobody knows. Drawn a few times a second at most.
  void Update(std::int64_t units, std::int64_t bytes, std::optional<std::int64_t> total);
  // Takes the line away, so that a message can be written.
  void Clear();

 private:
  const std::string what_;
  const std::string unit_;
  const bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace paylog::cli
