#include "paylog/store/run_format.h"

#include <algorithm>
#include <iterator>

#include "paylog/base/bytes.h"
#include "paylog/sqlite/damage.h"
#include "paylog/store/parts.h"

namespace paylog::store {
namespace {

void WriteFences(base::ByteWriter& writer, const std::vector<Fence>& fences) {
  writer.Varint(fences.size());
  for (const Fence& fence : fences) {
    writer.Bytes(fence.first_key);
    writer.U64(fence.checksum);
  }
}

std::vector<Fence> ReadFences(base::ByteReader& reader) {
  std::vector<Fence> fences;
  const std::uint64_t count = reader.Varint();
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    std::string first_key(reader.Bytes());
    fences.push_back({.first_key = std::move(first_key), .checksum = reader.U64()});
  }
  return fences;
}

bool AreOrdered(const std::vector<Fence>& fences) {
  return std::adjacent_find(fences.begin(), fences.end(), [](const Fence& a, const Fence& b) {
           return a.first_key >= b.first_key;
         }) == fences.end();
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
  base::ByteWriter writer(bytes);
  writer.Varint(segment.first_block);
  WriteFences(writer, segment.blocks);
  writer.Raw(segment.filter);
  return bytes;
}

base::Result<Segment> DecodeSegment(std::string_view bytes) {
  base::ByteReader reader(bytes);
  Segment segment;
  segment.first_block = reader.Varint();
  segment.blocks = ReadFences(reader);
  segment.filter = reader.Raw(reader.remaining());
  if (!reader.AtEnd() || segment.blocks.empty() || !AreOrdered(segment.blocks) ||
      segment.first_block >= kPartNumberEnd - segment.blocks.size()) {
    return sqlite::Damaged("segment has another structure");
  }
  return segment;
}

std::string Encode(const RunIndex& index) {
  std::string bytes;
  base::ByteWriter writer(bytes);
  writer.Bytes(index.last_key);
  WriteFences(writer, index.segments);
  return bytes;
}

base::Result<RunIndex> DecodeRunIndex(std::string_view bytes) {
  base::ByteReader reader(bytes);
  RunIndex index;
  index.last_key = reader.Bytes();
  index.segments = ReadFences(reader);
  if (!reader.AtEnd() || index.segments.empty() || !AreOrdered(index.segments)) {
    return sqlite::Damaged("index of a run has another structure");
  }
  return index;
}

}  // namespace paylog::store
