#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/store/block.h"
#include "paylog/store/parts.h"
#include "paylog/store/run_format.h"

namespace paylog::store {

// Walks over ids in order of key. Not thread-safe.
class IdCursor {
 public:
  virtual ~IdCursor() = default;
  // Goes to the next id, at first to the first one; false behind the last.
  virtual base::Result<bool> Next() = 0;
  // REQUIRES: the last Next was true. Hold until the next Next.
  [[nodiscard]] virtual std::string_view key() const = 0;
  [[nodiscard]] virtual std::string_view value() const = 0;
};

// Over ids in memory, which must outlive it.
class MapCursor final : public IdCursor {
 public:
  explicit MapCursor(const std::map<std::string, std::string>& ids)
      : next_(ids.begin()), end_(ids.end()) {}

  base::Result<bool> Next() override;
  [[nodiscard]] std::string_view key() const override { return at_->first; }
  [[nodiscard]] std::string_view value() const override { return at_->second; }

 private:
  using Place = std::map<std::string, std::string>::const_iterator;

  Place at_;
  Place next_;
  Place end_;
};

// Over a run, a block at a time. The table and the run must outlive it.
class RunCursor final : public IdCursor {
 public:
  RunCursor(PartTable& parts, const Run& run) : parts_(parts), run_(run) {}

  base::Result<bool> Next() override;
  [[nodiscard]] std::string_view key() const override { return block_.key(entry_); }
  [[nodiscard]] std::string_view value() const override { return block_.value(entry_); }

 private:
  base::Result<void> ReadNextSegment();
  base::Result<void> ReadNextBlock();

  PartTable& parts_;
  const Run& run_;
  std::size_t segments_read_ = 0;
  Segment segment_;
  std::size_t blocks_read_ = 0;  // Of segment_.
  Block block_;
  std::size_t entry_ = 0;
};

// Over several sources as if they were one: of several values for a key, the newest.
class MergeCursor final : public IdCursor {
 public:
  // Newest source first.
  explicit MergeCursor(std::vector<std::unique_ptr<IdCursor>> sources);

  base::Result<bool> Next() override;
  [[nodiscard]] std::string_view key() const override { return winner_->key(); }
  [[nodiscard]] std::string_view value() const override { return winner_->value(); }

 private:
  struct Source {
    std::unique_ptr<IdCursor> cursor;
    bool stale = true;  // Its id has been visited, or hidden by a newer one.
  };

  base::Result<void> Advance();

  std::vector<Source> sources_;  // Those that have ids left.
  const IdCursor* winner_ = nullptr;
};

}  // namespace paylog::store
