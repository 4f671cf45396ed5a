#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/store/run_format.h"

namespace paylog::store {

// How many numbers of runs a Write takes at most: rows, ids, a merge of ids of each level.
inline constexpr std::int64_t kRunsOfAWrite = 17;

// Gives numbers to new runs. Not thread-safe.
class RunNumbers {
 public:
  explicit RunNumbers(std::int64_t next) : next_(next) {}

  std::int64_t Take() { return next_++; }
  [[nodiscard]] std::int64_t next() const { return next_; }

 private:
  std::int64_t next_;
};

// What a snapshot is, in one row: everything else in the file is proven from here. Plain value.
struct MetaRow {
  std::optional<std::string> meta;  // nullopt before the first snapshot.
  std::int64_t next_run = 0;
  std::vector<RunEntry> row_runs;  // Oldest first.
  std::vector<RunEntry> id_runs;   // Likewise.

  friend bool operator==(const MetaRow&, const MetaRow&) = default;
};

// With a checksum over everything at its end.
std::string Encode(const MetaRow& row);
// kCorrupt for anything that Encode does not write, and for numbers that no run has.
base::Result<MetaRow> DecodeMetaRow(std::string_view bytes);

}  // namespace paylog::store
