#include "paylog/ledger/core/decide.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/base/limits.h"
#include "paylog/base/murmur2.h"
#include "paylog/base/vector_of.h"

namespace paylog::ledger {
namespace {

using model::Account;
using model::AccountId;
using model::Entry;
using model::EventBody;
using model::Money;
using model::ResultCode;

// Whether the account's currency and limits matter comes after whether it may move at all.
ResultCode CheckOwnAccount(const Account* account) {
  if (account == nullptr) {
    return ResultCode::kAccountNotFound;
  }
  return account->closed ? ResultCode::kAccountClosed : ResultCode::kOk;
}

ResultCode CheckDebit(const Account* account, const Money& amount) {
  if (const ResultCode code = CheckOwnAccount(account); code != ResultCode::kOk) {
    return code;
  }
  if (account->debits_frozen) {
    return ResultCode::kDebitsFrozen;
  }
  if (account->currency != amount.currency) {
    return ResultCode::kCurrencyMismatch;
  }
  return account->available() < amount.minor ? ResultCode::kInsufficientFunds : ResultCode::kOk;
}

// The codes of a credit differ with whose account it is: the command's own, or the creditor.
struct CreditCodes {
  ResultCode not_found;
  ResultCode closed;
  ResultCode frozen;
  ResultCode currency_mismatch;
  ResultCode limit_exceeded;
  ResultCode overflow;
};
constexpr CreditCodes kOwnCodes = {ResultCode::kAccountNotFound,      ResultCode::kAccountClosed,
                                   ResultCode::kCreditsFrozen,        ResultCode::kCurrencyMismatch,
                                   ResultCode::kBalanceLimitExceeded, ResultCode::kBalanceOverflow};
constexpr CreditCodes kCreditorCodes = {ResultCode::kCreditorNotFound,
                                        ResultCode::kCreditorClosed,
                                        ResultCode::kCreditorCreditsFrozen,
                                        ResultCode::kCreditorCurrencyMismatch,
                                        ResultCode::kCreditorBalanceLimitExceeded,
                                        ResultCode::kCreditorBalanceOverflow};

ResultCode CheckCredit(const Account* account, const Money& amount, const CreditCodes& codes) {
  if (account == nullptr) {
    return codes.not_found;
  }
  if (account->closed) {
    return codes.closed;
  }
  if (account->credits_frozen) {
    return codes.frozen;
  }
  if (account->currency != amount.currency) {
    return codes.currency_mismatch;
  }
  const base::Int128 after = account->posted + amount.minor;
  if (after <= account->max_balance) {
    return ResultCode::kOk;
  }
  // The largest max_balance is none: then it is the format that ends.
  return account->max_balance < base::kAmountMinorMax ? codes.limit_exceeded : codes.overflow;
}

EventBody Reject(ResultCode code) {
  return model::CommandRejected{.code = code};
}

std::vector<Entry> MoveMoney(AccountId from, AccountId to, const Money& amount) {
  return base::VectorOf(
      Entry{.account = from, .amount = {.minor = -amount.minor, .currency = amount.currency}},
      Entry{.account = to, .amount = amount});
}

// One overload per command; each looks at the state and says what happens.
class CommandDecider {
 public:
  CommandDecider(const State& state, const model::Command& command)
      : state_(state), command_(command), account_(state.Find(command.account)) {}

  EventBody operator()(const model::OpenAccount& open) const {
    if (account_ != nullptr) {
      return Reject(ResultCode::kAccountExists);
    }
    return model::AccountOpened{
        .currency = open.currency,
        .overdraft_limit = open.limits.overdraft_limit.value_or(0),
        .min_balance = open.limits.min_balance.value_or(0),
        .max_balance = open.limits.max_balance.value_or(base::kAmountMinorMax)};
  }

  EventBody operator()(const model::UpdateAccount& update) const {
    if (const ResultCode code = CheckOwnAccount(account_); code != ResultCode::kOk) {
      return Reject(code);
    }
    const model::AccountUpdated updated{
        .overdraft_limit = update.limits.overdraft_limit.value_or(account_->overdraft_limit),
        .min_balance = update.limits.min_balance.value_or(account_->min_balance),
        .max_balance = update.limits.max_balance.value_or(account_->max_balance)};
    if (updated.overdraft_limit > 0 && updated.min_balance > 0) {
      return Reject(ResultCode::kConflictingLimits);
    }
    return updated;
  }

