#include <iostream>

#include "paylog/cli/commands.h"
#include "paylog/cli/open_log.h"

namespace paylog::cli {
namespace {

base::Result<void> PrintTopics(OpenedLog& opened) {
  PAYLOG_ASSIGN(const auto topics, opened.log->ListTopics());
  Table table({"topic", "partition>", "records up to>", "timestamps", "retention"});
  for (const log::TopicSpec& spec : topics) {
    for (std::int32_t p = 0; p < spec.partition_count; ++p) {
      PAYLOG_ASSIGN(const auto reader,
                    opened.log->NewReader(runtime::Partition(spec.name, base::PartitionId(p)),
                                          log::Isolation::kReadCommitted));
      PAYLOG_ASSIGN(const base::Offset end, reader->EndOffset());
      table.Add({spec.name, std::to_string(p), std::to_string(end.value()),
                 spec.timestamps == log::TimestampType::kLogAppend ? "append" : "producer",
                 spec.retention == log::Retention::kCompact ? "compact" : "keep"});
    }
  }
  table.Print();
  return {};
}

}  // namespace

ExitCode Topics(const TopicsArguments& arguments) {
  const base::SystemClock clock;
  auto opened = OpenExistingLog(arguments.log, clock);
  if (!opened) {
    return ReportError(opened.error().ToString());
  }
  if (auto printed = PrintTopics(*opened); !printed) {
    return ReportError(printed.error().ToString());
  }
  return ExitCode::kDone;
}

ExitCode RepairHead(const RepairHeadArguments& arguments) {
  const base::SystemClock clock;
  const auto directory = ParseLogAddress(arguments.log);
  if (!directory) {
    return ReportError(directory.error().ToString());
  }
  const auto report = log_sqlite::RepairHead({.directory = *directory, .clock = &clock});
  if (!report) {
    return ReportError(report.error().ToString());
  }
  std::cout << "the head was written anew: " << report->commits << " commits in store, "
            << report->records << " records, all checksums hold\n";
  return ExitCode::kDone;
}

}  // namespace paylog::cli
