#pragma once

#include <cstdint>

#include "paylog/base/hash.h"
#include "paylog/base/limits.h"
#include "paylog/base/short_text.h"
#include "paylog/base/strong_type.h"
#include "paylog/model/command_result.h"

namespace paylog::model {

enum class IndexState : std::uint8_t {
  kFinal = 0,     // `outcome` is the answer, for ever.
  kSent = 1,      // The debtor's partition sent a credit to `other`, which has the answer.
  kReturned = 2,  // The creditor's partition refused and returned it to `other`.
};

// What a ledger partition remembers of (account, command id), for ever. Plain value.
struct IndexEntry {
  base::Hash256 body_sha256;
  CommandType type = CommandType::kTransfer;
  IndexState state = IndexState::kFinal;
  base::PartitionId other;  // For kSent and kReturned.
  // The event that made this id known here. For an outcome that replaced kSent it is the
  // TransferSent event, so that the digest of ids can be rebuilt from the entry alone.
  base::Sequence first_sequence;
  // For kFinal. For the other states only `position` is set: the event that made the entry so.
  Outcome outcome;

  friend bool operator==(const IndexEntry&, const IndexEntry&) = default;
};

// The key under which it is remembered. Neither part can hold the separator.
using IndexKeyText = base::ShortText<base::kAccountIdLengthMax + 1 + base::kCommandIdLengthMax>;
inline IndexKeyText IndexKey(const AccountId& account, const CommandId& id) {
  return IndexKeyText(account.value()).Append(" ").Append(id.value());
}

}  // namespace paylog::model
