#include "paylog/base/hash.h"

#include <gtest/gtest.h>

namespace paylog::base {
namespace {

TEST(Hash256, MatchesThePublishedVectors) {
  EXPECT_EQ(Sha256("").ToHex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256("abc").ToHex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hash256, HexReadsBackAndRefusesAnythingElse) {
  const Hash256 hash = Sha256("abc");
  EXPECT_EQ(Hash256::FromHex(hash.ToHex()), hash);
  EXPECT_EQ(Hash256::FromHex(""), std::nullopt);
  for (std::size_t at = 0; at < 64; ++at) {
    for (const char wrong : {'g', 'A', '/', ':', '`', '\0', '\xff'}) {
      std::string hex = hash.ToHex();
      hex[at] = wrong;
      EXPECT_EQ(Hash256::FromHex(hex), std::nullopt) << at;
    }
  }
  EXPECT_EQ(Hash256::FromHex(std::string(64, 'A')), std::nullopt);
  EXPECT_EQ(Hash256::FromHex(std::string(63, '0')), std::nullopt);
}

TEST(Hash256, TheSumOfDigestsDoesNotDependOnOrder) {
  const Hash256 a = Sha256("a");
  const Hash256 b = Sha256("b");
  EXPECT_EQ(AddDigests(a, b), AddDigests(b, a));
  EXPECT_NE(AddDigests(a, a), Hash256{});
  Hash256 ones;
  ones.bytes.fill(0xff);
  Hash256 one;
  one.bytes[31] = 1;
  EXPECT_EQ(AddDigests(ones, one), Hash256{});
}

}  // namespace
}  // namespace paylog::base
