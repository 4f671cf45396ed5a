#pragma once

#include <variant>

#include "paylog/base/strong_type.h"
#include "paylog/model/command.h"
#include "paylog/model/event.h"

// What a ledger partition reads: accepted commands, and messages from other ledger partitions.
namespace paylog::model {

// An accepted command with the hash over its typed form.
struct CommandInput {
  Command command;
  base::Hash256 body_sha256;
};

// "Credit this account": the second half of a transfer, sent with TransferSent.
struct CreditMessage {
  CommandRef command;  // account is the debtor.
  AccountId creditor_account;
  Money amount;
  std::optional<std::string> reference;
  Position sent;
  AccountBalance debtor_balance;
  friend bool operator==(const CreditMessage&, const CreditMessage&) = default;
};

// "Take it back": sent with TransferRefused; carries all that the reversal needs. Never refused.
struct ReturnMessage {
  CommandRef command;
  AccountId creditor_account;
  Money amount;
  ResultCode code = ResultCode::kOk;
  Position sent;
  Position refused;
  friend bool operator==(const ReturnMessage&, const ReturnMessage&) = default;
};

// "Answer this repeat": sent with RepeatForwarded, behind the message whose outcome it asks for.
struct RepeatMessage {
  CommandRef command;
  AccountId to_account;  // Whose partition is asked; the record's key.
  Position forwarded;    // The RepeatForwarded event.
  friend bool operator==(const RepeatMessage&, const RepeatMessage&) = default;
};

using LedgerMessage = std::variant<CreditMessage, ReturnMessage, RepeatMessage>;

using InboxBody = std::variant<CommandInput, CreditMessage, ReturnMessage, RepeatMessage>;

struct InboxRecord {
  base::Offset offset;
  base::TimestampMs timestamp;  // Set by the log on append.
  InboxBody body;
};

// "credit", "return", "repeat"
std::string_view MessageTypeName(const LedgerMessage& message);
// The account whose partition the message goes to; the record's key.
const AccountId& RecipientOf(const LedgerMessage& message);
// The position of the event that sent it.
const Position& SenderOf(const LedgerMessage& message);

}  // namespace paylog::model
