#include "paylog/telemetry/http_server.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "paylog/base/check.h"

// Goal: a real client gets real answers over loopback, and an end is an end.
namespace paylog::telemetry {
namespace {

using base::ErrorCode;
using testing::EndsWith;
using testing::Not;
using testing::StartsWith;

std::unique_ptr<HttpServer> Serve(const std::string& address, HttpServer::Handlers handlers) {
  auto server = HttpServer::Start(address, std::move(handlers));
  CHECK(server.has_value());
  return std::move(*server);
}

TEST(HttpServerTest, AnswersItsPathsAndNoOther) {
  std::atomic<int> calls{0};
  const auto server = Serve("127.0.0.1:0", {{"/a",
                                             [&] {
                                               ++calls;
                                               return HttpResponse{.status = 503, .body = "why\n"};
                                             }},
                                            {"/b", [] { return HttpResponse{.body = "fine\n"}; }}});
  EXPECT_THAT(server->address(), StartsWith("127.0.0.1:"));
  EXPECT_THAT(server->address(), Not(EndsWith(":0")));
  httplib::Client client("http://" + server->address());
  const auto a = client.Get("/a");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->status, 503);
  EXPECT_EQ(a->body, "why\n");
  EXPECT_EQ(client.Get("/b")->body, "fine\n");
  EXPECT_EQ(client.Get("/c")->status, 404);
  EXPECT_EQ(client.Post("/b", "x", "text/plain")->status, 404);
  EXPECT_EQ(calls.load(), 1) << "other paths called it";
}

TEST(HttpServerTest, AnswersSeveralAtOnce) {
  std::atomic<int> inside{0};
  const auto server = Serve("127.0.0.1:0", {{"/slow", [&] {
                                               ++inside;
                                               while (inside < 2) {  // Until the other is here too.
                                                 std::this_thread::yield();
                                               }
                                               return HttpResponse{};
                                             }}});
  std::vector<std::jthread> clients;
  std::atomic<int> good{0};
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&] {
      const auto answer = httplib::Client("http://" + server->address()).Get("/slow");
      good += answer && answer->status == 200 ? 1 : 0;
    });
  }
  clients.clear();
  EXPECT_EQ(good.load(), 2);
}

TEST(HttpServerTest, AnAddressHasOneOwnerAndIsFreeAfterwards) {
  auto server = Serve("127.0.0.1:0", {});
  const std::string address = server->address();
  const auto second = HttpServer::Start(address, {});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  EXPECT_NE(second.error().context.find(address), std::string::npos);
  server.reset();
  EXPECT_TRUE(HttpServer::Start(address, {}).has_value());
}

TEST(HttpServerTest, RefusesWhatIsNoAddress) {
  for (const char* address : {"", "9471", ":9471", "localhost:", "localhost:x", "localhost:70000",
                              "localhost:-1", "localhost:1 "}) {
    const auto server = HttpServer::Start(address, {});
    ASSERT_FALSE(server.has_value()) << address;
    EXPECT_EQ(server.error().code, ErrorCode::kInvalidArgument) << address;
  }
}

}  // namespace
}  // namespace paylog::telemetry
