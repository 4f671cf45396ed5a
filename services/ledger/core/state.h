#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "paylog/base/hash.h"
#include "paylog/base/strong_type.h"
#include "paylog/ledger/core/account_table.h"
#include "paylog/model/account.h"

namespace paylog::ledger {

// Everything besides accounts that a ledger partition knows. Plain value.
struct Progress {
  base::Sequence last_sequence{0};     // Of the last event; 0 before the first.
  base::Hash256 last_hash;             // SHA-256 of its journal record's bytes.
  base::Offset last_inbox_offset{-1};  // The inbox record it came from.
  std::int32_t events_left = 0;        // Of that inbox record, still to come.
  base::TimestampMs time{0};           // Ledger time: never goes back.
  std::int64_t id_count = 0;           // Remembered (account, command id) pairs.
  base::Hash256 ids_digest;            // Over them, whatever their order.

  friend bool operator==(const Progress&, const Progress&) = default;
};

// The state of one ledger partition: a fold of its journal. An overlay is a State that falls
// through to another one and holds only what has changed; Merge moves the changes down once their
// commit is known to have succeeded, and dropping it undoes them. Not thread-safe. An overlay must
// not outlive its base.
class State {
 public:
  // Genesis. REQUIRES: 0 <= partition < partition_count
  State(base::PartitionId partition, std::int32_t partition_count);
  // An overlay on `base`.
  explicit State(const State* base);

  [[nodiscard]] base::PartitionId partition() const { return partition_; }
  [[nodiscard]] std::int32_t partition_count() const { return partition_count_; }
  [[nodiscard]] const Progress& progress() const { return progress_; }
  [[nodiscard]] Progress& mutable_progress() { return progress_; }

  // nullptr where there is none. Valid until the state is changed.
  [[nodiscard]] const model::Account* Find(const model::AccountId& id) const;
  // The account for change, copied up from the base where need be.
  // REQUIRES: Find(id) != nullptr
  model::Account& Mutable(const model::AccountId& id);
  // REQUIRES: Find(account.id) == nullptr
  model::Account& Add(model::Account account);

  // Takes the changes of an overlay on this state, and says which accounts they are.
  void Merge(State&& overlay, const std::function<void(AccountNumber)>& visit);

  // Of a state without a base, whose accounts keep their numbers: 0 <= number < account_count().
  [[nodiscard]] std::size_t account_count() const { return accounts_.size(); }
  [[nodiscard]] std::optional<AccountNumber> NumberOf(const model::AccountId& id) const;
  [[nodiscard]] const model::Account& At(AccountNumber number) const;
  // All accounts of a state without a base, ordered bytewise by id.
  [[nodiscard]] std::vector<const model::Account*> SortedAccounts() const;

 private:
  const State* base_ = nullptr;
  base::PartitionId partition_;
  std::int32_t partition_count_ = 1;
  Progress progress_;
  AccountTable accounts_;
};

// SHA-256 over all of it: accounts in order of id, then progress. Equal states, equal hashes.
base::Hash256 StateHash(const State& state);

}  // namespace paylog::ledger
