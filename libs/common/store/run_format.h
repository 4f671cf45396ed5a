#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"

// A run is an immutable, sorted set of keys with values, in three layers: blocks; segments of some
// blocks each, with a filter over their keys; and one index over the segments. Every layer names
// the checksum of each part below it and the meta row that of each index, so that a part which is
// damaged, missing, moved or from another time is found out by whoever comes from above.
// docs/adr/0003-index-of-ids.md
namespace paylog::store {

// What is known of a part from above.
struct Fence {
  std::string first_key;
  std::uint64_t checksum = 0;

  friend bool operator==(const Fence&, const Fence&) = default;
};

// The part that holds the key if any does: the last with first_key <= key; nullopt before the
// first.
std::optional<std::size_t> Locate(const std::vector<Fence>& fences, std::string_view key);

struct Segment {
  std::uint64_t first_block = 0;  // Blocks are numbered through the run, from 0.
  std::vector<Fence> blocks;
  std::string filter;
};

std::string Encode(const Segment& segment);
// kCorrupt for anything that Encode does not write, for keys that do not rise, and for block
// numbers that no run has.
base::Result<Segment> DecodeSegment(std::string_view bytes);

struct RunIndex {
  std::string last_key;
  std::vector<Fence> segments;
};

std::string Encode(const RunIndex& index);
// kCorrupt for anything that Encode does not write, and for keys that do not rise.
base::Result<RunIndex> DecodeRunIndex(std::string_view bytes);

// A run as the meta row names it.
struct RunEntry {
  std::int64_t run = 0;  // Its number; never used twice by snapshots that were committed.
  std::uint64_t level = 0;
  std::uint64_t index_checksum = 0;

  friend bool operator==(const RunEntry&, const RunEntry&) = default;
};

// Of one segment that is full, in bytes before compression.
inline constexpr std::size_t kSegmentRawBytes = std::size_t{1} << 20;

// A run as it is kept in memory: some 60 bytes for each segment.
struct Run {
  RunEntry entry;
  RunIndex index;
};

// By the list of runs and by whoever still reads it.
using SharedRun = std::shared_ptr<const Run>;

}  // namespace paylog::store
