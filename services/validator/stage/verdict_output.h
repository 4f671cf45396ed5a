#pragma once

#include <string>

#include "paylog/log/record.h"
#include "paylog/model/command_result.h"
#include "paylog/runtime/topics.h"
#include "paylog/validator/core/verdict.h"

namespace paylog::validator {

// The one record that a record of payments.commands leaves: an inbox record, a refused result or a
// dead letter.
struct VerdictOutput {
  Verdict verdict;
  log::TopicPartition to;
  log::Record record;
};

// Decodes, decides and builds the record. A function of its arguments alone: the auditor runs it
// too.
VerdictOutput Judge(const log::StoredRecord& command, base::PartitionId partition,
                    const runtime::PartitionCounts& counts);

}  // namespace paylog::validator
