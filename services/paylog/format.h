#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// How tables, CSV and JSON lines are written on standard output.
namespace paylog::cli {

enum class Format { kTable, kCsv, kJson };

std::optional<Format> ParseFormat(std::string_view text);

// Columns aligned to the widest cell; numbers to the right.
class Table {
 public:
  // `header` names the columns; one that ends in '>' is aligned to the right.
  explicit Table(std::vector<std::string> header);
  // REQUIRES: as many cells as columns.
  void Add(std::vector<std::string> row);
  void Print() const;

 private:
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

// A row, with its line end, of a table that is printed as it comes: columns are so wide, and a cell
// that is wider pushes the rest of its row along. REQUIRES: as many cells as widths.
std::string AlignedLine(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths);

// One CSV record (RFC 4180) with its line end.
std::string CsvLine(const std::vector<std::string>& cells);

}  // namespace paylog::cli
