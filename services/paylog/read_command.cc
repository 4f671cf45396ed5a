#include <algorithm>
#include <charconv>
#include <iostream>

#include "paylog/cli/commands.h"
#include "paylog/cli/follow.h"
#include "paylog/cli/output.h"
#include "paylog/cli/record_json.h"
#include "paylog/cli/terminal.h"
#include "paylog/cli/watched_log.h"
#include "paylog/service/open_log.h"
#include "paylog/service/stop_signal.h"

namespace paylog::cli {
namespace {

using base::Error;
using base::ErrorCode;

std::optional<std::int64_t> ParseNumber(const std::string& text) {
  std::int64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || rest != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

// As of now. REQUIRES: IsReadOffset(text).
base::Result<base::Offset> StartOffset(const std::string& text, base::Offset beginning,
                                       base::Offset end) {
  if (text == "beginning") {
    return beginning;
  }
  if (text == "end") {
    return end;
  }
  const std::int64_t number = ParseNumber(text).value();
  if (text.starts_with('-')) {
    return std::max(beginning, base::Offset(end.value() + number));
  }
  if (base::Offset(number) < beginning || base::Offset(number) > end) {
    return Error{.code = ErrorCode::kOffsetOutOfRange,
                 .context = "--offset " + text + " is outside " +
                            std::to_string(beginning.value()) + " to " +
                            std::to_string(end.value())};
  }
  return base::Offset(number);
}

base::Result<std::int32_t> PartitionCount(log::Log& log, const std::string& topic) {
  PAYLOG_ASSIGN(const auto topics, log.ListTopics());
  for (const log::TopicSpec& spec : topics) {
    if (spec.name == topic) {
      return spec.partition_count;
    }
  }
  return Error{.code = ErrorCode::kNotFound,
               .context = "there is no topic " + topic + "; `paylog topics` lists them"};
}

base::Result<std::vector<ReadRange>> Ranges(service::OpenedLog& opened,
                                            const ReadArguments& arguments) {
  PAYLOG_ASSIGN(const std::int32_t count, PartitionCount(*opened.log, arguments.topic));
  std::vector<ReadRange> ranges;
  for (std::int32_t p = 0; p < count; ++p) {
    if (arguments.partition && *arguments.partition != p) {
      continue;
    }
    const auto partition = runtime::Partition(arguments.topic, base::PartitionId(p));
    PAYLOG_ASSIGN(const auto reader,
                  opened.log->NewReader(partition, log::Isolation::kReadCommitted));
    PAYLOG_ASSIGN(const base::Offset beginning, reader->BeginningOffset());
    PAYLOG_ASSIGN(const base::Offset end, reader->EndOffset());
    PAYLOG_ASSIGN(const base::Offset from, StartOffset(arguments.offset, beginning, end));
    ranges.push_back({.partition = partition, .from = from, .end = end});
  }
  if (ranges.empty()) {
    return Error{.code = ErrorCode::kNotFound,
                 .context = arguments.topic + " has partitions 0 to " + std::to_string(count - 1)};
  }
  return ranges;
}

}  // namespace

bool IsReadOffset(const std::string& text) {
  return text == "beginning" || text == "end" || ParseNumber(text).has_value();
}

ExitCode Read(const ReadArguments& arguments) {
  const base::SystemClock clock;
  const service::StopSignal stop;
  auto opened = service::OpenExistingLog(arguments.log, clock, Warn);
  if (!opened) {
    return ReportError(opened.error().ToString());
  }
  const auto ranges = Ranges(*opened, arguments);
  if (!ranges) {
    return ReportError(ranges.error().ToString());
  }
  std::int64_t printed = 0;
  const auto visit = [&](const log::TopicPartition& from, const log::StoredRecord& record) {
    if (arguments.key && record.key != arguments.key) {
      return true;
    }
    if (arguments.count && printed == *arguments.count) {
      return false;
    }
    std::cout << RecordJson(from, record) << '\n';
    if (arguments.follow) {
      std::cout << std::flush;
    }
    ++printed;
    return !OutputFailed() && (!arguments.count || printed < *arguments.count);
  };
  ProgressBar bar("read", "records", !TerminalWidth().has_value());
  WatchedLog watched(*opened->log, stop, bar, Count(*ranges));
  const auto stopped = [&] { return stop.requested() || OutputClosed(); };
  const auto read = arguments.follow ? Follow(*opened, *ranges, visit, stopped)
                                     : ReadRanges(watched, *ranges, visit);
  bar.Clear();
  if (!read) {
    return ReportReading(read.error());
  }
  return ExitCode::kDone;
}

}  // namespace paylog::cli
