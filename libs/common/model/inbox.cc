#include "paylog/model/inbox.h"

namespace paylog::model {

std::string_view MessageTypeName(const LedgerMessage& message) {
  constexpr std::string_view kNames[] = {"credit", "return", "repeat"};
  return kNames[message.index()];
}

const AccountId& RecipientOf(const LedgerMessage& message) {
  if (const auto* const credit = std::get_if<CreditMessage>(&message)) {
    return credit->creditor_account;
  }
  if (const auto* const returned = std::get_if<ReturnMessage>(&message)) {
    return returned->command.account;
  }
  return std::get<RepeatMessage>(message).to_account;
}

const Position& SenderOf(const LedgerMessage& message) {
  if (const auto* const credit = std::get_if<CreditMessage>(&message)) {
    return credit->sent;
  }
  if (const auto* const returned = std::get_if<ReturnMessage>(&message)) {
    return returned->refused;
  }
  return std::get<RepeatMessage>(message).forwarded;
}

}  // namespace paylog::model
