#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "paylog/base/hash.h"
#include "paylog/base/strong_type.h"
#include "paylog/model/command_result.h"

// Events: past facts, the ledger's book of record. Plain values.
namespace paylog::model {

// One account's side of an event: plus adds to the account, minus takes from it. The entries of an
// event sum to zero per currency.
struct Entry {
  AccountId account;
  Money amount;

  friend bool operator==(const Entry&, const Entry&) = default;
};

struct AccountOpened {
  Currency currency;
  std::int64_t overdraft_limit = 0;
  std::int64_t min_balance = 0;
  std::int64_t max_balance = 0;  // kAmountMinorMax where there is no limit.
  friend bool operator==(const AccountOpened&, const AccountOpened&) = default;
};

// The limits as they are from now on, whether changed or not.
struct AccountUpdated {
  std::int64_t overdraft_limit = 0;
  std::int64_t min_balance = 0;
  std::int64_t max_balance = 0;
  friend bool operator==(const AccountUpdated&, const AccountUpdated&) = default;
};

struct AccountFrozen {
  FreezeScope scope = FreezeScope::kBoth;
  std::string reason;
  friend bool operator==(const AccountFrozen&, const AccountFrozen&) = default;
};

struct AccountUnfrozen {
  FreezeScope scope = FreezeScope::kBoth;
  std::string reason;
  friend bool operator==(const AccountUnfrozen&, const AccountUnfrozen&) = default;
};

struct AccountClosed {
  friend bool operator==(const AccountClosed&, const AccountClosed&) = default;
};

// A return found the debtor closed; the TransferReturned event follows from the same inbox record.
struct AccountReopened {
  friend bool operator==(const AccountReopened&, const AccountReopened&) = default;
};

// A deposit, a withdrawal, or a transfer within the partition: the entries say all.
struct PaymentPosted {
  std::vector<Entry> entries;
  std::optional<std::string> reference;
  friend bool operator==(const PaymentPosted&, const PaymentPosted&) = default;
};

// The debtor's half of a transfer to another partition: debtor to transit. A credit message goes
// with it.
struct TransferSent {
  std::vector<Entry> entries;
  AccountId creditor_account;
  base::PartitionId to_partition;
  std::optional<std::string> reference;
  friend bool operator==(const TransferSent&, const TransferSent&) = default;
};

// The creditor's half: transit to creditor. Completes the command.
struct TransferCredited {
  std::vector<Entry> entries;
  Position sent;                  // The TransferSent event.
  AccountBalance debtor_balance;  // As it was after that event.
  std::optional<std::string> reference;
  friend bool operator==(const TransferCredited&, const TransferCredited&) = default;
};

// The creditor's partition cannot credit. A return message goes with it.
struct TransferRefused {
  ResultCode code = ResultCode::kOk;
  Position sent;
  AccountId creditor_account;
  Money amount;
  friend bool operator==(const TransferRefused&, const TransferRefused&) = default;
};

// The debtor has the money back: transit to debtor. Rejects the command.
struct TransferReturned {
  std::vector<Entry> entries;
  ResultCode code = ResultCode::kOk;
  Position sent;
  Position refused;       // The TransferRefused event.
  bool reopened = false;  // An AccountReopened event came before it.
  friend bool operator==(const TransferReturned&, const TransferReturned&) = default;
};

// The books did not allow the command.
struct CommandRejected {
  ResultCode code = ResultCode::kOk;
  friend bool operator==(const CommandRejected&, const CommandRejected&) = default;
};

// The command came again; `outcome` is the first one.
struct CommandRepeated {
  Outcome outcome;
  friend bool operator==(const CommandRepeated&, const CommandRepeated&) = default;
};

// The command came again, and another partition has its outcome: a repeat message goes there.
struct RepeatForwarded {
  AccountId to_account;
  base::PartitionId to_partition;
  friend bool operator==(const RepeatForwarded&, const RepeatForwarded&) = default;
};

using EventBody =
    std::variant<AccountOpened, AccountUpdated, AccountFrozen, AccountUnfrozen, AccountClosed,
                 AccountReopened, PaymentPosted, TransferSent, TransferCredited, TransferRefused,
                 TransferReturned, CommandRejected, CommandRepeated, RepeatForwarded>;

// The event's name in JSON: "account_opened".
std::string_view EventTypeName(const EventBody& body);

// The rules that Decide follows now; older ones stay in the code.
inline constexpr std::int32_t kRulesVersion = 1;

// What happened, to whom, because of which command.
struct Event {
  CommandRef command;
  EventBody body;
  friend bool operator==(const Event&, const Event&) = default;
};

// Where it stands in the journal: by position, never by log offset.
struct EventHeader {
  std::int32_t rules = kRulesVersion;
  Position position;
  base::Offset inbox_offset;
  std::int32_t index = 0;  // i of n among the events of that inbox record, from 0
  std::int32_t count = 1;  // n
  base::TimestampMs time;  // Ledger time.
  base::Hash256 prev_hash;
  friend bool operator==(const EventHeader&, const EventHeader&) = default;
};

// A record of ledger.journal.
struct JournalRecord {
  EventHeader header;
  Event event;
  friend bool operator==(const JournalRecord&, const JournalRecord&) = default;
};

// The entries of an event that has any; otherwise empty.
const std::vector<Entry>& EntriesOf(const EventBody& body);

}  // namespace paylog::model
