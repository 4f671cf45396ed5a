#include "paylog/cli/progress_bar.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <unistd.h>

namespace paylog::cli {
namespace {

constexpr std::chrono::milliseconds kRedraw{200};
constexpr std::int64_t kWidth = 30;

}  // namespace

std::string RenderBar(std::int64_t bytes, std::int64_t total) {
  const std::int64_t done = std::min(bytes, total);
  const std::int64_t filled = kWidth * done / total;
  return '[' + std::string(static_cast<std::size_t>(filled), '#') +
         std::string(static_cast<std::size_t>(kWidth - filled), '.') + "] " +
         std::to_string(100 * done / total) + '%';
}

ProgressBar::ProgressBar(std::string what, std::string unit, bool may_draw)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      terminal_(may_draw && ::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  Clear();
}

void ProgressBar::Update(std::int64_t units, std::int64_t bytes,
                         std::optional<std::int64_t> total) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - last_ < kRedraw) {
    return;
  }
  last_ = now;
  drawn_ = true;
  std::string bar;
  if (total && *total > 0) {
    bar = ' ' + RenderBar(bytes, *total);
  }
  (void)std::fprintf(stderr, "\r\033[K%s%s %lld %s", what_.c_str(), bar.c_str(),
                     static_cast<long long>(units), unit_.c_str());
  (void)std::fflush(stderr);
}

void ProgressBar::Clear() {
  if (drawn_) {
    (void)std::fprintf(stderr, "\r\033[K");
    (void)std::fflush(stderr);
    drawn_ = false;
  }
}

}  // namespace paylog::cli
