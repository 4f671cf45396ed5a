#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

// The outcome of a command, as data. docs/reference/result-codes.md lists the same table for users,
// and a test holds the two together.
namespace paylog::model {

// X(number, name, stage, may_retry, iso20022, meaning), in order of precedence: where several
// apply, the first is answered. Numbers are frozen: a new code takes the next free number, wherever
// it stands in the order. may_retry: the same request under a new id could succeed without being
// changed. iso20022: the external status reason code, "" where there is none.
#define PAYLOG_RESULT_CODES(X)                                                                    \
  X(0, Ok, kLedger, false, "", "the command was carried out")                                     \
  X(1, BodyTooLarge, kDeadLetter, false, "FF01", "the body is over 64 KiB")                       \
  X(2, InvalidUtf8, kDeadLetter, false, "FF01", "the body is not UTF-8")                          \
  X(3, InvalidJson, kDeadLetter, false, "FF01", "the body is not one JSON object")                \
  X(4, NestingTooDeep, kDeadLetter, false, "FF01", "the body nests too deeply")                   \
  X(5, UnreadableCommandId, kDeadLetter, false, "FF01", "command_id is missing or not valid")     \
  X(6, UnreadableAccount, kDeadLetter, false, "AC01",                                             \
    "the command's account is missing or not valid")                                              \
  X(7, DuplicateField, kValidator, false, "FF01", "a field stands twice")                         \
  X(8, UnknownType, kValidator, false, "FF01", "there is no command of this type")                \
  X(9, UnknownField, kValidator, false, "FF01", "the command has no such field")                  \
  X(10, MissingField, kValidator, false, "FF01", "a required field is missing")                   \
  X(11, WrongFieldType, kValidator, false, "FF01", "a field has the wrong JSON type")             \
  X(12, NumberNotInteger, kValidator, false, "AM12", "a number has a fraction or an exponent")    \
  X(13, NumberOutOfRange, kValidator, false, "AM12", "a number is outside 0 to 2^53 - 1")         \
  X(14, InvalidFieldValue, kValidator, false, "FF01", "a field's text is not allowed")            \
  X(15, AmountMustBePositive, kValidator, false, "AM12", "the amount is not at least 1")          \
  X(16, UnknownCurrency, kValidator, false, "AM11", "not an active ISO 4217 currency")            \
  X(17, ReservedAccount, kValidator, false, "AC03", "a command may not name a system account")    \
  X(18, SameAccount, kValidator, false, "AC03", "debtor and creditor are the same account")       \
  X(19, MetadataTooLarge, kValidator, false, "FF01", "metadata is over its limits")               \
  X(20, NothingToUpdate, kValidator, false, "FF01", "the update changes no limit")                \
  X(21, ConflictingLimits, kValidator, false, "FF01",                                             \
    "overdraft_limit and min_balance are both above zero")                                        \
  X(22, KeyMissing, kValidator, true, "FF01", "the record has no key")                            \
  X(23, KeyNotAccount, kValidator, true, "FF01", "the record's key is not the command's account") \
  X(24, WrongPartition, kValidator, true, "FF01", "the record is not on its key's partition")     \
  X(25, IdempotencyConflict, kLedger, false, "AM05", "the id was used for another command")       \
  X(26, AccountExists, kLedger, false, "", "the account was opened before")                       \
  X(27, AccountNotFound, kLedger, true, "AC01", "there is no such account")                       \
  X(28, AccountClosed, kLedger, false, "AC04", "the account is closed")                           \
  X(29, DebitsFrozen, kLedger, true, "AC06", "the account is frozen for debits")                  \
  X(30, CreditsFrozen, kLedger, true, "AC06", "the account is frozen for credits")                \
  X(31, CurrencyMismatch, kLedger, false, "AM03", "the account has another currency")             \
  X(32, InsufficientFunds, kLedger, true, "AM04", "the available balance is too low")             \
  X(33, BalanceNotZero, kLedger, true, "", "only an account with a zero balance can be closed")   \
  X(34, BalanceLimitExceeded, kLedger, true, "AM14",                                              \
    "the account's max_balance would be exceeded")                                                \
  X(35, BalanceOverflow, kLedger, true, "AM14", "the balance would exceed 2^53 - 1")              \
  X(36, CreditorNotFound, kLedger, true, "AC03", "there is no such creditor account")             \
  X(37, CreditorClosed, kLedger, false, "AC07", "the creditor account is closed")                 \
  X(38, CreditorCreditsFrozen, kLedger, true, "AC06", "the creditor is frozen for credits")       \
  X(39, CreditorCurrencyMismatch, kLedger, false, "AM03", "the creditor has another currency")    \
  X(40, CreditorBalanceLimitExceeded, kLedger, true, "AM14",                                      \
    "the creditor's max_balance would be exceeded")                                               \
  X(41, CreditorBalanceOverflow, kLedger, true, "AM14",                                           \
    "the creditor's balance would exceed 2^53 - 1")

enum class ResultCode : std::uint8_t {
#define PAYLOG_X(number, name, stage, may_retry, iso, meaning) k##name = number,
  PAYLOG_RESULT_CODES(PAYLOG_X)
#undef PAYLOG_X
};

// Who says it: a dead letter's reason, the validator's refusal, or the ledger's outcome.
enum class CodeStage : std::uint8_t { kDeadLetter, kValidator, kLedger };

struct ResultCodeInfo {
  ResultCode code;
  std::string_view name;  // As in JSON: "insufficient_funds".
  CodeStage stage;
  bool may_retry;
  std::string_view iso20022;
  std::string_view meaning;
};

// All codes, in order of precedence.
std::span<const ResultCodeInfo> AllResultCodes();

// REQUIRES: `code` is an enumerator.
const ResultCodeInfo& InfoOf(ResultCode code);
std::string_view ToString(ResultCode code);
std::optional<ResultCode> ParseResultCode(std::string_view name);

// Would the same request, under a new id, perhaps succeed?
inline bool MayRetry(ResultCode code) {
  return InfoOf(code).may_retry;
}

}  // namespace paylog::model
