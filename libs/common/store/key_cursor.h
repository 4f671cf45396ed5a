#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/store/block.h"
#include "paylog/store/parts.h"
#include "paylog/store/run_format.h"
#include "paylog/store/snapshot_store.h"

namespace paylog::store {

// Walks over keys and their values, in order of key. Not thread-safe.
class KeyCursor {
 public:
  virtual ~KeyCursor() = default;
  // Goes to the next id, at first to the first one; false behind the last.
  virtual base::Result<bool> Next() = 0;
  // REQUIRES: the last Next was true. Hold until the next Next.
  [[nodiscard]] virtual std::string_view key() const = 0;
  [[nodiscard]] virtual std::string_view value() const = 0;
};

// Over values in memory, which must outlive it.
class MemoryCursor final : public KeyCursor {
 public:
  explicit MemoryCursor(const SortedValues& values) : next_(values.begin()), end_(values.end()) {}

  base::Result<bool> Next() override;
  [[nodiscard]] std::string_view key() const override { return at_->first; }
  [[nodiscard]] std::string_view value() const override { return at_->second; }

 private:
  using Place = SortedValues::const_iterator;

  Place at_;
  Place next_;
  Place end_;
};

// Over a run, a block at a time. The table must outlive it.
class RunCursor final : public KeyCursor {
 public:
  RunCursor(PartTable& parts, SharedRun run) : parts_(parts), run_(std::move(run)) {}

  base::Result<bool> Next() override;
  [[nodiscard]] std::string_view key() const override { return block_.key(entry_); }
  [[nodiscard]] std::string_view value() const override { return block_.value(entry_); }

 private:
  base::Result<void> ReadNextSegment();
  base::Result<void> ReadNextBlock();

  PartTable& parts_;
  const SharedRun run_;
  std::size_t segments_read_ = 0;
  Segment segment_;
  std::size_t blocks_read_ = 0;  // Of segment_.
  Block block_;
  std::size_t entry_ = 0;
};

// Over several sources as if they were one: of several values for a key, the newest.
class MergeCursor final : public KeyCursor {
 public:
  // Newest source first.
  explicit MergeCursor(std::vector<std::unique_ptr<KeyCursor>> sources);

  base::Result<bool> Next() override;
  [[nodiscard]] std::string_view key() const override { return winner_->key(); }
  [[nodiscard]] std::string_view value() const override { return winner_->value(); }

 private:
  struct Source {
    std::unique_ptr<KeyCursor> cursor;
    bool stale = true;  // Its id has been visited, or hidden by a newer one.
  };

  base::Result<void> Advance();

  std::vector<Source> sources_;  // Those that have some left.
  const KeyCursor* winner_ = nullptr;
};

}  // namespace paylog::store
