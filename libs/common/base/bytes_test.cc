#include "paylog/base/bytes.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace paylog::base {
namespace {

using std::string_literals::operator""s;

// The formats on disk rest on these bytes.
TEST(Bytes, WritesTheBytesOfTheFormats) {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.U8(0xab);
  writer.U32(0x01020304);
  writer.U64(0x0102030405060708);
  writer.I64(-2);
  writer.Varint(0);
  writer.Varint(127);
  writer.Varint(300);
  writer.SignedVarint(-1);
  writer.SignedVarint(1);
  writer.Bytes("ab");
  writer.Raw("c");
  EXPECT_EQ(bytes,
            "\xab\x04\x03\x02\x01\x08\x07\x06\x05\x04\x03\x02\x01"s
            "\xfe\xff\xff\xff\xff\xff\xff\xff\x00\x7f\xac\x02\x01\x02\x02"
            "abc"s);
}

TEST(Bytes, ReadsWhatWasWritten) {
  const std::vector<std::uint64_t> numbers{
      0, 1, 127, 128, 16'383, 16'384, std::numeric_limits<std::uint64_t>::max()};
  std::string bytes;
  ByteWriter writer(bytes);
  for (const std::uint64_t number : numbers) {
    writer.Varint(number);
    writer.SignedVarint(static_cast<std::int64_t>(number));
    writer.U64(number);
    writer.I64(static_cast<std::int64_t>(number));
  }
  writer.U8(255);
  writer.U32(std::numeric_limits<std::uint32_t>::max());
  writer.Bytes("");
  ByteReader reader(bytes);
  for (const std::uint64_t number : numbers) {
    EXPECT_EQ(reader.Varint(), number);
    EXPECT_EQ(reader.SignedVarint(), static_cast<std::int64_t>(number));
    EXPECT_EQ(reader.U64(), number);
    EXPECT_EQ(reader.I64(), static_cast<std::int64_t>(number));
  }
  EXPECT_EQ(reader.U8(), 255);
  EXPECT_EQ(reader.U32(), std::numeric_limits<std::uint32_t>::max());
  EXPECT_FALSE(reader.AtEnd());
  EXPECT_EQ(reader.Bytes(), "");
  EXPECT_TRUE(reader.AtEnd());
}

TEST(Bytes, AReadBeyondTheEndFailsForGood) {
  ByteReader reader(
      "\x05"
      "abc");
  EXPECT_EQ(reader.Bytes(), "");
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.U8(), 0);
  EXPECT_EQ(reader.Varint(), 0U);
  EXPECT_FALSE(reader.AtEnd());
}

TEST(Bytes, RefusesAVarintThatDoesNotEnd) {
  ByteReader cut("\xff\xff");
  EXPECT_EQ(cut.Varint(), 0U);
  EXPECT_FALSE(cut.ok());
  const std::string long_one(11, '\xff');
  ByteReader endless(long_one);
  EXPECT_EQ(endless.Varint(), 0U);
  EXPECT_FALSE(endless.ok());
}

TEST(Bytes, RefusesAVarintThatIsLongerThanItNeedBeOrOver64Bits) {
  for (const std::string& bytes : {"\x80\0"s, "\xff\x80\0"s, std::string(9, '\xff') + "\x02",
                                   std::string(9, '\x80') + "\0"s}) {
    ByteReader reader(bytes);
    EXPECT_EQ(reader.Varint(), 0U);
    EXPECT_FALSE(reader.ok());
  }
  ByteReader largest("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  EXPECT_EQ(largest.Varint(), ~std::uint64_t{0});
  EXPECT_TRUE(largest.AtEnd());
}

TEST(Bytes, SignedVarintsOf128BitsSpellAsThoseOf64WhereTheyFit) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1}, std::int64_t{1'000'000},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    std::string short_one;
    ByteWriter(short_one).SignedVarint(value);
    std::string long_one;
    ByteWriter(long_one).SignedVarint128(value);
    EXPECT_EQ(long_one, short_one);
    ByteReader reader(long_one);
    EXPECT_TRUE(reader.SignedVarint128() == value);
    EXPECT_TRUE(reader.AtEnd());
  }
}

TEST(Bytes, SignedVarintsReach128Bits) {
  const Int128 largest = ((Int128{1} << 126) - 1) * 2 + 1;
  for (const Int128 value :
       {largest, -largest, -largest - 1, Int128{1} << 64, -(Int128{1} << 64)}) {
    std::string bytes;
    ByteWriter(bytes).SignedVarint128(value);
    ByteReader reader(bytes);
    EXPECT_TRUE(reader.SignedVarint128() == value);
    EXPECT_TRUE(reader.AtEnd());
  }
  for (const std::string& bytes : {"\x80\0"s, std::string(18, '\xff') + "\x04",
                                   std::string(19, '\xff'), std::string(18, '\xff')}) {
    ByteReader reader(bytes);
    EXPECT_TRUE(reader.SignedVarint128() == 0);
    EXPECT_FALSE(reader.ok());
  }
}

TEST(Bytes, PatchesInPlace) {
  std::string bytes(10, 'x');
  PatchI64(bytes, 1, -1);
  EXPECT_EQ(bytes, "x\xff\xff\xff\xff\xff\xff\xff\xffx");
  PatchU64(bytes, 1, 1);
  EXPECT_EQ(bytes, "x\x01\0\0\0\0\0\0\0x"s);
}

}  // namespace
}  // namespace paylog::base
