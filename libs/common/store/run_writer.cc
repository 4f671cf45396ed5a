#include "paylog/store/run_writer.h"

#include <utility>

#include "paylog/base/check.h"
#include "paylog/sqlite/checksum.h"

namespace paylog::store {
namespace {

// A look-up decompresses a whole block.
constexpr std::size_t kBlockRawBytes = std::size_t{16} * 1024;
// A segment is read as a whole where it is not cached: some 10 to 20 KiB.
constexpr std::size_t kSegmentBlocks = kSegmentRawBytes / kBlockRawBytes;
// One transaction: large enough that its sync does not count, small enough that a look-up may wait.
constexpr std::size_t kFlushBytes = std::size_t{1} << 20;

}  // namespace

base::Result<void> RunWriter::Add(std::string_view key, std::string_view value) {
  CHECK(empty_ || index_.last_key < key);
  // A large one lies alone, so that whatever could be read can be written.
  if (!block_.empty() && key.size() + value.size() >= kBlockRawBytes) {
    EndBlock();
  }
  if (block_.empty()) {
    first_key_of_block_ = key;
  }
  block_.Add(key, value);
  segment_keys_.push_back(HashKey(key));
  index_.last_key = key;
  empty_ = false;
  if (block_.raw_bytes() >= kBlockRawBytes) {
    EndBlock();
  }
  if (kept_bytes_ >= kFlushBytes) {
    return Flush();
  }
  return {};
}

base::Result<Run> RunWriter::Finish(std::uint64_t level) {
  CHECK(!empty_);
  if (!block_.empty()) {
    EndBlock();
  }
  if (!segment_.blocks.empty()) {
    EndSegment();
  }
  const std::uint64_t index_checksum = Keep(PartKind::kIndex, 0, Encode(index_));
  PAYLOG_TRY(Flush());
  return Run{.entry = {.run = run_, .level = level, .index_checksum = index_checksum},
             .index = std::move(index_)};
}

void RunWriter::EndBlock() {
  const std::uint64_t checksum = Keep(PartKind::kBlock, blocks_ended_, block_.Finish());
  segment_.blocks.push_back({.first_key = std::move(first_key_of_block_), .checksum = checksum});
  ++blocks_ended_;
  if (segment_.blocks.size() == kSegmentBlocks) {
    EndSegment();
  }
}

void RunWriter::EndSegment() {
  segment_.filter = BuildFilter(segment_keys_);
  std::string first_key = segment_.blocks.front().first_key;
  const std::uint64_t checksum = Keep(PartKind::kSegment, index_.segments.size(), Encode(segment_));
  index_.segments.push_back({.first_key = std::move(first_key), .checksum = checksum});
  segment_ = Segment{.first_block = blocks_ended_};
  segment_keys_.clear();
}

std::uint64_t RunWriter::Keep(PartKind kind, std::uint64_t number, std::string data) {
  const std::uint64_t checksum = sqlite::Checksum(data);
  kept_bytes_ += data.size();
  kept_.push_back({.id = PartId(run_, kind, number), .data = std::move(data)});
  return checksum;
}

base::Result<void> RunWriter::Flush() {
  PAYLOG_TRY(parts_.Put(kept_));
  kept_.clear();
  kept_bytes_ = 0;
  return {};
}

}  // namespace paylog::store
