#pragma once

#include <cstdint>

#include "paylog/base/int128.h"
#include "paylog/base/limits.h"
#include "paylog/base/rare_string.h"
#include "paylog/base/strong_type.h"
#include "paylog/model/account_id.h"
#include "paylog/model/command_result.h"

namespace paylog::model {

// An account as the journal makes it: ledger state, a snapshot's row, a record of ledger.balances.
// Plain value, with its small members side by side, since there are millions. System accounts use
// id, currency, posted and last_sequence only, and may be negative.
struct Account {
  AccountId id;
  Currency currency;
  bool debits_frozen = false;
  bool credits_frozen = false;
  bool closed = false;
  base::Sequence last_sequence;  // The last event that changed it.
  base::Int128 posted = 0;       // Settled.
  base::Int128 held = 0;         // Authorised, not captured.
  std::int64_t overdraft_limit = 0;
  std::int64_t min_balance = 0;
  std::int64_t max_balance = base::kAmountMinorMax;
  base::RareString freeze_reason;  // Of the last freeze; empty when nothing is frozen.

  [[nodiscard]] base::Int128 available() const {
    return posted - held + overdraft_limit - min_balance;
  }
  [[nodiscard]] AccountBalance Balance() const {
    return {.account = id,
            .currency = currency,
            .posted = posted,
            .held = held,
            .available = available()};
  }

  friend bool operator==(const Account&, const Account&) = default;
};

}  // namespace paylog::model
