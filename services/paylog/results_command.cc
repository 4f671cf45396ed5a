#include <iostream>

#include "paylog/cli/commands.h"
#include "paylog/cli/follow.h"
#include "paylog/cli/output.h"
#include "paylog/cli/terminal.h"
#include "paylog/cli/watched_log.h"
#include "paylog/codec/result_codec.h"
#include "paylog/service/open_log.h"
#include "paylog/service/stop_signal.h"

namespace paylog::cli {
namespace {

const std::vector<std::string> kColumns = {"account",   "command_id", "status",   "code",
                                           "duplicate", "partition",  "sequence", "balances"};

// Of the columns of a table that is followed. Most ids fit.
const std::vector<std::size_t> kFollowWidths = {20, 20, 9, 24, 9, 9, 8, 0};

std::vector<std::string> Cells(const model::CommandResult& result) {
  std::string balances;
  for (const model::AccountBalance& balance : result.balances) {
    balances += (balances.empty() ? "" : " ") + balance.account.ToString() + '=' +
                base::ToString(balance.posted);
  }
  const auto& position = result.position;
  return {result.account.ToString(),
          result.command_id.ToString(),
          std::string(model::ToString(result.status)),
          std::string(model::ToString(result.code)),
          result.duplicate ? "true" : "false",
          position ? std::to_string(position->partition.value()) : "",
          position ? std::to_string(position->sequence.value()) : "",
          balances};
}

bool Matches(const model::CommandResult& result, const ResultsArguments& arguments) {
  return (arguments.command_id.empty() || result.command_id.value() == arguments.command_id) &&
         (arguments.account.empty() || result.account.value() == arguments.account);
}

// Prints each result as it comes, but for a table that is not followed: its columns get the width
// of their cells, so they wait for all of them.
class ResultPrinter {
 public:
  explicit ResultPrinter(const ResultsArguments& arguments)
      : arguments_(arguments), table_(kColumns) {
    if (arguments_.format == Format::kCsv) {
      std::cout << CsvLine(kColumns);
    } else if (arguments_.format == Format::kTable && arguments_.follow) {
      std::cout << AlignedLine(kColumns, kFollowWidths, width_);
    }
    FlushIfFollowing();
  }

  // False where the record cannot be read, or nobody takes the output.
  bool Print(const log::TopicPartition& from, const log::StoredRecord& record) {
    const auto result = codec::DecodeResult(record.value);
    if (!result) {
      error_ =
          result.error().In(from.ToString() + " offset " + std::to_string(record.offset.value()));
      return false;
    }
    if (!Matches(*result, arguments_)) {
      return true;
    }
    if (arguments_.format == Format::kJson) {
      std::cout << record.value << '\n';
    } else if (arguments_.format == Format::kCsv) {
      std::cout << CsvLine(Cells(*result));
    } else if (arguments_.follow) {
      std::cout << AlignedLine(Cells(*result), kFollowWidths, width_);
    } else {
      table_.Add(Cells(*result));
    }
    FlushIfFollowing();
    return !OutputFailed();
  }

  void Finish() const {
    if (arguments_.format == Format::kTable && !arguments_.follow) {
      table_.Print();
    }
  }

  [[nodiscard]] const std::optional<base::Error>& error() const { return error_; }

 private:
  void FlushIfFollowing() const {
    if (arguments_.follow) {
      std::cout << std::flush;
    }
  }

  const ResultsArguments& arguments_;
  const std::optional<std::size_t> width_ = TerminalWidth();
  Table table_;
  std::optional<base::Error> error_;
};

}  // namespace

ExitCode Results(const ResultsArguments& arguments) {
  const base::SystemClock clock;
  const service::StopSignal stop;
  auto opened = service::OpenExistingLog(arguments.log, clock, Warn);
  if (!opened) {
    return ReportError(opened.error().ToString());
  }
  const auto ranges = WholeTopic(*opened->log, runtime::kResultsTopic, opened->counts.results);
  if (!ranges) {
    return ReportError(ranges.error().ToString());
  }
  ResultPrinter printer(arguments);
  const auto visit = [&](const log::TopicPartition& from, const log::StoredRecord& record) {
    return printer.Print(from, record);
  };
  ProgressBar bar("results", "records",
                  arguments.format == Format::kTable || !TerminalWidth().has_value());
  WatchedLog watched(*opened->log, stop, bar, Count(*ranges));
  const auto stopped = [&] { return stop.requested() || OutputClosed(); };
  const auto read = arguments.follow ? Follow(*opened, *ranges, visit, stopped)
                                     : ReadRanges(watched, *ranges, visit);
  bar.Clear();
  if (!read) {
    return ReportReading(read.error());
  }
  if (printer.error()) {
    return ReportError(printer.error()->ToString());
  }
  printer.Finish();
  return ExitCode::kDone;
}

}  // namespace paylog::cli
