#include "paylog/base/base64.h"

#include <string>

#include <gtest/gtest.h>

namespace paylog::base {
namespace {

// RFC 4648, section 10.
TEST(Base64, MatchesThePublishedVectors) {
  const struct {
    std::string_view bytes;
    std::string_view text;
  } kVectors[] = {{"", ""},
                  {"f", "Zg=="},
                  {"fo", "Zm8="},
                  {"foo", "Zm9v"},
                  {"foob", "Zm9vYg=="},
                  {"fooba", "Zm9vYmE="},
                  {"foobar", "Zm9vYmFy"}};
  for (const auto& vector : kVectors) {
    EXPECT_EQ(EncodeBase64(vector.bytes), vector.text);
    EXPECT_EQ(DecodeBase64(vector.text), vector.bytes);
  }
}

TEST(Base64, ReadsBackBytesOfEveryValueAndLength) {
  std::string bytes;
  for (int i = 0; i < 260; ++i) {
    EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)), bytes) << i;
    bytes.push_back(static_cast<char>(i));
  }
  EXPECT_EQ(EncodeBase64("\xfb\xff"), "+/8=");
}

TEST(Base64, RefusesEverythingElse) {
  for (const std::string_view text :
       {"Z", "Zg", "Zg=", "Zg===", "====", "=", "Zh==", "Zm9=", " Zm9v", "Zm9v ", "Zm9v\n", "Zm 9v",
        "-_8=", "Zg==Zg==", "Z===", "Zm9v=",
        "\xc3\xa4"
        "aa",
        "    "}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
  EXPECT_EQ(DecodeBase64(std::string("Zm\0v", 4)), std::nullopt);
}

}  // namespace
}  // namespace paylog::base
