#include "paylog/notifier/sink/http_sender.h"

#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/notifier/sink/test_outcomes.h"
#include "paylog/notifier/sink/test_receiver.h"
#include "paylog/notifier/sink/webhook_signature.h"
#include "paylog/test_support/must.h"

// What a receiver sees, and what its answers come to. The nasty receivers have a file of their own.
namespace paylog::notifier {
namespace {

using std::chrono::milliseconds;
using test_support::Must;
using ::testing::HasSubstr;

class HttpSenderTest : public ::testing::Test {
 protected:
  AttemptOutcome SendTo(const std::string& url) {
    const std::string id = "msg_" + std::to_string(outcomes_.size());
    sender_->Send(TestAttempt(TestEndpoint("shop", url), id), outcomes_.Of(id));
    return outcomes_.Wait(id);
  }
  AttemptOutcome SendTo(TestReceiver::Script script) {
    TestReceiver receiver(std::move(script));
    return SendTo(receiver.Url());
  }

  Outcomes outcomes_;
  std::unique_ptr<HttpSender> sender_ = Must(HttpSender::Start({}));
};

TEST_F(HttpSenderTest, PostsThePayloadSignedAndNothingElse) {
  std::mutex mutex;
  std::vector<ReceivedRequest> requests;
  TestReceiver receiver([&](ReceiverConnection& connection) {
    while (auto request = connection.ReadRequest()) {
      const std::scoped_lock lock(mutex);
      requests.push_back(*std::move(request));
      connection.Write(Response(204));
    }
  });
  const auto endpoint = TestEndpoint("shop", receiver.Url() + "?a=b");
  endpoint->secrets.push_back(std::string(64, 's'));
  Attempt attempt = TestAttempt(endpoint, "msg_1");
  attempt.payload = std::string("{\"a\":\"\0\xff\"}", 10);
  sender_->Send(attempt, outcomes_.Of("msg_1"));
  EXPECT_EQ(outcomes_.Wait("msg_1"), (AttemptOutcome{.status = 204}));

  const std::scoped_lock lock(mutex);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].first_line, "POST /hook?a=b HTTP/1.1");
  EXPECT_EQ(requests[0].body, attempt.payload);
  const WebhookHeaders expected =
      SignWebhook(endpoint->secrets, "msg_1", attempt.time, attempt.payload);
  EXPECT_EQ(requests[0].headers, (std::map<std::string, std::string>{
                                     {"host", "127.0.0.1:" + std::to_string(receiver.port())},
                                     {"user-agent", "paylog"},
                                     {"accept", "*/*"},
                                     {"content-type", "application/json"},
                                     {"content-length", "10"},
                                     {"webhook-id", "msg_1"},
                                     {"webhook-timestamp", "1614265330"},
                                     {"webhook-signature", expected.signature}}));
}

TEST_F(HttpSenderTest, AnswersWithTheStatus) {
  for (const int status : {200, 201, 299, 300, 304, 400, 404, 410, 429, 500, 599, 999}) {
    EXPECT_EQ(SendTo(Answer(Response(status))), (AttemptOutcome{.status = status}));
  }
}

TEST_F(HttpSenderTest, FollowsNoRedirect) {
  TestReceiver elsewhere(Answer(Response(200)));
  for (const int status : {301, 302, 303, 307, 308}) {
    const auto outcome = SendTo(Answer(Response(status, "location: " + elsewhere.Url() + "\r\n")));
    EXPECT_EQ(outcome, (AttemptOutcome{.status = status}));
  }
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST_F(HttpSenderTest, UsesNoProxy) {
  TestReceiver proxy(Answer(Response(200)));
  ASSERT_EQ(setenv("http_proxy", proxy.Url().c_str(), 1), 0);
  ASSERT_EQ(setenv("ALL_PROXY", proxy.Url().c_str(), 1), 0);
  EXPECT_EQ(SendTo(Answer(Response(204))), (AttemptOutcome{.status = 204}));
  EXPECT_EQ(proxy.connections(), 0);
  ASSERT_EQ(unsetenv("http_proxy"), 0);
  ASSERT_EQ(unsetenv("ALL_PROXY"), 0);
}

TEST_F(HttpSenderTest, TellsWhatTheReceiverAskedFor) {
  using std::chrono::seconds;
  EXPECT_EQ(SendTo(Answer(Response(429, "Retry-After: 120\r\n"))).retry_after, seconds(120));
  EXPECT_EQ(SendTo(Answer(Response(503, "RETRY-AFTER:7\r\nretry-after: 9\r\n"))).retry_after,
            seconds(7));
  EXPECT_EQ(SendTo(Answer(Response(503, "retry-after: soon\r\n"))).retry_after, std::nullopt);
  EXPECT_EQ(SendTo(Answer(Response(503, "x-retry-after: 5\r\n"))).retry_after, std::nullopt);
  // Of an interim response it counts for nothing.
  EXPECT_EQ(SendTo(Answer("HTTP/1.1 103 Early\r\nretry-after: 5\r\n\r\n" + Response(503))),
            (AttemptOutcome{.status = 503}));
}

TEST_F(HttpSenderTest, UsesAConnectionAgain) {
  TestReceiver receiver(Answer(Response(200)));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(SendTo(receiver.Url()).status, 200);
  }
  EXPECT_EQ(receiver.connections(), 1);
}

TEST_F(HttpSenderTest, ARefusedConnectionIsAnError) {
  std::string url;
  { url = TestReceiver(Answer({})).Url(); }
  const AttemptOutcome outcome = SendTo(url + "?token=geheim");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr("127.0.0.1:"));
  EXPECT_THAT(outcome.error, ::testing::Not(HasSubstr("geheim")));
}

TEST(HttpSenderOptions, RefusesWhatCannotWork) {
  const HttpSenderOptions kBad[] = {{.connect_timeout = milliseconds(0)},
                                    {.total_timeout = milliseconds(-1)},
                                    {.connections_max = 0},
                                    {.connections_per_endpoint_max = 0},
                                    {.head_bytes_max = 0}};
  for (const HttpSenderOptions& options : kBad) {
    EXPECT_EQ(test_support::CodeOf(HttpSender::Start(options)), base::ErrorCode::kInvalidArgument);
  }
  const auto sender = HttpSender::Start({.ca_file = "no/such/file.pem"});
  EXPECT_THAT(test_support::ErrorOf(sender).context, HasSubstr("no/such/file.pem"));
}

}  // namespace
}  // namespace paylog::notifier
