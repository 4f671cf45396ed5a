#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/codec/headers.h"
#include "paylog/log/log.h"
#include "paylog/runtime/topics.h"

// payments.dead-letters, and what became of its records. That a dead letter was sent again is told
// by the command that was written for it, by its header `paylog_resubmission_of`: the log is the
// only record.
namespace paylog::cli {

struct LetterPosition {
  base::PartitionId partition;
  base::Offset offset;

  [[nodiscard]] std::string ToString() const;  // "P:OFFSET"
  [[nodiscard]] codec::Origin ToOrigin() const;
};

// "P:OFFSET", both whole numbers from 0 on.
std::optional<LetterPosition> ParseLetterPosition(std::string_view text);

// kNotFound where there is no record.
base::Result<log::StoredRecord> ReadLetter(log::Log& log, const runtime::PartitionCounts& counts,
                                           const LetterPosition& position);

// Where the commands are that were written for a dead letter, by the dead letter.
using Resubmissions = std::map<codec::Origin, std::vector<codec::Origin>>;

// Reads all of payments.commands as of now, or until `stopped`.
base::Result<Resubmissions> FindResubmissions(log::Log& log, const runtime::PartitionCounts& counts,
                                              const std::function<bool()>& stopped);

// Why the dead letter cannot become a command whatever its body; nullopt where it came from
// payments.commands. Other services leave letters of their own types.
std::optional<std::string> WhyNoCommand(const log::StoredRecord& letter);

// Writes the body as a command that names its dead letter; durable when it returns. The text where
// it was refused, and nothing written; nullopt otherwise.
base::Result<std::optional<std::string>> WriteResubmission(log::Log& log,
                                                           const runtime::PartitionCounts& counts,
                                                           const LetterPosition& position,
                                                           std::string body, base::TimestampMs now);

}  // namespace paylog::cli
