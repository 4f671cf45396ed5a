#include "paylog/cli/format.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::cli {

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

void Table::Print() const {
  std::vector<std::size_t> widths(right_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      line += right_[i] ? padding + row[i] : row[i] + padding;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << '\n';
  }
}

std::string AlignedLine(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths) {
  CHECK(cells.size() == widths.size());
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    line.append(widths[i] - std::min(widths[i], cells[i].size()) + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
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
