#pragma once

#include <string>
#include <variant>

#include "paylog/base/strong_type.h"
#include "paylog/cli/batch_writer.h"
#include "paylog/runtime/topics.h"

namespace paylog::cli {

// The record of payments.commands for a command's body, keyed by its account and without headers;
// or why there is none: a sentence that begins with the result code. Pure.
std::variant<BatchWriter::Entry, std::string> KeyCommand(std::string body,
                                                         const runtime::PartitionCounts& counts,
                                                         base::TimestampMs now);

}  // namespace paylog::cli
