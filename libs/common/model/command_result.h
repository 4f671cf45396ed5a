#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/int128.h"
#include "paylog/base/strong_type.h"
#include "paylog/model/command.h"

namespace paylog::model {

// Where an event stands: never a log offset, so it is the same on every log.
struct Position {
  base::PartitionId partition;
  base::Sequence sequence;

  friend auto operator<=>(const Position&, const Position&) = default;
};

// A customer's balance after a command, in minor units.
struct AccountBalance {
  AccountId account;
  Currency currency;
  base::Int128 posted = 0;     // Settled.
  base::Int128 held = 0;       // Authorised, not captured.
  base::Int128 available = 0;  // posted - held + overdraft_limit - min_balance.

  friend bool operator==(const AccountBalance&, const AccountBalance&) = default;
};

enum class ResultStatus : std::uint8_t {
  kCompleted,  // The ledger carried it out.
  kRejected,   // The ledger said no; final for this id.
  kRefused,    // The validator did not accept it; the id was not used up.
};
std::string_view ToString(ResultStatus status);
std::optional<ResultStatus> ParseResultStatus(std::string_view text);

// What the ledger remembers of an outcome, for ever.
struct Outcome {
  ResultStatus status = ResultStatus::kCompleted;
  ResultCode code = ResultCode::kOk;
  Position position;  // Of the event that decided it.
  std::vector<AccountBalance> balances;
  // Set where a return went to a closed account and so opened it again.
  std::optional<AccountId> reopened_account;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// A record of payments.results.
struct CommandResult {
  CommandId command_id;
  AccountId account;
  std::optional<CommandType> type;  // Absent where it could not be read.
  ResultStatus status = ResultStatus::kCompleted;
  ResultCode code = ResultCode::kOk;
  bool duplicate = false;
  std::optional<Position> position;  // Absent for a refusal.
  std::vector<AccountBalance> balances;
  std::optional<AccountId> reopened_account;
  std::string path;     // A refusal's place in the body; otherwise empty.
  std::string message;  // For people; empty for ok.

  friend bool operator==(const CommandResult&, const CommandResult&) = default;
};

}  // namespace paylog::model
