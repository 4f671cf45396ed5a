#include "paylog/notifier/sink/response_head.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace paylog::notifier {
namespace {

// Feeds the lines; whether all were taken.
bool TakeAll(ResponseHead& head, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (!head.Take(line + "\r\n")) {
      return false;
    }
  }
  return true;
}

TEST(ResponseHead, EndsWithTheEmptyLine) {
  ResponseHead head;
  EXPECT_FALSE(head.is_whole());
  ASSERT_TRUE(
      TakeAll(head, {"HTTP/1.1 429 Slow", "server: x", "Retry-After: 7", "retry-after: 9"}));
  EXPECT_FALSE(head.is_whole());
  ASSERT_TRUE(TakeAll(head, {""}));
  EXPECT_TRUE(head.is_whole());
  EXPECT_EQ(head.status(), 429);
  EXPECT_EQ(head.retry_after(), " 7\r\n");
}

TEST(ResponseHead, AnInterimOneIsNotTheResponse) {
  ResponseHead head;
  ASSERT_TRUE(TakeAll(head, {"HTTP/1.1 103 Early", "retry-after: 7", ""}));
  EXPECT_FALSE(head.is_whole());
  ASSERT_TRUE(TakeAll(head, {"HTTP/1.1 204", ""}));
  EXPECT_EQ(head.status(), 204);
  EXPECT_EQ(head.retry_after(), std::nullopt);
}

TEST(ResponseHead, TrailersChangeNothing) {
  ResponseHead head;
  ASSERT_TRUE(TakeAll(head, {"HTTP/1.1 500 X", "", "retry-after: 7", "HTTP/1.1 200 OK", ""}));
  EXPECT_TRUE(head.is_whole());
  EXPECT_EQ(head.status(), 500);
  EXPECT_EQ(head.retry_after(), std::nullopt);
}

TEST(ResponseHead, AStatusLineIsWhatHttpSays) {
  for (const char* line : {"HTTP/1.0 200 OK", "HTTP/1.1 200 ", "HTTP/1.1 200", "HTTP/1.1 999 X"}) {
    EXPECT_TRUE(ResponseHead().Take(std::string(line) + "\r\n")) << line;
    EXPECT_TRUE(ResponseHead().Take(std::string(line) + "\n")) << line;
  }
  for (const char* line : {"",
                           "HTTP/",
                           "HTTP/.410 0 1Gon",
                           "HTTP/1.1",
                           "HTTP/1.1 ",
                           "HTTP/1.1 2",
                           "HTTP/1.1 20",
                           "HTTP/1.1 2000",
                           "HTTP/1.1 20x",
                           "HTTP/1.1  200 OK",
                           "HTTP/1.1\t200 OK",
                           "http/1.1 200 OK",
                           "HTTP/1.x 200 OK",
                           "HTTP/2 200",
                           "HTTP/11 200 OK",
                           "HTTP 200 OK",
                           " HTTP/1.1 200 OK",
                           "HTTP/1.1 099 X",
                           "HTTP/1.1 000 X",
                           "HTTP/1.1 -20 X",
                           "ICY 200 OK",
                           "200 OK"}) {
    ResponseHead head;
    EXPECT_FALSE(TakeAll(head, {line})) << line;
    EXPECT_FALSE(head.is_whole());
  }
  EXPECT_FALSE(ResponseHead().Take(""));
  EXPECT_FALSE(ResponseHead().Take("HTTP/1.1 200"));  // No end of the line.
}

}  // namespace
}  // namespace paylog::notifier
