#include "paylog/audit/validator_audit.h"

#include <string>

#include "paylog/audit/scan.h"
#include "paylog/validator/stage/verdict_output.h"

namespace paylog::audit {
namespace {

base::Result<base::Offset> ValidatorOffset(log::Log& log, const log::TopicPartition& commands) {
  PAYLOG_ASSIGN(const auto committed,
                log.CommittedOffset(std::string(runtime::kValidatorGroup), commands));
  return committed.value_or(base::Offset(0));
}

std::string CauseOf(const log::TopicPartition& commands, const log::StoredRecord& record) {
  return commands.ToString() + " offset " + std::to_string(record.offset.value());
}

}  // namespace

Verdict AuditValidator(log::Log& log, base::PartitionId partition,
                       const runtime::PartitionCounts& counts, ActualOutputs& outputs,
                       ValidatorReport& report) {
  const auto commands = runtime::Partition(runtime::kCommandsTopic, partition);
  const auto committed = ValidatorOffset(log, commands);
  if (!committed) {
    return committed.error();
  }
  return ForEachRecord(log, commands, [&](const log::StoredRecord& record) -> Verdict {
    ++report.commands;
    const validator::VerdictOutput expected = validator::Judge(record, partition, counts);
    // A lost offset is no lost record: what has been processed shows in the outputs.
    if (record.offset >= *committed && !outputs.Contains(expected.to, expected.record)) {
      ++report.pending;
      return {};
    }
    return outputs.Take(expected.to, expected.record, [&] { return CauseOf(commands, record); });
  });
}

Verdict AuditFinals(log::Log& log, base::PartitionId partition, const ActualOutputs& outputs) {
  const auto commands = runtime::Partition(runtime::kCommandsTopic, partition);
  return ForEachRecord(log, commands, [&](const log::StoredRecord& record) -> Verdict {
    const int finals = outputs.FinalsOf(partition, record.offset);
    if (finals == 1) {
      return {};
    }
    return Difference{.where = CauseOf(commands, record),
                      .what = "the command has " + std::to_string(finals) +
                              " results and dead letters instead of one",
                      .expected = {},
                      .found = record.value};
  });
}

}  // namespace paylog::audit
