#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "paylog/base/strong_type.h"
#include "paylog/model/command.h"
#include "paylog/model/command_result.h"

// The validator's pure core: what becomes of one record of payments.commands.
namespace paylog::validator {

// What the log knows of the record besides its value.
struct RecordFacts {
  std::optional<std::string_view> key;
  base::PartitionId partition;
  std::int32_t partition_count = 1;  // Of payments.commands.
};

// The original bytes go to ledger.inbox under this key.
struct Accepted {
  model::AccountId account;
};
// A refused result goes to payments.results. The id is not used up.
struct Refused {
  model::CommandResult result;
};
// The exact bytes go to payments.dead-letters with this reason.
struct DeadLetter {
  model::Refusal reason;
};
using Verdict = std::variant<Accepted, Refused, DeadLetter>;

// Pure: no I/O, clock or randomness. A record that is missing its key, has another key than the
// command's account, or does not lie on murmur2(key)'s partition is refused, since its order is not
// guaranteed; the message names the remedy.
Verdict Decide(const model::DecodedCommand& decoded, const RecordFacts& facts);

}  // namespace paylog::validator
