#include "paylog/cli/format.h"

#include <algorithm>
#include <iostream>
#include <numeric>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/cli/terminal.h"

namespace paylog::cli {
namespace {

constexpr std::size_t kGap = 2;

std::string TrimRight(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::size_t TotalWidth(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), (widths.size() - 1) * kGap);
}

// Lines of at most `width`, broken at single spaces; a longer word stands alone. At least one.
std::vector<std::string> WrapWords(std::string text, std::size_t width) {
  std::vector<std::string> lines;
  while (text.size() > width) {
    std::size_t cut = text.rfind(' ', width);
    if (cut == 0 || cut == std::string::npos) {
      cut = text.find(' ', std::max<std::size_t>(width, 1));
    }
    if (cut == std::string::npos) {
      break;
    }
    lines.push_back(text.substr(0, cut));
    text.erase(0, cut + 1);
  }
  lines.push_back(std::move(text));
  return lines;
}

}  // namespace

std::optional<Format> ParseFormat(std::string_view text) {
  if (text == "table") {
    return Format::kTable;
  }
  if (text == "csv") {
    return Format::kCsv;
  }
  if (text == "json") {
    return Format::kJson;
  }
  return std::nullopt;
}

Table::Table(std::vector<std::string> header) {
  for (std::string& name : header) {
    right_.push_back(name.ends_with('>'));
    if (right_.back()) {
      name.pop_back();
    }
  }
  rows_.push_back(std::move(header));
}

void Table::Add(std::vector<std::string> row) {
  CHECK(row.size() == right_.size());
  rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::Widths() const {
  std::vector<std::size_t> widths(right_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  return widths;
}

std::string Table::Line(const std::vector<std::string>& row,
                        const std::vector<std::size_t>& widths) const {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string padding(widths[i] - std::min(widths[i], row[i].size()), ' ');
    line += right_[i] ? padding + row[i] : row[i] + padding;
    line.append(kGap, ' ');
  }
  return TrimRight(std::move(line)) + '\n';
}

std::string Table::Blocks(std::size_t width) const {
  std::size_t indent = 0;
  for (const std::string& name : rows_.front()) {
    indent = std::max(indent, name.size() + kGap);
  }
  std::string text;
  for (std::size_t r = 1; r < rows_.size(); ++r) {
    text += r > 1 ? "\n" : "";
    for (std::size_t i = 0; i < right_.size(); ++i) {
      std::string name = rows_.front()[i];
      for (const std::string& line : WrapWords(rows_[r][i], width - std::min(width, indent))) {
        name.append(indent - name.size(), ' ').append(line);
        text += TrimRight(std::move(name)) + '\n';
        name.clear();
      }
    }
  }
  return text;
}

std::string Table::Render(std::optional<std::size_t> width) const {
  std::vector<std::size_t> widths = Widths();
  const std::size_t before = TotalWidth(widths) - widths.back();
  const bool fits = !width || before + widths.back() <= *width;
  // Those of the last column, in the lines that it then takes.
  std::vector<std::vector<std::string>> lines;
  for (const auto& row : rows_) {
    lines.push_back(fits ? std::vector{row.back()}
                         : WrapWords(row.back(), *width - std::min(*width, before)));
    for (const std::string& line : lines.back()) {
      if (!fits && (right_.back() || before + line.size() > *width)) {
        return Blocks(*width);
      }
    }
  }
  std::string text;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::vector<std::string> row = rows_[r];
    for (const std::string& line : lines[r]) {
      row.back() = line;
      text += Line(row, widths);
      std::fill(row.begin(), row.end(), "");
    }
  }
  return text;
}

void Table::Print() const {
  std::cout << Render(TerminalWidth());
}

std::string AlignedLine(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths, std::optional<std::size_t> width) {
  CHECK(cells.size() == widths.size());
  std::string line;
  for (std::size_t i = 0; i + 1 < cells.size(); ++i) {
    line += cells[i];
    line.append(widths[i] - std::min(widths[i], cells[i].size()) + kGap, ' ');
  }
  const std::size_t before = line.size();
  const std::size_t left = width ? *width - std::min(*width, before) : std::string::npos;
  std::string text;
  for (const std::string& part : WrapWords(cells.back(), left)) {
    text += TrimRight((text.empty() ? line : std::string(before, ' ')) + part) + '\n';
  }
  return text;
}

std::string CsvLine(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) {
      line += ',';
    }
    if (cells[i].find_first_of("\",\r\n") == std::string::npos) {
      line += cells[i];
      continue;
    }
    line += '"';
    for (const char c : cells[i]) {
      line += c == '"' ? "\"\"" : std::string(1, c);
    }
    line += '"';
  }
  return line + '\n';
}

}  // namespace paylog::cli
