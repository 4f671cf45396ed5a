#include <string>

#include <gtest/gtest.h>

#include "paylog/store/block.h"
#include "paylog/store/meta_row.h"
#include "paylog/store/parts.h"
#include "paylog/store/run_format.h"

namespace paylog::store {
namespace {

// Calls decode on every prefix and with every bit flipped: an error or a value, and no crash.
template <typename Decode>
void Torture(const std::string& bytes, const Decode& decode) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    static_cast<void>(decode(bytes.substr(0, i)));
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ static_cast<char>(1 << bit));
      static_cast<void>(decode(damaged));
    }
  }
}

TEST(Block, FindsWhatWasAddedAndNothingElse) {
  BlockBuilder builder;
  builder.Add("", "empty");
  builder.Add("b", "");
  builder.Add("d", "four");
  const std::string stored = builder.Finish();
  EXPECT_TRUE(builder.empty());
  const base::Result<Block> block = Block::Decode(stored);
  ASSERT_TRUE(block.has_value());
  EXPECT_EQ(block->size(), 3U);
  EXPECT_EQ(block->Find(""), "empty");
  EXPECT_EQ(block->Find("b"), "");
  EXPECT_EQ(block->Find("d"), "four");
  for (const char* const absent : {"a", "c", "e"}) {
    EXPECT_EQ(block->Find(absent), std::nullopt);
  }
  Torture(stored, [](const std::string& bytes) { return Block::Decode(bytes); });
}

TEST(Block, RefusesKeysThatDoNotRise) {
  for (const char* const second : {"a", "b"}) {
    BlockBuilder builder;
    builder.Add("b", "1");
    builder.Add(second, "2");
    EXPECT_FALSE(Block::Decode(builder.Finish()).has_value());
  }
}

TEST(RunFormat, LocatesTheLastPartThatBeginsAtOrBeforeTheKey) {
  const std::vector<Fence> fences = {{.first_key = "b"}, {.first_key = "d"}};
  EXPECT_EQ(Locate(fences, "a"), std::nullopt);
  EXPECT_EQ(Locate(fences, "b"), 0U);
  EXPECT_EQ(Locate(fences, "c"), 0U);
  EXPECT_EQ(Locate(fences, "d"), 1U);
  EXPECT_EQ(Locate(fences, "z"), 1U);
  EXPECT_EQ(Locate({}, "a"), std::nullopt);
}

TEST(RunFormat, ReadsBackWhatItWrote) {
  const Segment segment{
      .first_block = 300,
      .blocks = {{.first_key = "", .checksum = 1}, {.first_key = "k", .checksum = ~0ULL}},
      .filter = std::string("\0\1", 2)};
  const base::Result<Segment> read = DecodeSegment(Encode(segment));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->first_block, segment.first_block);
  EXPECT_EQ(read->blocks, segment.blocks);
  EXPECT_EQ(read->filter, segment.filter);

  const RunIndex index{.last_key = "z", .segments = segment.blocks};
  const base::Result<RunIndex> read_index = DecodeRunIndex(Encode(index));
  ASSERT_TRUE(read_index.has_value());
  EXPECT_EQ(read_index->last_key, index.last_key);
  EXPECT_EQ(read_index->segments, index.segments);

  Torture(Encode(segment), [](const std::string& bytes) { return DecodeSegment(bytes); });
  Torture(Encode(index), [](const std::string& bytes) { return DecodeRunIndex(bytes); });
}

TEST(RunFormat, RefusesKeysThatDoNotRiseAndBlocksThatNoRunHas) {
  const std::vector<Fence> disordered = {{.first_key = "d"}, {.first_key = "b"}};
  EXPECT_FALSE(DecodeSegment(Encode(Segment{.blocks = disordered})).has_value());
  EXPECT_FALSE(DecodeRunIndex(Encode(RunIndex{.segments = disordered})).has_value());
  const std::vector<Fence> one = {{.first_key = "a"}};
  EXPECT_TRUE(DecodeSegment(Encode(Segment{.blocks = one})).has_value());
  EXPECT_FALSE(DecodeSegment(Encode(Segment{.first_block = 1U << 30, .blocks = one})).has_value());
}

TEST(MetaRow, RefusesRunsThatCannotBe) {
  for (const std::int64_t run : {std::int64_t{-1}, std::int64_t{9}}) {
    EXPECT_FALSE(
        DecodeMetaRow(Encode(MetaRow{.next_run = 9, .row_runs = {{.run = run}}})).has_value());
    EXPECT_FALSE(
        DecodeMetaRow(Encode(MetaRow{.next_run = 9, .id_runs = {{.run = run}}})).has_value());
  }
  EXPECT_FALSE(DecodeMetaRow(Encode(MetaRow{.next_run = std::int64_t{1} << 40})).has_value());
  EXPECT_TRUE(DecodeMetaRow(Encode(MetaRow{.next_run = kRunEnd - kRunsOfAWrite})).has_value());
  EXPECT_FALSE(DecodeMetaRow(Encode(MetaRow{.next_run = kRunEnd - kRunsOfAWrite + 1})).has_value());
}

TEST(MetaRow, ReadsBackWhatItWroteAndRefusesDamage) {
  MetaRow row{.meta = "meta",
              .next_run = 9,
              .row_runs = {{.run = 2, .level = 0, .index_checksum = 7}},
              .id_runs = {{.run = 3, .level = 1, .index_checksum = 5},
                          {.run = 8, .level = 0, .index_checksum = 6}}};
  const base::Result<MetaRow> read = DecodeMetaRow(Encode(row));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, row);
  Torture(Encode(row), [](const std::string& bytes) {
    const base::Result<MetaRow> damaged = DecodeMetaRow(bytes);
    EXPECT_FALSE(damaged.has_value());
    return damaged;
  });
  row.meta = std::nullopt;
  EXPECT_EQ(*DecodeMetaRow(Encode(row)), row);
}

}  // namespace
}  // namespace paylog::store
