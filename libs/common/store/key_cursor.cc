#include "paylog/store/key_cursor.h"

#include <utility>

#include "paylog/sqlite/damage.h"

namespace paylog::store {

base::Result<bool> MemoryCursor::Next() {
  if (next_ == end_) {
    return false;
  }
  at_ = next_++;
  return true;
}

base::Result<bool> RunCursor::Next() {
  if (entry_ + 1 < block_.size()) {
    ++entry_;
    return true;
  }
  if (blocks_read_ == segment_.blocks.size()) {
    if (segments_read_ == run_->index.segments.size()) {
      return false;
    }
    PAYLOG_TRY(ReadNextSegment());
  }
  PAYLOG_TRY(ReadNextBlock());
  return true;
}

base::Result<void> RunCursor::ReadNextSegment() {
  PAYLOG_ASSIGN(const std::string data,
                parts_.Get(PartId(run_->entry.run, PartKind::kSegment, segments_read_),
                           run_->index.segments[segments_read_].checksum));
  PAYLOG_ASSIGN(segment_, DecodeSegment(data));
  ++segments_read_;
  blocks_read_ = 0;
  return {};
}

base::Result<void> RunCursor::ReadNextBlock() {
  PAYLOG_ASSIGN(const std::string data, parts_.Get(PartId(run_->entry.run, PartKind::kBlock,
                                                          segment_.first_block + blocks_read_),
                                                   segment_.blocks[blocks_read_].checksum));
  PAYLOG_ASSIGN(Block block, Block::Decode(data));
  if (block_.size() > 0 && block_.key(block_.size() - 1) >= block.key(0)) {
    return sqlite::Damaged("block begins before the end of the one before it");
  }
  block_ = std::move(block);
  ++blocks_read_;
  entry_ = 0;
  return {};
}

MergeCursor::MergeCursor(std::vector<std::unique_ptr<KeyCursor>> sources) {
  for (std::unique_ptr<KeyCursor>& source : sources) {
    sources_.push_back({.cursor = std::move(source)});
  }
}

base::Result<bool> MergeCursor::Next() {
  PAYLOG_TRY(Advance());
  winner_ = nullptr;
  for (const Source& source : sources_) {
    if (winner_ == nullptr || source.cursor->key() < winner_->key()) {
      winner_ = source.cursor.get();
    }
  }
  if (winner_ == nullptr) {
    return false;
  }
  for (Source& source : sources_) {
    source.stale = source.cursor->key() == winner_->key();
  }
  return true;
}

base::Result<void> MergeCursor::Advance() {
  for (auto source = sources_.begin(); source != sources_.end();) {
    if (source->stale) {
      PAYLOG_ASSIGN(const bool more, source->cursor->Next());
      if (!more) {
        source = sources_.erase(source);
        continue;
      }
      source->stale = false;
    }
    ++source;
  }
  return {};
}

}  // namespace paylog::store
