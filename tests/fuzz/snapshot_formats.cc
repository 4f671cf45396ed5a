#include <string>

#include "paylog/base/bytes.h"
#include "paylog/base/check.h"
#include "paylog/ledger/stage/snapshot_meta.h"
#include "paylog/sqlite/checksum.h"
#include "paylog/sqlite/compression.h"
#include "paylog/store/block.h"
#include "paylog/store/bloom_filter.h"
#include "paylog/store/meta_row.h"
#include "paylog/store/run_format.h"
#include "paylog/tests/fuzz/targets.h"

namespace paylog::fuzz {
namespace {

enum Format : std::uint8_t { kMeta, kMetaRow, kSegment, kRunIndex, kBlock, kFilter };
constexpr std::uint8_t kFormatCount = 6;

// What is read is written as the same bytes; everything else is kCorrupt.
template <typename Value, typename EncodeValue>
void CheckOneSpelling(std::string_view bytes, const base::Result<Value>& decoded,
                      const EncodeValue& encode) {
  if (decoded) {
    CHECK(encode(*decoded) == bytes);
  } else {
    CHECK(decoded.error().code == base::ErrorCode::kCorrupt);
  }
}

template <typename Value>
void CheckOneSpelling(std::string_view bytes, const base::Result<Value>& decoded) {
  CheckOneSpelling(bytes, decoded, [](const Value& value) { return Encode(value); });
}

std::string WithChecksum(std::string_view body) {
  std::string bytes(body);
  base::ByteWriter(bytes).U64(sqlite::Checksum(body));
  return bytes;
}

void CheckFences(const std::vector<store::Fence>& fences, std::string_view key) {
  const auto at = store::Locate(fences, key);
  CHECK(!at || fences[*at].first_key <= key);
}

void CheckBlock(std::string_view stored) {
  const auto block = store::Block::Decode(stored);
  if (!block) {
    CHECK(block.error().code == base::ErrorCode::kCorrupt);
    return;
  }
  CHECK(block->size() > 0);
  for (std::size_t i = 0; i < block->size(); ++i) {
    CHECK(i == 0 || block->key(i - 1) < block->key(i));
    CHECK(block->Find(block->key(i)) == block->value(i));
  }
  static_cast<void>(block->Find(stored));
}

// Every key that went in may be there; any bytes may be asked.
void CheckFilter(std::string_view bytes) {
  std::vector<store::KeyHash> keys;
  for (std::size_t at = 0; at < bytes.size(); at += 5) {
    keys.push_back(store::HashKey(bytes.substr(at, 5)));
  }
  const std::string filter = store::BuildFilter(keys);
  for (const store::KeyHash& key : keys) {
    CHECK(store::MayContain(filter, key));
    static_cast<void>(store::MayContain(bytes, key));
  }
}

}  // namespace

void FuzzOneSnapshotFormats(Bytes input) {
  if (input.empty()) {
    return;
  }
  const std::string_view bytes = TextOf(input.subspan(1));
  switch (static_cast<Format>(input[0] % kFormatCount)) {
    case kMeta:
      CheckOneSpelling(bytes, ledger::DecodeSnapshotMeta(bytes), ledger::EncodeSnapshotMeta);
      break;
    case kMetaRow:
      CheckOneSpelling(bytes, store::DecodeMetaRow(bytes));
      CheckOneSpelling(WithChecksum(bytes), store::DecodeMetaRow(WithChecksum(bytes)));
      break;
    case kSegment: {
      const auto segment = store::DecodeSegment(bytes);
      CheckOneSpelling(bytes, segment);
      CheckFences(segment ? segment->blocks : std::vector<store::Fence>(), bytes);
      break;
    }
    case kRunIndex: {
      const auto index = store::DecodeRunIndex(bytes);
      CheckOneSpelling(bytes, index);
      CheckFences(index ? index->segments : std::vector<store::Fence>(), bytes);
      break;
    }
    case kBlock:
      CheckBlock(bytes);
      CheckBlock(sqlite::Compress(bytes));
      break;
    case kFilter:
      CheckFilter(bytes);
      break;
  }
}

std::vector<std::string> SnapshotFormatsSeeds() {
  const store::MetaRow row{.meta = "meta",
                           .next_run = 5,
                           .row_runs = {{.run = 0, .level = 2, .index_checksum = 9}},
                           .id_runs = {{.run = 1, .level = 1, .index_checksum = 3}, {.run = 4}}};
  const std::string row_bytes = Encode(row);
  const std::vector<store::Fence> fences = {{.first_key = "a", .checksum = 1},
                                            {.first_key = "bb", .checksum = ~0ULL}};
  store::BlockBuilder block;
  block.Add("a", "1");
  block.Add("b", "");
  std::string raw_block;
  base::ByteWriter writer(raw_block);
  for (const char* const bytes : {"a", "1", "b", "", "c", "three"}) {
    writer.Bytes(bytes);
  }
  const ledger::SnapshotMeta meta{.partition = base::PartitionId(1), .partition_count = 4};
  const auto seed = [](Format format, const std::string& bytes) {
    return static_cast<char>(format) + bytes;
  };
  return {seed(kMeta, ledger::EncodeSnapshotMeta(meta)),
          seed(kMetaRow, row_bytes),
          seed(kMetaRow, row_bytes.substr(0, row_bytes.size() - sizeof(std::uint64_t))),
          seed(kSegment,
               Encode(store::Segment{.first_block = 300, .blocks = fences, .filter = "filter"})),
          seed(kRunIndex, Encode(store::RunIndex{.last_key = "z", .segments = fences})),
          seed(kBlock, block.Finish()),
          seed(kBlock, raw_block),
          seed(kFilter, "some keys of five bytes")};
}

}  // namespace paylog::fuzz
