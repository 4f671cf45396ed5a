#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "paylog/notifier/sink/http_sender.h"
#include "paylog/notifier/sink/test_certificate.h"
#include "paylog/notifier/sink/test_internet.h"
#include "paylog/notifier/sink/test_outcomes.h"
#include "paylog/notifier/sink/test_receiver.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

// Where a webhook goes: which addresses, by which names, and who must be there. libcurl and TLS are
// real; names and addresses are the test's own.
namespace paylog::notifier {
namespace {

using test_support::Must;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kPublic = "93.184.216.34";
constexpr const char* kOtherPublic = "2606:4700::1111";

// Answers 200 to every POST on /hook, with TLS and the certificate of shop.test.
class TlsReceiver {
 public:
  explicit TlsReceiver(int version_max = 0) {
    WriteCertificate("shop.test", directory_.In("key.pem"), certificate());
    server_ = std::make_unique<httplib::SSLServer>(certificate().c_str(),
                                                   directory_.In("key.pem").c_str());
    if (version_max != 0) {
      SSL_CTX_set_security_level(server_->ssl_context(), 0);
      SSL_CTX_set_min_proto_version(server_->ssl_context(), 0);
      SSL_CTX_set_max_proto_version(server_->ssl_context(), version_max);
    }
    server_->set_keep_alive_timeout(1);  // Its end waits for as long.
    server_->Post("/hook", [this](const httplib::Request&, httplib::Response&) { ++requests_; });
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running()) {
      std::this_thread::yield();
    }
  }
  ~TlsReceiver() {
    server_->stop();
    thread_.join();
  }
  TlsReceiver(const TlsReceiver&) = delete;
  TlsReceiver& operator=(const TlsReceiver&) = delete;

  [[nodiscard]] std::string certificate() const { return directory_.In("certificate.pem"); }
  [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  test_support::TemporaryDirectory directory_;
  std::unique_ptr<httplib::SSLServer> server_;
  std::atomic<int> requests_{0};
  int port_ = 0;
  std::thread thread_;
};

class Reach : public ::testing::Test {
 protected:
  void Start(const HttpSenderOptions& options) { sender_ = Must(HttpSender::Start(options)); }

  AttemptOutcome SendTo(const std::string& url, bool allow_insecure = false) {
    const std::string id = "msg_" + std::to_string(outcomes_.size());
    const auto endpoint = TestEndpoint("shop", url);
    endpoint->allow_insecure = allow_insecure;
    sender_->Send(TestAttempt(endpoint, id), outcomes_.Of(id));
    return outcomes_.Wait(id);
  }

