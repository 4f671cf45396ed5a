#include "paylog/ledger/stage/snapshots.h"

#include <chrono>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/codec/snapshot_codec.h"

namespace paylog::ledger {
namespace {

using base::ErrorCode;

// What a snapshot is made of: bytes of its own, so that the state may go on meanwhile.
struct Unsaved {
  std::string meta;
  ByteTable accounts;
  std::shared_ptr<const ByteTable> ids;
};

// On the saving thread.
base::Result<void> Save(store::SnapshotStore& store, const Unsaved& unsaved) {
  return store.Write(
      {.meta = unsaved.meta, .rows = unsaved.accounts.Sorted(), .ids = unsaved.ids->Sorted()});
}

}  // namespace

Snapshots::Snapshots(std::string path, bool inline_writes, WarningSink warn)
    : path_(std::move(path)),
      inline_writes_(inline_writes),
      warn_(std::move(warn)),
      ids_(std::make_unique<KnownIds>(nullptr)) {}

Snapshots::~Snapshots() {
  if (pending_.valid()) {
    pending_.wait();
  }
}

base::Result<void> Snapshots::Open() {
  if (pending_.valid()) {
    pending_.wait();
    pending_ = {};
  }
  changed_.Clear();
  saving_.Clear();
  damaged_ = false;
  ids_ = std::make_unique<KnownIds>(nullptr);
  store_.reset();
  if (path_.empty()) {
    return {};
  }
  auto opened = store::SnapshotStore::Open(path_);
  if (!opened && opened.error().code == ErrorCode::kCorrupt) {
    return Discard(opened.error().ToString());
  }
  if (!opened) {
    return opened.error();
  }
  store_ = std::move(*opened);
  ids_ = std::make_unique<KnownIds>(store_.get());
  return {};
}

base::Result<void> Snapshots::Discard(const std::string& why) {
  warn_("snapshot " + path_ + " is discarded and rebuilt from the journal: " + why);
  ids_ = std::make_unique<KnownIds>(nullptr);
  store_.reset();
  PAYLOG_TRY(store::SnapshotStore::Discard(path_));
  PAYLOG_ASSIGN(store_, store::SnapshotStore::Open(path_));
  ids_ = std::make_unique<KnownIds>(store_.get());
  return {};
}

base::Result<std::optional<SnapshotMeta>> Snapshots::Load(State& state) {
  if (store_ == nullptr || !store_->Meta().has_value()) {
    return std::optional<SnapshotMeta>();
  }
  PAYLOG_ASSIGN(const SnapshotMeta meta, DecodeSnapshotMeta(*store_->Meta()));
  if (meta.partition != state.partition() || meta.partition_count != state.partition_count()) {
    return base::Error{.code = ErrorCode::kCorrupt,
                       .context = "it belongs to partition " +
                                  std::to_string(meta.partition.value()) + " of " +
                                  std::to_string(meta.partition_count)};
  }
  std::optional<base::Error> error;
  PAYLOG_TRY(store_->ForEachRow([&](std::string_view key, std::string_view value) {
    auto account = codec::DecodeSavedAccount(key, value);
    if (account) {
      state.Add(std::move(*account));
    } else if (!error) {
      error = account.error();
    }
  }));
  if (error) {
    return *error;
  }
  state.mutable_progress() = meta.progress;
  return std::optional(meta);
}

void Snapshots::Begin(const State& state, base::Sequence balances_published) {
  CHECK(enabled());
  CHECK(!in_progress());
  Unsaved unsaved{.meta = EncodeSnapshotMeta({.partition = state.partition(),
                                              .partition_count = state.partition_count(),
                                              .progress = state.progress(),
                                              .balances_published = balances_published}),
                  .accounts = {},
                  .ids = ids_->Freeze()};
  changed_.ForEach([&](AccountNumber number) {
    const model::Account& account = state.At(number);
    unsaved.accounts.Put(account.id.value(), codec::EncodeSavedAccount(account));
  });
  saving_ = std::exchange(changed_, {});
  const auto policy = inline_writes_ ? std::launch::deferred : std::launch::async;
  pending_ = std::async(policy, [store = store_.get(), unsaved = std::move(unsaved)] {
    return Save(*store, unsaved);
  });
  if (inline_writes_) {
    pending_.wait();
  }
}

bool Snapshots::Finish(bool wait) {
  if (!pending_.valid()) {
    return false;
  }
  if (!wait && pending_.wait_for(std::chrono::seconds(0)) == std::future_status::timeout) {
    return false;
  }
  const base::Result<void> saved = pending_.get();
  if (saved) {
    ids_->DropFrozen();
  } else {
    damaged_ = saved.error().code == ErrorCode::kCorrupt;
    warn_("snapshot " + path_ + " could not be saved, it will be " +
          (damaged_ ? "rebuilt: " : "tried again: ") + saved.error().ToString());
    ids_->RestoreFrozen();
    changed_.Insert(saving_);
  }
  saving_.Clear();
  return saved.has_value();
}

}  // namespace paylog::ledger
