#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/notifier/sink/http_sender.h"
#include "paylog/notifier/sink/test_outcomes.h"
#include "paylog/notifier/sink/test_receiver.h"
#include "paylog/test_support/must.h"

// Receivers that are slow, broken or hostile, with real sockets. None may delay the others, cost
// more than its share of memory, or go on for ever. What must not have happened yet is shown by
// conditions, never by how long something took.
namespace paylog::notifier {
namespace {

using std::chrono::milliseconds;
using test_support::Must;
using ::testing::HasSubstr;

constexpr milliseconds kNever = std::chrono::hours(1);  // A time-out that no test waits for.
constexpr milliseconds kSoon(150);

void Stall(ReceiverConnection& connection) {
  connection.Stall();
}

void NeverEnd(ReceiverConnection& connection) {
  connection.ReadRequest();
  connection.Write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
  const std::string chunk = "400\r\n" + std::string(1024, 'x') + "\r\n";
  while (connection.Write(chunk)) {
  }
}

void CloseHalfWay(ReceiverConnection& connection) {
  connection.ReadRequest();
  connection.Write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
}

// Reads a request and writes this, then closes.
TestReceiver::Script Once(std::string bytes) {
  return [bytes = std::move(bytes)](ReceiverConnection& connection) {
    connection.ReadRequest();
    connection.Write(bytes);
  };
}

class NastyReceivers : public ::testing::Test {
 protected:
  void Start(const HttpSenderOptions& options) { sender_ = Must(HttpSender::Start(options)); }

  AttemptOutcome SendTo(TestReceiver::Script script) {
    const TestReceiver receiver(std::move(script));
    const std::string id = "msg_" + std::to_string(outcomes_.size());
    sender_->Send(TestAttempt(TestEndpoint("nasty", receiver.Url()), id), outcomes_.Of(id));
    return outcomes_.Wait(id);
  }
  void ExpectError(TestReceiver::Script script, const std::string& part) {
    const AttemptOutcome outcome = SendTo(std::move(script));
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.error, HasSubstr(part));
    EXPECT_EQ(outcome.retry_after, std::nullopt);
  }

