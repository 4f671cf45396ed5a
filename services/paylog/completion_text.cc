#include "paylog/cli/completion_text.h"

#include <algorithm>

namespace paylog::cli {
namespace {

std::string Replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string replaced;
  for (const char c : text) {
    if (from.find(c) != std::string_view::npos) {
      replaced += to;
    }
    replaced += c;
  }
  return replaced;
}

}  // namespace

std::string Join(const std::vector<std::string>& parts, std::string_view between) {
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    joined += (i == 0 ? std::string_view() : between);
    joined += parts[i];
  }
  return joined;
}

// The quotes end before each quote of the text, which is escaped alone, and begin again.
std::string QuoteForShell(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return quoted + '\'';
}

std::string QuoteForFish(std::string_view text) {
  return '\'' + Replaced(text, "'\\", "\\") + '\'';
}

std::string Brief(const std::string& description) {
  return description.substr(0, std::min(description.find(". "), description.find("; ")));
}

}  // namespace paylog::cli
