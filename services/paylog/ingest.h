#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>

#include "paylog/base/clock.h"
#include "paylog/base/result.h"
#include "paylog/cli/line_reader.h"
#include "paylog/log/log.h"
#include "paylog/runtime/topics.h"

// JSON Lines into payments.commands: key and partition come from each command. A line without a
// readable command id and account is reported by its number and left out; the rest goes on.
namespace paylog::cli {

struct IngestReport {
  std::int64_t lines = 0;  // Read now; blank ones do not count.
  std::int64_t taken = 0;
  std::int64_t bad = 0;
  std::int64_t resumed_at = 0;  // The byte at which an earlier run had ended.
};

struct IngestOptions {
  std::string path;  // "-" for standard input.
  runtime::PartitionCounts counts;
  std::function<bool()> stopped = [] { return false; };        // Ends it cleanly, early.
  std::function<void(const std::string& message)> report_bad;  // "line 12: ..."
  std::function<void(std::int64_t lines, const LineReader&, std::int64_t bytes)> progress;
};

// For `submit`: durable when it returns, at least once.
base::Result<IngestReport> SubmitLines(log::Log& log, const base::Clock& clock,
                                       const IngestOptions& options);

// For `run --input`: the place reached in the file is committed with its records, under the file's
// digest, so that each line is taken exactly once however often the process dies. Standard input
// and all that is not a regular file (a pipe, a FIFO) have no place to come back to. kIo where a
// file is changed while it is read.
base::Result<IngestReport> IngestLines(log::Log& log, const base::Clock& clock,
                                       const IngestOptions& options);

}  // namespace paylog::cli