  Outcomes outcomes_;
  std::unique_ptr<HttpSender> sender_ = Must(HttpSender::Start({.total_timeout = kNever}));
};

TEST_F(NastyReceivers, AnEndlessBodyIsCutOffAndTheStatusCounts) {
  EXPECT_EQ(SendTo(NeverEnd), (AttemptOutcome{.status = 200}));
  EXPECT_EQ(SendTo(Once("HTTP/1.1 500 X\r\nretry-after: 5\r\n\r\n" + std::string(100'000, 'x'))),
            (AttemptOutcome{.status = 500, .error = {}, .retry_after = std::chrono::seconds(5)}));
}

TEST_F(NastyReceivers, AResponseThatBreaksOffIsAnError) {
  ExpectError(CloseHalfWay, "127.0.0.1:");
  for (const char* bytes :
       {"", "HTTP/1.1", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nretry-after: 7\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"}) {
    ExpectError(Once(bytes), "127.0.0.1:");
  }
}

TEST_F(NastyReceivers, WhatIsNotHttpIsAnError) {
  for (const char* bytes :
       {"HTTP/.410 0 1Gon\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "HTTP/ 200 OK\r\n\r\n",
        "HTTP/2 200\r\n\r\n", "hello", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 000 X\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n", "HTTP/1.1 101 X\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n"}) {
    ExpectError(Once(bytes), "127.0.0.1:");
  }
}

TEST_F(NastyReceivers, OldHttpIsTaken) {
  EXPECT_EQ(SendTo(Once("HTTP/1.0 200 OK\r\n\r\nuntil the end")), (AttemptOutcome{.status = 200}));
}

TEST_F(NastyReceivers, AHeadIsRead64KiBFar) {
  const std::string line = "x-filler: " + std::string(1'012, 'x') + "\r\n";  // 1 KiB.
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 63; ++i) {
    head += line;
  }
  EXPECT_EQ(SendTo(Once(head + "\r\n")), (AttemptOutcome{.status = 200}));
  ExpectError(Once(head + line + "\r\n"), "the response's head is longer than 65536 bytes");
  ExpectError(
      [&](ReceiverConnection& connection) {
        connection.ReadRequest();
        connection.Write("HTTP/1.1 200 OK\r\n");
        while (connection.Write(line)) {
        }
      },
      "head is longer");
  ExpectError(
      [](ReceiverConnection& connection) {
        connection.ReadRequest();
        while (connection.Write("HTTP/1.1 103 Early\r\n\r\n")) {
        }
      },
      "head is longer");
}

TEST_F(NastyReceivers, OneThatSaysNothingMeetsTheTimeOut) {
  Start({.total_timeout = kSoon});
  ExpectError(Stall, "timed out");
  // A head in drops, and a body in drops: each byte comes, the end never does.
  for (const std::string begin :
       {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1"}) {
    ExpectError(
        [begin](ReceiverConnection& connection) {
          connection.ReadRequest();
          connection.Write(begin);
          connection.Stall();
        },
        "timed out");
  }
}

TEST_F(NastyReceivers, AReceiversWordsInAnErrorAreShortAndPrintable) {
  const AttemptOutcome outcome = SendTo(Once("HTTP/1.1 200 OK\r\ncontent-length: \x1b[2J\xff" +
                                             std::string(5'000, 'y') + "\r\n\r\n"));
  EXPECT_LT(outcome.error.size(), 300U);
  EXPECT_TRUE(std::all_of(outcome.error.begin(), outcome.error.end(), [](char c) {
    return c >= ' ' && c <= '~';
  })) << outcome.error;
}

// The promise of the whole: 50 receivers, four of them bad, several attempts for each.
TEST_F(NastyReceivers, FourBadOnesOfFiftyDelayNoOther) {
  constexpr int kReceivers = 50;
  constexpr int kAttempts = 10;
  const auto script_of = [](int i) -> TestReceiver::Script {
    switch (i) {
      case 7:
        return Stall;
      case 19:
        return Answer(Response(500));
      case 31:
        return NeverEnd;
      case 43:
        return CloseHalfWay;
      default:
        return Answer(Response(200));
    }
  };
  std::vector<std::unique_ptr<TestReceiver>> receivers;
  std::vector<std::string> ids;
  std::vector<std::string> stalled;
  for (int i = 0; i < kReceivers; ++i) {
    receivers.push_back(std::make_unique<TestReceiver>(script_of(i)));
    const auto endpoint = TestEndpoint("e" + std::to_string(i), receivers.back()->Url());
    for (int j = 0; j < kAttempts; ++j) {
      const std::string id = endpoint->name + "_" + std::to_string(j);
      (i == 7 ? stalled : ids).push_back(id);
      sender_->Send(TestAttempt(endpoint, id), outcomes_.Of(id));
    }
  }
  // The time-out is an hour away: all others end while the stalled ones are under way.
  outcomes_.WaitForAll(ids);
  for (const std::string& id : stalled) {
    EXPECT_FALSE(outcomes_.Has(id)) << id;
  }
  for (const std::string& id : ids) {
    const AttemptOutcome outcome = outcomes_.Wait(id);
    if (id.starts_with("e19_")) {
      EXPECT_EQ(outcome, (AttemptOutcome{.status = 500})) << id;
    } else if (id.starts_with("e43_")) {
      EXPECT_EQ(outcome.status, 0) << id;
      EXPECT_FALSE(outcome.error.empty()) << id;
    } else {
      EXPECT_EQ(outcome, (AttemptOutcome{.status = 200})) << id;
    }
  }
  sender_.reset();
  for (const std::string& id : stalled) {
    EXPECT_THAT(outcomes_.Wait(id).error, HasSubstr("the sender stops")) << id;
  }
}

TEST_F(NastyReceivers, OneEndpointKeepsToItsShareOfConnections) {
  Start({.total_timeout = kNever, .connections_max = 3, .connections_per_endpoint_max = 2});
  TestReceiver stalled(Stall);
  TestReceiver good(Answer(Response(200)));
  const auto slow = TestEndpoint("slow", stalled.Url());
  const auto quick = TestEndpoint("quick", good.Url());
  for (int i = 0; i < 1'000; ++i) {
    const std::string id = "slow_" + std::to_string(i);
    sender_->Send(TestAttempt(slow, id), outcomes_.Of(id));
  }
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    ids.push_back("quick_" + std::to_string(i));
    sender_->Send(TestAttempt(quick, ids.back()), outcomes_.Of(ids.back()));
  }
  outcomes_.WaitForAll(ids);
  EXPECT_EQ(outcomes_.size(), ids.size());
  EXPECT_EQ(stalled.connections(), 2);
  sender_.reset();
  EXPECT_EQ(outcomes_.size(), ids.size() + 1'000);
}

TEST_F(NastyReceivers, WhatWaitsForTooLongEndsToo) {
  Start({.total_timeout = kSoon, .connections_per_endpoint_max = 1});
  TestReceiver stalled(Stall);
  const auto slow = TestEndpoint("slow", stalled.Url());
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back("slow_" + std::to_string(i));
    sender_->Send(TestAttempt(slow, ids.back()), outcomes_.Of(ids.back()));
  }
  outcomes_.WaitForAll(ids);
  EXPECT_LT(stalled.connections(), 5);
  EXPECT_THAT(outcomes_.Wait("slow_19").error, HasSubstr("not sent: others to the same endpoint"));
}

TEST_F(NastyReceivers, ManyThreadsMaySendAndDoneMaySend) {
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  TestReceiver good(Answer(Response(200)));
  const auto endpoint = TestEndpoint("good", good.Url());
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const std::string id = "m" + std::to_string(t) + "_" + std::to_string(i);
          sender_->Send(TestAttempt(endpoint, id), [&, id](AttemptOutcome outcome) {
            sender_->Send(TestAttempt(endpoint, id + "b"), outcomes_.Of(id + "b"));
            outcomes_.Of(id)(std::move(outcome));
          });
        }
      });
    }
  }
  for (int t = 0; t < kThreads; ++t) {
    for (int i = 0; i < kEach; ++i) {
      const std::string id = "m" + std::to_string(t) + "_" + std::to_string(i);
      EXPECT_EQ(outcomes_.Wait(id).status, 200);
      EXPECT_EQ(outcomes_.Wait(id + "b").status, 200);
    }
  }
}

}  // namespace
}  // namespace paylog::notifier
