#include "paylog/story/rewrite.h"

#include <algorithm>
#include <map>

#include "paylog/base/check.h"

namespace paylog::story {
namespace {

// `line` without its end, with the finding's text.
std::string RewriteLine(std::string line, const Finding& finding) {
  if (finding.place.column != std::string::npos) {
    CHECK(finding.place.column <= line.size());
    return line.substr(0, finding.place.column) + finding.found;
  }
  line.erase(line.find_last_not_of(" \t\r") + 1);
  const bool is_check =
      finding.what.starts_with("balance ") || finding.what.starts_with("partition ");
  return line + (is_check ? " " : "  => ") + finding.found;
}

}  // namespace

std::string Rewrite(std::string_view text, const std::vector<Finding>& findings) {
  std::map<std::int64_t, const Finding*> by_line;
  for (const Finding& finding : findings) {
    by_line[finding.place.line] = &finding;
  }
  std::string rewritten;
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    const auto found = by_line.find(number);
    rewritten += found == by_line.end() ? line : RewriteLine(line, *found->second);
    const std::size_t taken = std::min(end + 1, text.size());
    rewritten += text.substr(end, taken - end);
    text.remove_prefix(taken);
  }
  return rewritten;
}

}  // namespace paylog::story
