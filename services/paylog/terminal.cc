#include "paylog/cli/terminal.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace paylog::cli {
namespace {

constexpr std::size_t kUsual = 80;

std::size_t Number(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

}  // namespace

std::optional<std::size_t> TerminalWidth() {
  if (::isatty(STDOUT_FILENO) != 1) {
    return std::nullopt;
  }
  const char* const told = std::getenv("COLUMNS");
  if (const std::size_t columns = Number(told == nullptr ? "" : told); columns > 0) {
    return columns;
  }
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return kUsual;
}

}  // namespace paylog::cli
