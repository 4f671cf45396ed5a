#include "paylog/log_sqlite/batch_codec.h"

#include <algorithm>
#include <optional>

#include "paylog/base/bytes.h"
#include "paylog/base/check.h"
#include "paylog/sqlite/checksum.h"
#include "paylog/sqlite/compression.h"
#include "paylog/sqlite/damage.h"

namespace paylog::log_sqlite {
namespace {

using sqlite::Damaged;

constexpr std::uint8_t kBatchVersion = 1;
constexpr std::size_t kHeaderBytes = 48;
constexpr std::size_t kChecksumAt = 0;
constexpr std::size_t kChecksummedFrom = 8;
constexpr std::size_t kBaseAt = 16;
constexpr std::size_t kEndAt = 24;
constexpr std::size_t kAppendedAt = 32;
// Below this, zstd's own frame eats what it saves.
constexpr std::size_t kCompressBytesMin = 96;
// Of a record's payload: distance, key, value and header count take at least one byte each.
constexpr std::size_t kRecordBytesMin = 4;
constexpr std::size_t kHeaderEntryBytesMin = 2;
// Distances, sizes and counts of a record, in nearly all cases.
constexpr std::size_t kNumbersBytesMax = 24;
constexpr std::uint32_t kRecordsReservedMax = 16'384;

enum class Codec : std::uint8_t { kRaw = 0, kZstd = 1 };

struct BatchHeader {
  std::uint64_t checksum = 0;
  std::uint8_t version = 0;
  std::uint8_t codec = 0;
  std::uint8_t timestamps = 0;
  std::uint8_t zero = 0;
  std::uint32_t record_count = 0;
  std::int64_t base = 0;
  std::int64_t end = 0;
  std::int64_t appended = 0;
  std::uint32_t raw_bytes = 0;
  std::uint32_t stored_bytes = 0;
};

// So that a payload is written without moving what was written before.
std::size_t PayloadBytesMax(std::span<const log::StoredRecord> records) {
  std::size_t bytes = 0;
  for (const log::StoredRecord& record : records) {
    bytes += (record.key ? record.key->size() : 0) + record.value.size() +
             record.headers.bytes().size() + kNumbersBytesMax;
  }
  return bytes;
}

std::string EncodePayload(std::span<const log::StoredRecord> records, BatchTimestamps timestamps) {
  std::string payload;
  payload.reserve(PayloadBytesMax(records));
  base::ByteWriter writer(payload);
  std::int64_t offset_before = 0;
  std::int64_t timestamp_before = 0;
  for (const log::StoredRecord& record : records) {
    CHECK(record.offset.value() >= offset_before);
    writer.Varint(static_cast<std::uint64_t>(record.offset.value() - offset_before));
    offset_before = record.offset.value();
    if (timestamps == BatchTimestamps::kEachItsOwn) {
      // Unsigned, so that any two timestamps have a distance.
      writer.SignedVarint(
          static_cast<std::int64_t>(static_cast<std::uint64_t>(record.timestamp.value()) -
                                    static_cast<std::uint64_t>(timestamp_before)));
      timestamp_before = record.timestamp.value();
    }
    writer.Varint(record.key ? record.key->size() + 1 : 0);
    writer.Raw(record.key ? std::string_view(*record.key) : std::string_view());
    writer.Bytes(record.value);
    writer.Varint(record.headers.size());
    writer.Raw(record.headers.bytes());
  }
  return payload;
}

// The compressed payload, or nullopt where that is not smaller.
std::optional<std::string> Compress(const std::string& payload) {
  if (payload.size() < kCompressBytesMin) {
    return std::nullopt;
  }
  std::string compressed = sqlite::Compress(payload);
  return compressed.size() < payload.size() ? std::optional(std::move(compressed)) : std::nullopt;
}

base::Result<std::string> Decompress(std::string_view stored, std::size_t raw_bytes) {
  base::Result<std::string> raw = sqlite::Decompress(stored, raw_bytes);
  if (!raw) {
    return raw.error().In("payload");
  }
  if (raw->size() != raw_bytes) {
    return Damaged("decompressed size differs from the batch header");
  }
  return raw;
}

BatchHeader ReadHeader(std::string_view blob) {
  base::ByteReader reader(blob);
  BatchHeader header;
  header.checksum = reader.U64();
  header.version = reader.U8();
  header.codec = reader.U8();
  header.timestamps = reader.U8();
  header.zero = reader.U8();
  header.record_count = reader.U32();
  header.base = reader.I64();
  header.end = reader.I64();
  header.appended = reader.I64();
  header.raw_bytes = reader.U32();
  header.stored_bytes = reader.U32();
  return header;
}

base::Result<void> CheckHeader(const BatchHeader& header, std::int64_t row_id,
                               std::size_t blob_bytes) {
  if (header.version != kBatchVersion || header.codec > 1 || header.timestamps > 1 ||
      header.zero != 0) {
    return Damaged("unknown batch format");
  }
  if (header.base != BaseOf(row_id).value() || header.end <= header.base ||
      header.end > kOffsetMax) {
    return Damaged("batch offsets do not fit its row");
  }
  if (header.stored_bytes != blob_bytes - kHeaderBytes || header.raw_bytes > kBatchBytesMax ||
      header.record_count > header.raw_bytes / kRecordBytesMin ||
      header.record_count > static_cast<std::uint64_t>(header.end - header.base)) {
    return Damaged("batch sizes do not fit");
  }
  return {};
}

// Reads one record; the reader's ok() says whether it was whole.
log::StoredRecord ReadRecord(base::ByteReader& reader) {
  log::StoredRecord record;
  if (const std::uint64_t key_size = reader.Varint(); key_size > 0) {
    record.key.emplace(reader.Raw(key_size - 1));
  }
  record.value = reader.Bytes();
  const std::uint64_t header_count = reader.Varint();
  if (!reader.ok() || header_count > reader.remaining() / kHeaderEntryBytesMin) {
    reader.Raw(reader.remaining() + 1);  // A count that cannot be true.
    return record;
  }
  if (auto headers = log::Headers::Read(reader, header_count)) {
    record.headers = std::move(*headers);
  }
  return record;
}

base::Result<DecodedBatch> ReadRecords(const BatchHeader& header, std::string_view payload) {
  DecodedBatch batch{.base = base::Offset(header.base), .end = base::Offset(header.end)};
  // Grows as records turn up: the count alone is not to be trusted with gigabytes.
  batch.records.reserve(std::min(header.record_count, kRecordsReservedMax));
  base::ByteReader reader(payload);
  std::uint64_t distance_from_base = 0;
  std::int64_t timestamp = header.timestamps == 0 ? 0 : header.appended;
  for (std::uint32_t i = 0; i < header.record_count; ++i) {
    const std::uint64_t distance = reader.Varint();
    distance_from_base += distance;
    const auto covered = static_cast<std::uint64_t>(header.end - header.base);
    if ((i > 0 && distance == 0) || distance >= covered || distance_from_base >= covered) {
      return Damaged("record offsets do not increase within the batch");
    }
    if (header.timestamps == 0) {
      timestamp = static_cast<std::int64_t>(static_cast<std::uint64_t>(timestamp) +
                                            static_cast<std::uint64_t>(reader.SignedVarint()));
    }
    log::StoredRecord record = ReadRecord(reader);
    if (!reader.ok()) {
      return Damaged("payload ends within a record");
    }
    record.offset = base::Offset(header.base + static_cast<std::int64_t>(distance_from_base));
    record.timestamp = base::TimestampMs(timestamp);
    batch.bytes += log::RecordBytes(record) + sizeof(log::StoredRecord);
    batch.records.push_back(std::move(record));
  }
  if (!reader.AtEnd()) {
    return Damaged("payload goes on behind its last record");
  }
  return batch;
}

}  // namespace

std::int64_t BatchRowId(std::int32_t partition_index, base::Offset base) {
  CHECK(partition_index >= 0 && partition_index <= kPartitionIndexMax);
  CHECK(base.value() >= 0 && base.value() <= kOffsetMax);
  return (std::int64_t{partition_index} << kOffsetBits) | base.value();
}

std::int32_t PartitionIndexOf(std::int64_t row_id) {
  return static_cast<std::int32_t>(row_id >> kOffsetBits);
}

base::Offset BaseOf(std::int64_t row_id) {
  return base::Offset(row_id & kOffsetMax);
}

std::string EncodeBatch(std::span<const log::StoredRecord> records, BatchTimestamps timestamps) {
  const std::string payload = EncodePayload(records, timestamps);
  CHECK(payload.size() <= kBatchBytesMax);
  const std::optional<std::string> compressed = Compress(payload);
  const std::string& stored = compressed ? *compressed : payload;
  std::string blob;
  blob.reserve(kHeaderBytes + stored.size());
  base::ByteWriter writer(blob);
  writer.U64(0);  // Checksum: see SealBatch, as for the other zeros.
  writer.U8(kBatchVersion);
  writer.U8(static_cast<std::uint8_t>(compressed ? Codec::kZstd : Codec::kRaw));
  writer.U8(static_cast<std::uint8_t>(timestamps));
  writer.U8(0);
  writer.U32(static_cast<std::uint32_t>(records.size()));
  writer.I64(0);
  writer.I64(0);
  writer.I64(0);
  writer.U32(static_cast<std::uint32_t>(payload.size()));
  writer.U32(static_cast<std::uint32_t>(stored.size()));
  CHECK(blob.size() == kHeaderBytes);
  writer.Raw(stored);
  return blob;
}

std::uint64_t SealBatch(std::string& blob, const BatchPlace& place) {
  CHECK(blob.size() >= kHeaderBytes);
  CHECK(place.base < place.end);
  base::PatchI64(blob, kBaseAt, place.base.value());
  base::PatchI64(blob, kEndAt, place.end.value());
  base::PatchI64(blob, kAppendedAt, place.appended.value());
  const std::int64_t row_id = BatchRowId(place.partition_index, place.base);
  const std::uint64_t checksum = sqlite::Checksum(std::string_view(blob).substr(kChecksummedFrom),
                                                  static_cast<std::uint64_t>(row_id));
  base::PatchU64(blob, kChecksumAt, checksum);
  return checksum;
}

base::Result<DecodedBatch> DecodeBatch(std::int64_t row_id, std::string_view blob) {
  if (blob.size() < kHeaderBytes) {
    return Damaged("batch is cut short");
  }
  const BatchHeader header = ReadHeader(blob);
  if (header.checksum !=
      sqlite::Checksum(blob.substr(kChecksummedFrom), static_cast<std::uint64_t>(row_id))) {
    return Damaged("batch checksum differs");
  }
  PAYLOG_TRY(CheckHeader(header, row_id, blob.size()));
  const std::string_view stored = blob.substr(kHeaderBytes);
  if (static_cast<Codec>(header.codec) == Codec::kRaw) {
    if (header.raw_bytes != header.stored_bytes) {
      return Damaged("batch sizes do not fit");
    }
    return ReadRecords(header, stored);
  }
  PAYLOG_ASSIGN(const std::string raw, Decompress(stored, header.raw_bytes));
  return ReadRecords(header, raw);
}

}  // namespace paylog::log_sqlite
