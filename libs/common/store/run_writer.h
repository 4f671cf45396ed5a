#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/store/block.h"
#include "paylog/store/bloom_filter.h"
#include "paylog/store/parts.h"
#include "paylog/store/run_format.h"

namespace paylog::store {

// Writes a run in small transactions. Nobody sees the run until a meta row names it, so one that is
// left half-written is only garbage. Holds one segment in memory. The table must outlive it. Not
// thread-safe.
class RunWriter {
 public:
  RunWriter(PartTable& parts, std::int64_t run) : parts_(parts), run_(run) {}

  // REQUIRES: `key` is greater than every key before.
  base::Result<void> Add(std::string_view key, std::string_view value);
  // REQUIRES: at least one Add. Call once.
  base::Result<Run> Finish(std::uint64_t level);
  // How many are at their end.
  [[nodiscard]] std::size_t segments() const { return index_.segments.size(); }

 private:
  void EndBlock();
  void EndSegment();
  // Keeps the part until enough of them are together; returns its checksum.
  std::uint64_t Keep(PartKind kind, std::uint64_t number, std::string data);
  base::Result<void> Flush();

  PartTable& parts_;
  const std::int64_t run_;
  BlockBuilder block_;
  std::string first_key_of_block_;
  std::uint64_t blocks_ended_ = 0;
  Segment segment_;
  std::vector<KeyHash> segment_keys_;
  RunIndex index_;
  bool empty_ = true;
  std::vector<Part> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace paylog::store