  TestInternet internet_;
  Outcomes outcomes_;
  std::unique_ptr<HttpSender> sender_ = Must(HttpSender::Start({}));
};

TEST_F(Reach, NoNameLeadsToAnAddressThatIsNotPublic) {
  for (const char* address :
       {"127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
        "::1", "::", "fd00::1", "fe80::1", "::ffff:127.0.0.1", "::ffff:93.184.216.34",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "ff02::1"}) {
    internet_.Name("shop.test", {address});
    Start({});  // It remembers no name.
    const AttemptOutcome outcome = SendTo("https://shop.test/hook");
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.error, HasSubstr("not sent: ")) << address;
    EXPECT_THAT(outcome.error, HasSubstr("not a public address")) << address;
  }
  EXPECT_THAT(internet_.connected(), IsEmpty());
}

TEST_F(Reach, NorDoesAnySpellingOfIt) {
  internet_.Name("localhost.", {"127.0.0.1"});  // The other localhost libcurl knows by itself.
  for (const char* host :
       {"127.1", "0x7f000001", "2130706433", "017700000001", "0", "[::1]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "localhost", "localhost.", "LOCALHOST", "127.0.0.1", "%31%32%37.1"}) {
    EXPECT_THAT(SendTo(std::string("https://") + host + "/hook").error,
                HasSubstr("not a public address"))
        << host;
  }
  EXPECT_THAT(internet_.connected(), IsEmpty());
}

TEST_F(Reach, OneAddressThatIsNotPublicEndsTheAttempt) {
  internet_.Name("first.test", {"127.0.0.1", kPublic});
  EXPECT_THAT(SendTo("https://first.test/").error, HasSubstr("127.0.0.1 is loopback"));
  EXPECT_THAT(internet_.connected(), IsEmpty());
  internet_.Name("second.test", {kPublic, "10.0.0.1", "8.8.8.8"});
  EXPECT_THAT(SendTo("https://second.test/").error, HasSubstr("10.0.0.1 is private"));
  EXPECT_THAT(internet_.connected(), ElementsAre(kPublic));
}

TEST_F(Reach, HttpNeedsAllowInsecure) {
  TestReceiver receiver(Answer(Response(200)));
  internet_.Name("shop.test", {kPublic});
  internet_.Host(kPublic, receiver.port());
  EXPECT_EQ(SendTo("http://shop.test/hook").status, 0);
  EXPECT_EQ(receiver.connections(), 0);
  EXPECT_EQ(SendTo("http://shop.test/hook", true).status, 200);
}

TEST_F(Reach, OnlyWhoProvesTheNameGetsAnything) {
  TlsReceiver receiver;
  for (const char* address : {kPublic, kOtherPublic}) {
    internet_.Host(address, receiver.port());
  }
  internet_.Name("shop.test", {kPublic});
  internet_.Name("other.test", {kOtherPublic});
  EXPECT_THAT(SendTo("https://shop.test/hook").error, HasSubstr("certificate"));
  // Not even allow_insecure takes a certificate that nobody vouches for.
  EXPECT_THAT(SendTo("https://shop.test/hook", true).error, HasSubstr("certificate"));
  Start({.ca_file = receiver.certificate()});
  EXPECT_THAT(SendTo("https://other.test/hook").error, HasSubstr("other.test"));
  EXPECT_EQ(receiver.requests(), 0);
  EXPECT_EQ(SendTo("https://shop.test/hook"), (AttemptOutcome{.status = 200}));
  EXPECT_EQ(receiver.requests(), 1);
}

TEST_F(Reach, OldTlsIsRefused) {
  TlsReceiver receiver(TLS1_1_VERSION);
  internet_.Host(kPublic, receiver.port());
  internet_.Name("shop.test", {kPublic});
  Start({.ca_file = receiver.certificate()});
  EXPECT_EQ(SendTo("https://shop.test/hook").status, 0);
  EXPECT_EQ(receiver.requests(), 0);
}

// The connection is there already, made by an endpoint that may go where this one may not.
TEST_F(Reach, ConnectionsThatAreUsedAgainAreLookedAtToo) {
  TlsReceiver receiver;
  internet_.Host("10.0.0.1", receiver.port());
  internet_.Name("shop.test", {"10.0.0.1"});
  Start({.ca_file = receiver.certificate()});
  EXPECT_EQ(SendTo("https://shop.test/hook", true).status, 200);
  EXPECT_THAT(SendTo("https://shop.test/hook").error, HasSubstr("10.0.0.1 is private"));
  EXPECT_EQ(receiver.requests(), 1);
  EXPECT_EQ(SendTo("https://shop.test/hook", true).status, 200);
}

TEST_F(Reach, AResolverThatDoesNotAnswerHoldsUpNobody) {
  TestReceiver receiver(Answer(Response(200)));
  internet_.Name("shop.test", {kPublic});
  internet_.Host(kPublic, receiver.port());
  internet_.Stall("stalled.test");
  Start({.connect_timeout = std::chrono::hours(1), .total_timeout = std::chrono::hours(1)});
  sender_->Send(TestAttempt(TestEndpoint("stalled", "http://stalled.test/"), "stalled"),
                outcomes_.Of("stalled"));
  internet_.WaitForStalled();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(SendTo("http://shop.test/hook", true).status, 200);
  }
  EXPECT_FALSE(outcomes_.Has("stalled"));
  // Nor is the end held up: the name is released after it.
  sender_.reset();
  EXPECT_THAT(outcomes_.Wait("stalled").error, HasSubstr("the sender stops"));
}

TEST_F(Reach, AnAttemptEndsInTimeThoughItsNameIsStillBeingResolved) {
  internet_.Stall("stalled.test");
  Start({.connect_timeout = std::chrono::milliseconds(100)});
  EXPECT_THAT(SendTo("https://stalled.test/").error, HasSubstr("timed out"));
  EXPECT_THAT(SendTo("https://127.0.0.1/").error, HasSubstr("not a public address"));
}

}  // namespace
}  // namespace paylog::notifier
