#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "paylog/base/hash.h"
#include "paylog/model/account_id.h"
#include "paylog/model/command_id.h"
#include "paylog/model/money.h"
#include "paylog/model/result_code.h"

// Commands: requests, as the upstream system made them. Plain values, already valid by themselves;
// whether the books allow them is the ledger's to say.
namespace paylog::model {

// Frozen numbers: they are stored with remembered ids.
enum class CommandType : std::uint8_t {
  kOpenAccount = 0,
  kUpdateAccount = 1,
  kFreezeAccount = 2,
  kUnfreezeAccount = 3,
  kCloseAccount = 4,
  kDeposit = 5,
  kWithdraw = 6,
  kTransfer = 7,
};
inline constexpr int kCommandTypeCount = 8;

// "open_account"
std::string_view ToString(CommandType type);
std::optional<CommandType> ParseCommandType(std::string_view text);

enum class FreezeScope : std::uint8_t { kDebits = 0, kCredits = 1, kBoth = 2 };
std::string_view ToString(FreezeScope scope);
std::optional<FreezeScope> ParseFreezeScope(std::string_view text);

// Limits in minor units, each 0 to kAmountMinorMax; absent means "as it was", or none at opening.
struct AccountLimits {
  std::optional<std::int64_t> overdraft_limit;
  std::optional<std::int64_t> min_balance;
  std::optional<std::int64_t> max_balance;

  friend bool operator==(const AccountLimits&, const AccountLimits&) = default;
};

using Metadata = std::map<std::string, std::string>;

struct OpenAccount {
  Currency currency;
  AccountLimits limits;
};

struct UpdateAccount {
  AccountLimits limits;  // At least one is present.
};

struct FreezeAccount {
  FreezeScope scope = FreezeScope::kBoth;
  std::string reason;
};

struct UnfreezeAccount {
  FreezeScope scope = FreezeScope::kBoth;
  std::string reason;
};

struct CloseAccount {};

struct Deposit {
  Money amount;
  std::optional<std::string> reference;
  std::optional<Metadata> metadata;
};

struct Withdraw {
  Money amount;
  std::optional<std::string> reference;
  std::optional<Metadata> metadata;
};

struct Transfer {
  AccountId creditor_account;
  Money amount;
  std::optional<std::string> reference;
  std::optional<Metadata> metadata;
};

// In the order of CommandType.
using CommandBody = std::variant<OpenAccount, UpdateAccount, FreezeAccount, UnfreezeAccount,
                                 CloseAccount, Deposit, Withdraw, Transfer>;

struct Command {
  CommandId id;
  AccountId account;  // The debtor of a transfer; otherwise the account the command is about.
  CommandBody body;

  [[nodiscard]] CommandType type() const { return static_cast<CommandType>(body.index()); }
};

// What every event and message says of the command that caused it.
struct CommandRef {
  AccountId account;
  CommandId id;
  CommandType type = CommandType::kTransfer;
  base::Hash256 body_sha256;  // Over the typed command: see codec/command_codec.h.

  friend bool operator==(const CommandRef&, const CommandRef&) = default;
};

// Why a body was not taken, and where in it: `path` is a JSON path such as $.amount.
struct Refusal {
  ResultCode code = ResultCode::kOk;
  std::string path;
  std::string message;
};

// Decoding a body ends in one of three ways.
//   Command: valid by itself.
//   RefusedCommand: its sender can be answered, so it gets a result.
//   UnreadableCommand: no command id or account could be read; a dead letter.
struct RefusedCommand {
  CommandId id;
  AccountId account;
  std::optional<CommandType> type;
  Refusal refusal;
};
struct UnreadableCommand {
  Refusal refusal;
};
using DecodedCommand = std::variant<Command, RefusedCommand, UnreadableCommand>;

}  // namespace paylog::model
