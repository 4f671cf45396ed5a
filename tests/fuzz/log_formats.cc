#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "paylog/base/bytes.h"
#include "paylog/base/check.h"
#include "paylog/log_sqlite/batch_codec.h"
#include "paylog/log_sqlite/cells.h"
#include "paylog/log_sqlite/commit_chain.h"
#include "paylog/log_sqlite/head_file.h"
#include "paylog/log_sqlite/log_state.h"
#include "paylog/sqlite/checksum.h"
#include "paylog/test_support/temporary_directory.h"
#include "paylog/tests/fuzz/targets.h"

namespace paylog::fuzz {
namespace {

using log_sqlite::CellKey;
using log_sqlite::CellTable;

enum Format : std::uint8_t { kBatch, kSealedBatch, kCells, kCommit, kHead };
constexpr std::uint8_t kFormatCount = 5;

constexpr std::size_t kBatchHeaderBytes = 48;
constexpr std::size_t kBatchCodecAt = 9;
constexpr std::size_t kBatchTimestampsAt = 10;
constexpr std::size_t kBatchBaseAt = 16;
constexpr std::size_t kBatchAppendedAt = 32;
constexpr std::size_t kCompressedFrom = 96;
constexpr std::size_t kSlotBytes = 512;
constexpr std::size_t kSlotSummedBytes = 504;

std::int64_t NumberAt(std::string_view bytes, std::size_t at) {
  return base::ByteReader(bytes.substr(std::min(at, bytes.size()))).I64();
}

// The blob that the writer makes of what was read.
std::string EncodeAgain(std::int64_t row_id, std::string_view blob,
                        const log_sqlite::DecodedBatch& batch) {
  std::vector<log::StoredRecord> records = batch.records;
  for (log::StoredRecord& record : records) {
    record.offset = base::Offset(record.offset.value() - batch.base.value());
  }
  std::string again = log_sqlite::EncodeBatch(
      records, static_cast<log_sqlite::BatchTimestamps>(blob[kBatchTimestampsAt]));
  log_sqlite::SealBatch(again, {.partition_index = log_sqlite::PartitionIndexOf(row_id),
                                .base = batch.base,
                                .end = batch.end,
                                .appended = base::TimestampMs(NumberAt(blob, kBatchAppendedAt))});
  return again;
}

void CheckBatch(std::int64_t row_id, std::string_view blob) {
  const auto batch = log_sqlite::DecodeBatch(row_id, blob);
  if (!batch) {
    CHECK(batch.error().code == base::ErrorCode::kCorrupt);
    return;
  }
  for (const log::StoredRecord& record : batch->records) {
    CHECK(record.offset >= batch->base && record.offset < batch->end);
  }
  const std::string again = EncodeAgain(row_id, blob, *batch);
  // Bytes of zstd are its own, and the writer leaves only what is small as it is.
  if (blob[kBatchCodecAt] == 0 && blob.size() < kBatchHeaderBytes + kCompressedFrom) {
    CHECK(again == blob);
  }
  const auto same = log_sqlite::DecodeBatch(row_id, again);
  CHECK(same.has_value() && same->base == batch->base && same->end == batch->end);
  CHECK(same->records == batch->records);
}

void CheckSealedBatch(std::string_view bytes) {
  std::string blob(bytes);
  blob.resize(std::max(blob.size(), kBatchHeaderBytes), '\0');
  const std::int64_t base = NumberAt(blob, kBatchBaseAt) & log_sqlite::kOffsetMax;
  const std::int64_t row_id = log_sqlite::BatchRowId(3, base::Offset(base));
  // Sizes are fitted too, so that what the payload holds is what is fuzzed.
  base::PatchI64(blob, kBatchBaseAt, base);
  const auto payload_bytes = static_cast<std::uint32_t>(blob.size() - kBatchHeaderBytes);
  if (blob[kBatchCodecAt] == 0) {
    std::string sizes;
    base::ByteWriter(sizes).U32(payload_bytes);
    blob.replace(40, 8, sizes + sizes);
  }
  base::PatchU64(blob, 0,
                 sqlite::Checksum(std::string_view(blob).substr(sizeof(std::uint64_t)),
                                  static_cast<std::uint64_t>(row_id)));
  CheckBatch(row_id, blob);
}

// All that a state says, as cells.
std::map<CellKey, std::string> CellsOf(const log_sqlite::LogState& state) {
  std::map<CellKey, std::string> cells;
  const auto put = [&cells](log_sqlite::CellWrite cell) {
    cells[std::move(cell.key)] = std::move(cell.value);
  };
  for (const auto& [name, topic] : state.topics) {
    put(log_sqlite::TopicCell(topic));
  }
  for (std::size_t i = 0; i < state.partitions.size(); ++i) {
    if (state.partitions[i].end.value() > 0) {
      put(log_sqlite::PartitionCell(static_cast<std::int32_t>(i), state.partitions[i]));
    }
  }
  for (const auto& [key, next] : state.offsets) {
    put(log_sqlite::OffsetCell(key, next));
  }
  for (const auto& [id, epoch] : state.epochs) {
    put(log_sqlite::EpochCell(id, epoch));
  }
  return cells;
}

// Rows of the table, whole but for what they say: (kind, name, value) each.
void CheckCells(std::string_view bytes) {
  base::ByteReader reader(bytes);
  CellTable table;
  std::vector<CellTable::Loaded> loaded;
  std::map<CellKey, std::string> expected;
  for (std::int64_t id = 1; reader.ok() && reader.remaining() > 0; ++id) {
    std::string content(1, '\1');
    base::ByteWriter writer(content);
    writer.U8(reader.U8());
    writer.Bytes(reader.Bytes());
    writer.Bytes(reader.Bytes());
    const std::uint64_t checksum = sqlite::Checksum(content, static_cast<std::uint64_t>(id));
    auto cell = table.Load(id, content, static_cast<std::int64_t>(checksum));
    if (!cell) {
      CHECK(cell.error().code == base::ErrorCode::kCorrupt);
      return;
    }
    CellTable copy = table;
    CHECK(copy.Put(cell->key, cell->value).content == content);
    CHECK(copy.digest() == table.digest());
    expected[cell->key] = cell->value;
    loaded.push_back(std::move(*cell));
  }
  const auto state = log_sqlite::StateOf(loaded);
  if (state) {
    CHECK(CellsOf(*state) == expected);
  } else {
    CHECK(state.error().code == base::ErrorCode::kCorrupt);
  }
}

void CheckCommit(std::string_view header) {
  const auto number = static_cast<std::uint64_t>(NumberAt(header, 1));
  const base::Hash256 hash = base::Sha256(header);
  const auto commit = log_sqlite::DecodeCommit(number, header, log_sqlite::ViewOf(hash));
  if (commit) {
    CHECK(log_sqlite::EncodeCommitHeader(*commit) == header);
    CHECK(!log_sqlite::DecodeCommit(number + 1, header, log_sqlite::ViewOf(hash)));
  } else {
    CHECK(commit.error().code == base::ErrorCode::kCorrupt);
  }
}

void CheckHeadFile(const std::string& directory) {
  auto head = log_sqlite::HeadFile::Open(directory);
  if (!head) {
    CHECK(head.error().code == base::ErrorCode::kCorrupt);
    return;
  }
  const log_sqlite::Head next{.number = head->head().number + 1, .hash = base::Sha256("next")};
  CHECK(head->Write(next).has_value());
  const auto again = log_sqlite::HeadFile::Open(directory);
  CHECK(again.has_value() && (again->head() == next || next.number == 0));
}

// As it is, and with both checksums right.
void CheckHead(std::string_view bytes) {
  static const test_support::TemporaryDirectory directory;
  std::string file(bytes);
  test_support::WriteFile(directory.In("head"), file);
  CheckHeadFile(directory.path());
  for (std::uint64_t slot = 0; (slot + 1) * kSlotBytes <= file.size(); ++slot) {
    const std::string_view summed = std::string_view(file).substr(slot * kSlotBytes);
    base::PatchU64(file, slot * kSlotBytes + kSlotSummedBytes,
                   sqlite::Checksum(summed.substr(0, kSlotSummedBytes), slot));
  }
  test_support::WriteFile(directory.In("head"), file);
  CheckHeadFile(directory.path());
}

std::string BatchSeed(log_sqlite::BatchTimestamps timestamps, const std::string& value) {
  const std::vector<log::StoredRecord> records = {
      {.offset = base::Offset(0), .key = "k", .value = value, .timestamp = base::TimestampMs(5)},
      {.offset = base::Offset(2),
       .value = "",
       .headers = {{.name = "h", .value = "v"}},
       .timestamp = base::TimestampMs(-5)}};
  std::string blob = log_sqlite::EncodeBatch(records, timestamps);
  log_sqlite::SealBatch(blob, {.partition_index = 3,
                               .base = base::Offset(7),
                               .end = base::Offset(10),
                               .appended = base::TimestampMs(9)});
  return blob;
}

std::string CellsSeed() {
  const log_sqlite::Topic topic{.spec = {.name = "journal", .partition_count = 2}};
  std::string bytes;
  base::ByteWriter writer(bytes);
  for (const log_sqlite::CellWrite& cell :
       {log_sqlite::TopicCell(topic),
        log_sqlite::PartitionCell(1, {.end = base::Offset(4), .appended = base::TimestampMs(2)}),
        log_sqlite::OffsetCell({.group = "g", .from = {.topic = "journal", .partition = {}}},
                               base::Offset(3)),
        log_sqlite::EpochCell("ledger-0", 2)}) {
    writer.U8(static_cast<std::uint8_t>(cell.key.kind));
    writer.Bytes(cell.key.name);
    writer.Bytes(cell.value);
  }
  return bytes;
}

}  // namespace

void FuzzOneLogFormats(Bytes input) {
  if (input.empty()) {
    return;
  }
  const std::string_view bytes = TextOf(input.subspan(1));
  switch (static_cast<Format>(input[0] % kFormatCount)) {
    case kBatch:
      CheckBatch(log_sqlite::BatchRowId(3, base::Offset(7)), bytes);
      break;
    case kSealedBatch:
      CheckSealedBatch(bytes);
      break;
    case kCells:
      CheckCells(bytes);
      break;
    case kCommit:
      CheckCommit(bytes);
      break;
    case kHead:
      CheckHead(bytes);
      break;
  }
}

std::vector<std::string> LogFormatsSeeds() {
  const log_sqlite::CommitHeader commit{.number = 3,
                                        .previous = base::Sha256("two"),
                                        .cells = {.count = 2, .sum = 99},
                                        .batches = {{.row_id = 1, .end = 2, .checksum = 3}}};
  const test_support::TemporaryDirectory directory;
  CHECK(log_sqlite::HeadFile::Create(directory.path(), {.number = 4, .hash = {}}).has_value());
  const auto seed = [](Format format, const std::string& bytes) {
    return static_cast<char>(format) + bytes;
  };
  std::vector<std::string> seeds = {seed(kCells, CellsSeed()),
                                    seed(kCommit, log_sqlite::EncodeCommitHeader(commit)),
                                    seed(kHead, test_support::ReadFile(directory.In("head")))};
  for (const std::size_t size : {3U, 300U}) {
    for (const auto timestamps :
         {log_sqlite::BatchTimestamps::kEachItsOwn, log_sqlite::BatchTimestamps::kTheBatchs}) {
      const std::string blob = BatchSeed(timestamps, std::string(size, 'v'));
      seeds.push_back(seed(kBatch, blob));
      seeds.push_back(seed(kSealedBatch, blob));
    }
  }
  return seeds;
}

}  // namespace paylog::fuzz
