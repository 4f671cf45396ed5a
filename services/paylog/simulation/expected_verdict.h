#pragma once

#include <cstdint>
#include <string>

#include "paylog/log/record.h"

namespace paylog::simulation {

// What the documents want of the validator for one record of payments.commands.
struct ExpectedVerdict {
  enum class Kind { kDeadLetter, kRefused, kAccepted };
  Kind kind = Kind::kAccepted;
  std::string code;     // "ok" where it is accepted; "?": the refusal may name any code.
  std::string account;  // Where it could be read.
  std::string type;     // The command's, where it is one that there is.
};

ExpectedVerdict JudgeCommand(const log::StoredRecord& record, std::int32_t partition,
                             std::int32_t partition_count);

}  // namespace paylog::simulation
