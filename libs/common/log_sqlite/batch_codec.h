#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/record.h"

// Rows of the table `batches`: the records that one transaction wrote to one partition, compressed.
//
// The row's id is (partition index << 40) | base offset. The blob, numbers little-endian:
//
//     at  size
//      0     8  checksum: XXH3-64 of all that follows, seeded with the row id
//      8     1  format version, 1
//      9     1  codec: 0 the payload as it is, 1 zstd
//     10     1  timestamps: 0 each record has its own, 1 all have the batch's
//     11     1  zero
//     12     4  number of records
//     16     8  base offset
//     24     8  end offset: one beyond the last offset that the batch covers
//     32     8  timestamp of the append, in milliseconds
//     40     4  size of the payload before compression
//     44     4  size of the payload as stored, which is the rest of the blob
//     48        payload
//
// The payload holds, for each record: varint distance to the offset before it (to the base, for the
// first); zigzag varint distance to the timestamp before it (to 0, for the first), only where each
// has its own; varint 0 for no key, or the key's size + 1 and the key; the value's size and the
// value; the number of headers, and for each the name's size, the name, the value's size, the
// value.
//
// The batches of a partition tile [0, its end): each begins where the one before it ended. So a row
// that vanished leaves a hole, and a look-up that misses is proof of damage. Compaction removes
// records from a batch, never an offset from what the batches cover.
namespace paylog::log_sqlite {

inline constexpr int kOffsetBits = 40;
inline constexpr std::int64_t kOffsetMax = (std::int64_t{1} << kOffsetBits) - 1;
// So that a row id stays positive.
inline constexpr std::int32_t kPartitionIndexMax = (1 << 22) - 1;
// Of a payload before compression. It bounds what decoding allocates, whatever the bytes say.
inline constexpr std::size_t kBatchBytesMax = std::size_t{64} * 1024 * 1024;
// A transaction's records for one partition are cut into batches of about this size, so that a
// reader in the middle need not decompress much more than it wants.
inline constexpr std::size_t kBatchBytesTarget = std::size_t{512} * 1024;

std::int64_t BatchRowId(std::int32_t partition_index, base::Offset base);
std::int32_t PartitionIndexOf(std::int64_t row_id);
base::Offset BaseOf(std::int64_t row_id);

enum class BatchTimestamps : std::uint8_t { kEachItsOwn = 0, kTheBatchs = 1 };

// A batch as readers see it. Shared between threads and never changed.
struct DecodedBatch {
  base::Offset base;
  base::Offset end;
  std::vector<log::StoredRecord> records;
  std::size_t bytes = 0;  // What it costs in memory, about.
};

// Where a batch goes, known when it is committed.
struct BatchPlace {
  std::int32_t partition_index = 0;
  base::Offset base;
  base::Offset end;
  base::TimestampMs appended;
};

// The blob of a batch whose place is still open. The records' offsets count from the base, which is
// taken as 0. REQUIRES: the payload is at most kBatchBytesMax, offsets increase.
std::string EncodeBatch(std::span<const log::StoredRecord> records, BatchTimestamps timestamps);
// Puts place and checksum into a blob made by EncodeBatch; returns the checksum.
std::uint64_t SealBatch(std::string& blob, const BatchPlace& place);

// Safe for any bytes: kCorrupt unless the blob is exactly what EncodeBatch and SealBatch made for
// this row id.
base::Result<DecodedBatch> DecodeBatch(std::int64_t row_id, std::string_view blob);

}  // namespace paylog::log_sqlite
