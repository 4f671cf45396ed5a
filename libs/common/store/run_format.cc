#include "paylog/store/run_format.h"

#include <algorithm>
#include <iterator>

#include "paylog/store/bytes.h"
#include "paylog/store/damage.h"

namespace paylog::store {
namespace {

void AppendFences(std::string& out, const std::vector<Fence>& fences) {
  AppendVarint(out, fences.size());
  for (const Fence& fence : fences) {
    AppendBytes(out, fence.first_key);
    AppendU64(out, fence.checksum);
  }
}

std::vector<Fence> ReadFences(ByteReader& reader) {
  std::vector<Fence> fences;
  const std::uint64_t count = reader.Varint();
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    std::string first_key(reader.Bytes());
    fences.push_back({.first_key = std::move(first_key), .checksum = reader.U64()});
  }
  return fences;
}

}  // namespace

std::optional<std::size_t> Locate(const std::vector<Fence>& fences, std::string_view key) {
  const auto behind = std::upper_bound(
      fences.begin(), fences.end(), key,
      [](std::string_view sought, const Fence& fence) { return sought < fence.first_key; });
  if (behind == fences.begin()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(std::distance(fences.begin(), behind)) - 1;
}

std::string Encode(const Segment& segment) {
  std::string bytes;
  AppendVarint(bytes, segment.first_block);
  AppendFences(bytes, segment.blocks);
  bytes += segment.filter;
  return bytes;
}

base::Result<Segment> DecodeSegment(std::string_view bytes) {
  ByteReader reader(bytes);
  Segment segment;
  segment.first_block = reader.Varint();
  segment.blocks = ReadFences(reader);
  segment.filter = reader.Raw(reader.remaining());
  if (!reader.AtEnd() || segment.blocks.empty()) {
    return Damaged("segment of ids has another structure");
  }
  return segment;
}

std::string Encode(const RunIndex& index) {
  std::string bytes;
  AppendBytes(bytes, index.last_key);
  AppendFences(bytes, index.segments);
  return bytes;
}

base::Result<RunIndex> DecodeRunIndex(std::string_view bytes) {
  ByteReader reader(bytes);
  RunIndex index;
  index.last_key = reader.Bytes();
  index.segments = ReadFences(reader);
  if (!reader.AtEnd() || index.segments.empty()) {
    return Damaged("index of a run has another structure");
  }
  return index;
}

}  // namespace paylog::store
