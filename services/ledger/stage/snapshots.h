#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "paylog/base/result.h"
#include "paylog/ledger/core/account_set.h"
#include "paylog/ledger/core/state.h"
#include "paylog/ledger/stage/known_ids.h"
#include "paylog/ledger/stage/snapshot_meta.h"
#include "paylog/store/snapshot_store.h"

namespace paylog::ledger {

using WarningSink = std::function<void(const std::string&)>;

// The snapshots of one ledger partition: what has changed since the last one, and the saving of it
// on a thread of its own. Used by one thread at a time.
class Snapshots {
 public:
  // An empty `path` means that no snapshots are kept. `inline_writes` saves on the caller's thread.
  Snapshots(std::string path, bool inline_writes, WarningSink warn);
  ~Snapshots();

  // Opens the file, discards a damaged one with a warning, and forgets what had changed. `ids`
  // looks up from then on. Called at the start of each take-over.
  base::Result<void> Open();
  // Removes the file: it cannot be trusted.
  base::Result<void> Discard(const std::string& why);

  // The saved state, if there is one that can be read and is of this partition: its accounts are
  // added to `state`, whose progress is set.
  base::Result<std::optional<SnapshotMeta>> Load(State& state);

  [[nodiscard]] KnownIds& ids() { return *ids_; }
  // A number of the state that Begin will be given.
  void MarkChanged(AccountNumber account) { changed_.Insert(account); }

  [[nodiscard]] bool enabled() const { return store_ != nullptr; }
  [[nodiscard]] bool in_progress() const { return pending_.valid(); }
  // Begins to save the state as it is now. REQUIRES: !in_progress() and no overlay is open.
  void Begin(const State& state, base::Sequence balances_published);
  // True once, when a snapshot that was begun has been saved. One that failed is warned about and
  // tried again with the next Begin. With `wait`, waits for the end of it.
  bool Finish(bool wait);
  // A save met damage to the file, since it was opened: no other one can succeed.
  [[nodiscard]] bool damaged() const { return damaged_; }

 private:
  std::string path_;
  bool inline_writes_;
  WarningSink warn_;
  std::unique_ptr<store::SnapshotStore> store_;
  std::unique_ptr<KnownIds> ids_;
  AccountSet changed_;
  AccountSet saving_;
  bool damaged_ = false;
  std::future<base::Result<void>> pending_;
};

}  // namespace paylog::ledger