  EventBody operator()(const model::FreezeAccount& freeze) const {
    if (const ResultCode code = CheckOwnAccount(account_); code != ResultCode::kOk) {
      return Reject(code);
    }
    return model::AccountFrozen{.scope = freeze.scope, .reason = freeze.reason};
  }

  EventBody operator()(const model::UnfreezeAccount& unfreeze) const {
    if (const ResultCode code = CheckOwnAccount(account_); code != ResultCode::kOk) {
      return Reject(code);
    }
    return model::AccountUnfrozen{.scope = unfreeze.scope, .reason = unfreeze.reason};
  }

  EventBody operator()(const model::CloseAccount&) const {
    if (const ResultCode code = CheckOwnAccount(account_); code != ResultCode::kOk) {
      return Reject(code);
    }
    if (account_->posted != 0 || account_->held != 0) {
      return Reject(ResultCode::kBalanceNotZero);
    }
    return model::AccountClosed{};
  }

  EventBody operator()(const model::Deposit& deposit) const {
    const ResultCode code = CheckCredit(account_, deposit.amount, kOwnCodes);
    if (code != ResultCode::kOk) {
      return Reject(code);
    }
    return model::PaymentPosted{.entries = MoveMoney(AccountId::External(deposit.amount.currency),
                                                     command_.account, deposit.amount),
                                .reference = deposit.reference};
  }

  EventBody operator()(const model::Withdraw& withdraw) const {
    const ResultCode code = CheckDebit(account_, withdraw.amount);
    if (code != ResultCode::kOk) {
      return Reject(code);
    }
    return model::PaymentPosted{
        .entries = MoveMoney(command_.account, AccountId::External(withdraw.amount.currency),
                             withdraw.amount),
        .reference = withdraw.reference};
  }

  EventBody operator()(const model::Transfer& transfer) const {
    CHECK(transfer.creditor_account != command_.account);
    const ResultCode debit = CheckDebit(account_, transfer.amount);
    if (debit != ResultCode::kOk) {
      return Reject(debit);
    }
    const base::PartitionId creditor_partition =
        base::PartitionOf(transfer.creditor_account.value(), state_.partition_count());
    if (creditor_partition != state_.partition()) {
      return model::TransferSent{
          .entries = MoveMoney(command_.account, AccountId::Transit(transfer.amount.currency),
                               transfer.amount),
          .creditor_account = transfer.creditor_account,
          .to_partition = creditor_partition,
          .reference = transfer.reference};
    }
    const ResultCode credit =
        CheckCredit(state_.Find(transfer.creditor_account), transfer.amount, kCreditorCodes);
    if (credit != ResultCode::kOk) {
      return Reject(credit);
    }
    return model::PaymentPosted{
        .entries = MoveMoney(command_.account, transfer.creditor_account, transfer.amount),
        .reference = transfer.reference};
  }

