#include <algorithm>
#include <iostream>

#include "paylog/cli/commands.h"
#include "paylog/service/open_log.h"

namespace paylog::cli {
namespace {

bool IsOurs(const std::string& topic) {
  const auto specs = runtime::TopicSpecs(runtime::EqualCounts(1));
  return std::any_of(specs.begin(), specs.end(),
                     [&](const log::TopicSpec& spec) { return spec.name == topic; });
}

base::Result<void> PrintTopics(service::OpenedLog& opened) {
  PAYLOG_ASSIGN(const auto topics, opened.log->ListTopics());
  Table table({"topic", "partition>", "records up to>", "timestamps", "retention"});
  for (const log::TopicSpec& spec : topics) {
    if (!IsOurs(spec.name)) {
      continue;  // Brokers may have other users.
    }
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
  auto opened = service::OpenExistingLog(arguments.log, clock, Warn);
  if (!opened) {
    return ReportError(opened.error().ToString());
  }
  if (auto printed = PrintTopics(*opened); !printed) {
    return ReportError(printed.error().ToString());
  }
  return ExitCode::kDone;
}

ExitCode CreateTopics(const CreateTopicsArguments& arguments) {
  const base::SystemClock clock;
  auto opened = service::CreateLog(arguments.log, arguments.partitions, clock, Warn);
  if (!opened) {
    return ReportError(opened.error().ToString());
  }
  const auto weaknesses = service::FindWeaknesses(*opened, arguments.strict);
  if (!weaknesses) {
    return ReportError(weaknesses.error().ToString());
  }
  for (const std::string& weakness : *weaknesses) {
    Warn(weakness);
  }
  std::cout << "the log at " << arguments.log.address << " has its topics, with "
            << opened->counts.inbox << " partitions\n";
  return ExitCode::kDone;
}

ExitCode RepairHead(const RepairHeadArguments& arguments) {
  const base::SystemClock clock;
  const auto address = service::ParseLogAddress(arguments.log.address);
  if (!address || address->kind != service::LogKind::kSqlite) {
    return ReportUsage("only an embedded log, sqlite:DIR, has a head to repair");
  }
  const auto report = log_sqlite::RepairHead({.directory = address->place, .clock = &clock});
  if (!report) {
    return ReportError(report.error().ToString());
  }
  std::cout << "the head was written anew: " << report->commits << " commits in store, "
            << report->records << " records, all checksums hold\n";
  return ExitCode::kDone;
}

}  // namespace paylog::cli
