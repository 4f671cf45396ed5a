#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// How tables, CSV and JSON lines are written on standard output.
namespace paylog::cli {

enum class Format { kTable, kCsv, kJson };

std::optional<Format> ParseFormat(std::string_view text);

// Columns aligned to the widest cell; numbers to the right. Where that is too wide for a terminal,
// the last column goes on in lines of its own, broken at spaces; where that does not help, each row
// is shown as a block of `name  value` lines. Nothing is left out, and no word is broken.
class Table {
 public:
  // `header` names the columns; one that ends in '>' is aligned to the right.
  explicit Table(std::vector<std::string> header);
  // REQUIRES: as many cells as columns.
  void Add(std::vector<std::string> row);
  // `width`: columns there are; nullopt: as many as it takes.
  [[nodiscard]] std::string Render(std::optional<std::size_t> width) const;
  // On standard output, to fit the terminal if it is one.
  void Print() const;

 private:
  [[nodiscard]] std::vector<std::size_t> Widths() const;
  [[nodiscard]] std::string Line(const std::vector<std::string>& row,
                                 const std::vector<std::size_t>& widths) const;
  [[nodiscard]] std::string Blocks(std::size_t width) const;

  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

// A row, with its line end, of a table that is printed as it comes: columns are so wide, and a cell
// that is wider pushes the rest of its row along. The last cell goes on in lines of its own, broken
// at spaces, where the row is wider than `width`. REQUIRES: as many cells as widths.
std::string AlignedLine(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths, std::optional<std::size_t> width);

// One CSV record (RFC 4180) with its line end.
std::string CsvLine(const std::vector<std::string>& cells);

}  // namespace paylog::cli
