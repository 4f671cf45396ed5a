#include "paylog/log_sqlite/batch_codec.h"

#include <iostream>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "paylog/base/bytes.h"
#include "paylog/sqlite/checksum.h"

namespace paylog::log_sqlite {
namespace {

constexpr std::int32_t kIndex = 7;
constexpr base::Offset kBase(1'000);

std::string RandomBytes(std::mt19937_64& random, std::size_t size_max) {
  std::string bytes(random() % (size_max + 1), '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(random() % (random() % 2 == 0 ? 256 : 4));
  }
  return bytes;
}

// Offsets count from 0 and may have gaps.
std::vector<log::StoredRecord> RandomRecords(std::mt19937_64& random, std::size_t count) {
  std::vector<log::StoredRecord> records;
  std::int64_t offset = static_cast<std::int64_t>(random() % 3);
  for (std::size_t i = 0; i < count; ++i) {
    log::StoredRecord record;
    record.offset = base::Offset(offset);
    offset += 1 + static_cast<std::int64_t>(random() % 4 == 0 ? random() % 50 : 0);
    if (random() % 4 != 0) {
      record.key = RandomBytes(random, 20);
    }
    record.value = RandomBytes(random, 300);
    for (std::size_t h = random() % 3; h > 0; --h) {
      record.headers.Add(RandomBytes(random, 8), RandomBytes(random, 30));
    }
    record.timestamp = base::TimestampMs(static_cast<std::int64_t>(random()));
    records.push_back(std::move(record));
  }
  return records;
}

std::string Sealed(const std::vector<log::StoredRecord>& records, BatchTimestamps timestamps) {
  const std::int64_t covered = records.empty() ? 5 : records.back().offset.value() + 1;
  std::string blob = EncodeBatch(records, timestamps);
  SealBatch(blob, {.partition_index = kIndex,
                   .base = kBase,
                   .end = base::Offset(kBase.value() + covered),
                   .appended = base::TimestampMs(1'700'000'000'000)});
  return blob;
}

std::vector<log::StoredRecord> Placed(std::vector<log::StoredRecord> records,
                                      BatchTimestamps timestamps) {
  for (log::StoredRecord& record : records) {
    record.offset = base::Offset(record.offset.value() + kBase.value());
    if (timestamps == BatchTimestamps::kTheBatchs) {
      record.timestamp = base::TimestampMs(1'700'000'000'000);
    }
  }
  return records;
}

TEST(BatchCodec, GivesBackWhatItWasGiven) {
  const std::uint64_t seed = 1;
  std::cout << "seed " << seed << '\n';
  std::mt19937_64 random(seed);
  for (std::size_t i = 0; i < 200; ++i) {
    const std::vector<log::StoredRecord> records = RandomRecords(random, random() % 30);
    const auto timestamps = i % 2 == 0 ? BatchTimestamps::kEachItsOwn : BatchTimestamps::kTheBatchs;
    const base::Result<DecodedBatch> batch =
        DecodeBatch(BatchRowId(kIndex, kBase), Sealed(records, timestamps));
    ASSERT_TRUE(batch.has_value()) << batch.error().ToString();
    EXPECT_EQ(batch->records, Placed(records, timestamps));
    EXPECT_EQ(batch->base, kBase);
  }
}

TEST(BatchCodec, TakesAnyTimestamp) {
  std::vector<log::StoredRecord> records(3);
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].offset = base::Offset(static_cast<std::int64_t>(i));
  }
  records[0].timestamp = base::TimestampMs(std::numeric_limits<std::int64_t>::min());
  records[1].timestamp = base::TimestampMs(std::numeric_limits<std::int64_t>::max());
  records[2].timestamp = base::TimestampMs(-1);
  const base::Result<DecodedBatch> batch =
      DecodeBatch(BatchRowId(kIndex, kBase), Sealed(records, BatchTimestamps::kEachItsOwn));
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->records, Placed(records, BatchTimestamps::kEachItsOwn));
}

TEST(BatchCodec, CompressesWhatRepeats) {
  std::vector<log::StoredRecord> records(100);
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].offset = base::Offset(static_cast<std::int64_t>(i));
    records[i].value = R"({"type":"transfer","command_id":"inv-)" + std::to_string(i) + "\"}";
  }
  EXPECT_LT(Sealed(records, BatchTimestamps::kTheBatchs).size(), 1'500U);
}

TEST(BatchCodec, FindsEveryFlippedByteAndEveryOtherRow) {
  std::mt19937_64 random(2);
  const std::string good = Sealed(RandomRecords(random, 12), BatchTimestamps::kEachItsOwn);
  const std::int64_t row_id = BatchRowId(kIndex, kBase);
  ASSERT_TRUE(DecodeBatch(row_id, good).has_value());
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ static_cast<char>(1 << (at % 8)));
    EXPECT_FALSE(DecodeBatch(row_id, bad).has_value()) << "at " << at;
    EXPECT_FALSE(DecodeBatch(row_id, good.substr(0, at)).has_value()) << "cut at " << at;
  }
  EXPECT_FALSE(DecodeBatch(row_id, good + '\0').has_value());
  EXPECT_FALSE(DecodeBatch(row_id + 1, good).has_value());
  EXPECT_FALSE(DecodeBatch(BatchRowId(kIndex + 1, kBase), good).has_value());
}

// Goal: bytes that somebody made on purpose, with a checksum that fits, end in an error as well.
// Method: damage a sealed batch anywhere, then seal its checksum again.
TEST(BatchCodec, SurvivesAnyBytesUnderAGoodChecksum) {
  const std::uint64_t seed = 3;
  std::cout << "seed " << seed << '\n';
  std::mt19937_64 random(seed);
  const std::int64_t row_id = BatchRowId(kIndex, kBase);
  for (int i = 0; i < 3'000; ++i) {
    std::string bytes = i % 3 == 0 ? RandomBytes(random, 200)
                                   : Sealed(RandomRecords(random, 5), BatchTimestamps::kEachItsOwn);
    for (std::size_t flips = 1 + random() % 4; flips > 0 && !bytes.empty(); --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (bytes.size() >= 8) {
      base::PatchU64(
          bytes, 0,
          sqlite::Checksum(std::string_view(bytes).substr(8), static_cast<std::uint64_t>(row_id)));
    }
    const base::Result<DecodedBatch> batch = DecodeBatch(row_id, bytes);
    if (batch) {
      EXPECT_EQ(batch->base, kBase);
    }
  }
}

}  // namespace
}  // namespace paylog::log_sqlite