 private:
  const State& state_;
  const model::Command& command_;
  const Account* account_;
};

EventBody AnswerRepeat(const model::IndexEntry& known, const AccountId& other_account) {
  if (known.state == model::IndexState::kFinal) {
    return model::CommandRepeated{.outcome = known.outcome};
  }
  return model::RepeatForwarded{.to_account = other_account, .to_partition = known.other};
}

EventBody DecideCommand(const State& state, const model::CommandInput& input,
                        const model::IndexEntry* known) {
  const model::Command& command = input.command;
  if (known == nullptr) {
    return std::visit(CommandDecider(state, command), command.body);
  }
  if (known->body_sha256 != input.body_sha256) {
    return Reject(ResultCode::kIdempotencyConflict);
  }
  const auto* const transfer = std::get_if<model::Transfer>(&command.body);
  return AnswerRepeat(*known, transfer != nullptr ? transfer->creditor_account : command.account);
}

EventBody DecideCredit(const State& state, const model::CreditMessage& credit,
                       const model::IndexEntry* known) {
  if (known != nullptr) {  // Never credit twice, whatever brought the message here again.
    return AnswerRepeat(*known, credit.command.account);
  }
  const ResultCode code =
      CheckCredit(state.Find(credit.creditor_account), credit.amount, kCreditorCodes);
  if (code != ResultCode::kOk) {
    return model::TransferRefused{.code = code,
                                  .sent = credit.sent,
                                  .creditor_account = credit.creditor_account,
                                  .amount = credit.amount};
  }
  return model::TransferCredited{.entries = MoveMoney(AccountId::Transit(credit.amount.currency),
                                                      credit.creditor_account, credit.amount),
                                 .sent = credit.sent,
                                 .debtor_balance = credit.debtor_balance,
                                 .reference = credit.reference};
}

// A return is never refused: freezes and limits do not apply, and a closed debtor is reopened.
std::vector<EventBody> DecideReturn(const State& state, const model::ReturnMessage& returned,
                                    const model::IndexEntry* known) {
  if (known != nullptr && known->state == model::IndexState::kFinal) {
    return base::VectorOf(EventBody(model::CommandRepeated{.outcome = known->outcome}));
  }
  const Account* const debtor = state.Find(returned.command.account);
  CHECK(debtor != nullptr);
  std::vector<EventBody> events;
  if (debtor->closed) {
    events.emplace_back(model::AccountReopened{});
  }
  events.emplace_back(
      model::TransferReturned{.entries = MoveMoney(AccountId::Transit(returned.amount.currency),
                                                   returned.command.account, returned.amount),
                              .code = returned.code,
                              .sent = returned.sent,
                              .refused = returned.refused,
                              .reopened = debtor->closed});
  return events;
}

// It stands behind the message that it asks about, so the id is known here.
EventBody DecideRepeat(const model::RepeatMessage& repeat, const model::IndexEntry* known) {
  CHECK(known != nullptr);
  CHECK(known->body_sha256 == repeat.command.body_sha256);
  CHECK(known->state != model::IndexState::kSent);
  return AnswerRepeat(*known, repeat.command.account);
}

std::vector<EventBody> DecideBodies(const State& state, const model::InboxRecord& input,
                                    const model::IndexEntry* known) {
  if (const auto* const command = std::get_if<model::CommandInput>(&input.body)) {
    return base::VectorOf(DecideCommand(state, *command, known));
  }
  if (const auto* const credit = std::get_if<model::CreditMessage>(&input.body)) {
    return base::VectorOf(DecideCredit(state, *credit, known));
  }
  if (const auto* const returned = std::get_if<model::ReturnMessage>(&input.body)) {
    return DecideReturn(state, *returned, known);
  }
  return base::VectorOf(DecideRepeat(std::get<model::RepeatMessage>(input.body), known));
}

model::CommandRef CommandOf(const model::InboxRecord& input) {
  return std::visit(
      [](const auto& body) -> model::CommandRef {
        if constexpr (requires { body.body_sha256; }) {
          return {.account = body.command.account,
                  .id = body.command.id,
                  .type = body.command.type(),
                  .body_sha256 = body.body_sha256};
        } else {
          return body.command;
        }
      },
      input.body);
}

}  // namespace

model::IndexKeyText IndexKeyOf(const model::InboxRecord& input) {
  return std::visit(
      [](const auto& body) { return model::IndexKey(body.command.account, body.command.id); },
      input.body);
}

std::optional<std::string> FindForgery(const State& state, const model::InboxRecord& input,
                                       const model::IndexEntry* known) {
  if (const auto* const returned = std::get_if<model::ReturnMessage>(&input.body)) {
    const Account* const debtor = state.Find(returned->command.account);
    if (debtor == nullptr || debtor->currency != returned->amount.currency) {
      return "a return for an account that sent nothing";
    }
  } else if (const auto* const repeat = std::get_if<model::RepeatMessage>(&input.body)) {
    if (known == nullptr || known->body_sha256 != repeat->command.body_sha256 ||
        known->state == model::IndexState::kSent) {
      return "a repeat of a command that has no outcome here";
    }
  }
  return std::nullopt;
}

std::vector<model::Event> Decide(const State& state, const model::InboxRecord& input,
                                 const model::IndexEntry* known) {
  CHECK(input.offset > state.progress().last_inbox_offset);
  const model::CommandRef command = CommandOf(input);
  std::vector<EventBody> bodies = DecideBodies(state, input, known);
  std::vector<model::Event> events;
  events.reserve(bodies.size());
  for (EventBody& body : bodies) {
    events.push_back({.command = command, .body = std::move(body)});
  }
  CHECK(!events.empty());
  return events;
}

model::EventHeader MakeHeader(const State& state, const model::InboxRecord& input,
                              std::int32_t index, std::int32_t count) {
  CHECK(index >= 0 && index < count);
  const Progress& progress = state.progress();
  return {.rules = model::kRulesVersion,
          .position = {.partition = state.partition(), .sequence = progress.last_sequence.Next()},
          .inbox_offset = input.offset,
          .index = index,
          .count = count,
          .time = std::max(progress.time, input.timestamp),
          .prev_hash = progress.last_hash};
}

}  // namespace paylog::ledger
