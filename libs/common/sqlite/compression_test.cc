#include "paylog/sqlite/compression.h"

#include <gtest/gtest.h>

#include "paylog/test_support/must.h"

namespace paylog::sqlite {
namespace {

using base::ErrorCode;
using test_support::CodeOf;
using test_support::Must;

constexpr std::size_t kMax = 1'000;

TEST(Compression, GivesBackWhatWasCompressed) {
  for (const std::string& raw : {std::string(), std::string("x"), std::string(kMax, 'x')}) {
    EXPECT_EQ(Must(Decompress(Compress(raw), kMax)), raw);
    EXPECT_EQ(Must(Decompress(Compress(raw, Compression::kQuick), kMax)), raw);
  }
  EXPECT_LT(Compress(std::string(kMax, 'x')).size(), kMax / 10);
}

TEST(Compression, RefusesMoreThanTheLimit) {
  EXPECT_EQ(CodeOf(Decompress(Compress(std::string(kMax + 1, 'x')), kMax)), ErrorCode::kCorrupt);
}

TEST(Compression, RefusesDamage) {
  const std::string good = Compress("some bytes, some more bytes, some bytes again");
  EXPECT_EQ(CodeOf(Decompress("", kMax)), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf(Decompress("no frame of zstd", kMax)), ErrorCode::kCorrupt);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(CodeOf(Decompress(good.substr(0, size), kMax)), ErrorCode::kCorrupt) << size;
  }
}

}  // namespace
}  // namespace paylog::sqlite
