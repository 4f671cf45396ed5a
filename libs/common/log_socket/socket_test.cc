#include <algorithm>
#include <atomic>
#include <filesystem>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paylog/log_socket/socket_log.h"
#include "paylog/log_socket/socket_server.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/payment_log.h"

// Owner and clients over real sockets, within one process.
namespace paylog::log_socket {
namespace {

using base::Error;
using base::ErrorCode;
using base::Offset;
using test_support::CodeOf;
using test_support::ErrorOf;
using test_support::Must;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const log::TopicPartition kCommands =
    runtime::Partition(runtime::kCommandsTopic, base::PartitionId(0));

class SocketTest : public testing::Test {
 protected:
  SocketTest() { Serve(); }

  void Serve(std::size_t sessions_max = 8) {
    server_.reset();
    server_ = Must(SocketServer::Start(payments_.log(),
                                       [] { return base::Result<log::LogCut>(log::LogCut()); },
                                       {.directory = Directory(),
                                        .writable = {kCommands.topic, "nowhere"},
                                        .sessions_max = sessions_max}));
  }
  [[nodiscard]] std::string Directory() const { return payments_.In("."); }
  std::unique_ptr<SocketLog> Connect() { return Must(SocketLog::Connect(Directory())); }
  static void Produce(SocketLog& log, const std::vector<std::string>& values) {
    const auto producer = Must(log.NewProducer());
    for (const std::string& value : values) {
      Must(producer->Send(kCommands, {.key = "k", .value = value, .headers = {}}));
    }
    Must(producer->Flush());
  }
  std::vector<std::string> Commands() { return payments_.Values(runtime::kCommandsTopic, 0); }

  test_support::PaymentLog payments_{1};
  std::unique_ptr<SocketServer> server_;
};

TEST_F(SocketTest, AClientReadsAndProducesAsOnALogOfItsOwn) {
  const auto log = Connect();
  EXPECT_EQ(log->owner(), ::getpid());
  Produce(*log, {"one", "two", "three"});
  EXPECT_THAT(Commands(), ElementsAre("one", "two", "three"));
  const auto reader = Must(log->NewReader(kCommands, log::Isolation::kReadCommitted));
  EXPECT_EQ(Must(reader->BeginningOffset()), Offset(0));
  EXPECT_EQ(Must(reader->EndOffset()), Offset(3));
  Must(reader->Seek(Offset(1)));
  const auto polled = Must(reader->Poll({}));
  ASSERT_EQ(polled.records.size(), 2U);
  EXPECT_EQ(polled.records[0].value, "two");
  EXPECT_EQ(polled.records[0].key, "k");
  EXPECT_EQ(reader->position(), Offset(3));
  EXPECT_EQ(Must(log->ListTopics()), Must(payments_.log().ListTopics()));
  EXPECT_EQ(Must(log->CommittedOffset("nobody", kCommands)), std::nullopt);
  Must(log->CheckTopics(runtime::TopicSpecs(payments_.counts())));
  Must(log->CreateTopics(runtime::TopicSpecs(payments_.counts())));
}

TEST_F(SocketTest, ManyRecordsGoInSeveralRequests) {
  const auto log = Connect();
  const std::vector<std::string> values(3'000, std::string(1'000, 'x'));
  Produce(*log, values);
  EXPECT_EQ(Commands().size(), values.size());
}

TEST_F(SocketTest, WhatConcernsOneRecordIsSaidOfThatRecord) {
  const auto log = Connect();
  const auto producer = Must(log->NewProducer());
  Must(producer->Send(kCommands, {.value = "one", .headers = {}}));
  EXPECT_EQ(
      CodeOf(producer->Send(kCommands, {.value = std::string(2'000'000, 'x'), .headers = {}})),
      ErrorCode::kMessageTooLarge);
  EXPECT_EQ(CodeOf(producer->Send({.topic = "nowhere", .partition = base::PartitionId(0)},
                                  {.value = "x", .headers = {}})),
            ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(producer->Send({.topic = kCommands.topic, .partition = base::PartitionId(7)},
                                  {.value = "x", .headers = {}})),
            ErrorCode::kNotFound);
  Must(producer->Flush());
  EXPECT_THAT(Commands(), ElementsAre("one"));
}

TEST_F(SocketTest, WhatIsTheOwnersAloneIsRefused) {
  const auto log = Connect();
  const Error error = ErrorOf(log->NewWriter("ledger-0"));
  EXPECT_EQ(error.code, ErrorCode::kRefused);
  EXPECT_THAT(error.context, HasSubstr("process " + std::to_string(::getpid())));
  EXPECT_EQ(CodeOf(log->JoinGroup("g", {kCommands.topic})), ErrorCode::kRefused);
  EXPECT_EQ(CodeOf(log->CreateTopics(std::vector<log::TopicSpec>{{.name = "mine"}})),
            ErrorCode::kRefused);
  EXPECT_EQ(CodeOf(log->NewReader({.topic = "nowhere", .partition = base::PartitionId(0)},
                                  log::Isolation::kReadCommitted)),
            ErrorCode::kNotFound);
}

TEST_F(SocketTest, AFollowerHearsOfWhatOthersWriteAndCanBeWoken) {
  const auto follower = Connect();
  const auto reader = Must(follower->NewReader(kCommands, log::Isolation::kReadCommitted));
  std::atomic<bool> seen{false};
  std::thread following([&] {
    const auto polled = Must(reader->Poll({.wait = std::chrono::minutes(1)}));
    EXPECT_EQ(polled.records.size(), 1U);
    seen = true;
    EXPECT_TRUE(Must(reader->Poll({.wait = std::chrono::minutes(1)})).records.empty());
  });
  const auto other = Connect();
  Produce(*other, {"one"});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!seen && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(seen);
  reader->Wakeup();
  following.join();
}

TEST_F(SocketTest, TheEndOfTheOwnerIsSaidAtOnceAndForEver) {
  const auto log = Connect();
  const auto reader = Must(log->NewReader(kCommands, log::Isolation::kReadCommitted));
  const auto producer = Must(log->NewProducer());
  Must(producer->Send(kCommands, {.value = "one", .headers = {}}));
  std::thread ending([&] { server_.reset(); });
  base::Result<log::PolledRecords> polled = reader->Poll({.wait = std::chrono::minutes(1)});
  ending.join();
  EXPECT_EQ(CodeOf(polled), ErrorCode::kUnavailable);
  EXPECT_THAT(polled.error().context, HasSubstr("has ended"));
  EXPECT_FALSE(polled.error().retriable) << "a follower would ask a dead owner for ever";
  EXPECT_EQ(CodeOf(producer->Flush()), ErrorCode::kUnavailable);
  EXPECT_EQ(CodeOf(log->ListTopics()), ErrorCode::kUnavailable);
  EXPECT_FALSE(std::filesystem::exists(payments_.In(kSocketName)));
  EXPECT_EQ(CodeOf(SocketLog::Connect(Directory())), ErrorCode::kNotFound);
  Serve();
  Produce(*Connect(), {"two"});
  EXPECT_THAT(Commands(), ElementsAre("two")) << "the first was never acknowledged, nor written";
}

TEST_F(SocketTest, OnlyItsUserMayConnect) {
  struct stat status {};
  ASSERT_EQ(::stat(payments_.In(kSocketName).c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(SocketTest, ASocketThatADeadOwnerLeftIsReplaced) {
  server_.reset();
  // A socket that nobody listens on, as a kill leaves it.
  { const Connection left = Must(Listen(Directory())); }
  ASSERT_TRUE(std::filesystem::exists(payments_.In(kSocketName)));
  EXPECT_EQ(CodeOf(SocketLog::Connect(Directory())), ErrorCode::kNotFound);
  Serve();
  Produce(*Connect(), {"one"});
  EXPECT_THAT(Commands(), ElementsAre("one"));
}

// An address has 107 bytes; a directory's path may have thousands.
TEST_F(SocketTest, TheDirectoryMayLieDeep) {
  std::string deep = payments_.In("deep");
  for (int i = 0; i < 5; ++i) {
    deep += '/' + std::string(60, 'd');
  }
  std::filesystem::create_directories(deep);
  const auto server = Must(
      SocketServer::Start(payments_.log(), [] { return base::Result<log::LogCut>(log::LogCut()); },
                          {.directory = deep, .writable = {kCommands.topic}}));
  Produce(*Must(SocketLog::Connect(deep)), {"one"});
  EXPECT_THAT(Commands(), ElementsAre("one"));
}

TEST_F(SocketTest, OneTooManyIsToldSoAndTheOthersGoOn) {
  Serve(/*sessions_max=*/2);
  auto first = Connect();
  const auto second = Connect();
  const Error error = ErrorOf(SocketLog::Connect(Directory()));
  EXPECT_EQ(error.code, ErrorCode::kBusy);
  EXPECT_THAT(error.context, HasSubstr("2 others use the log"));
  EXPECT_FALSE(Must(second->ListTopics()).empty());
  first.reset();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  base::Result<std::unique_ptr<SocketLog>> next = error;
  while (!next && std::chrono::steady_clock::now() < deadline) {
    next = SocketLog::Connect(Directory());
  }
  EXPECT_TRUE(next.has_value()) << "a place that was left is free";
}

// It dies at every byte of a produce; what came whole was acknowledged or not, nothing else shows.
TEST_F(SocketTest, AClientThatDiesLeavesWholeRecordsOnly) {
  const std::string frame = EncodeRequest(log_socket::Produce{
      .records = {{.to = kCommands, .record = {.value = "whole", .headers = {}}}}});
  std::string bytes(4, '\0');
  bytes[0] = static_cast<char>(frame.size());
  bytes += frame;
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    Connection connection = Must(log_socket::Connect(Directory()));
    Must(connection.Receive());
    ASSERT_EQ(::send(connection.descriptor(), bytes.data(), size, MSG_NOSIGNAL),
              static_cast<ssize_t>(size));
  }
  server_.reset();  // All sessions have ended.
  EXPECT_THAT(Commands(), IsEmpty());
}

TEST_F(SocketTest, NonsenseEndsItsConnectionOnly) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr int kClients = 100;
  Serve(/*sessions_max=*/kClients + 2);  // Those that were dropped may still hold their places.
  const auto good = Connect();
  for (int i = 0; i < kClients; ++i) {
    Connection connection = Must(log_socket::Connect(Directory()));
    Must(connection.Receive());
    std::string bytes(random() % 200, '\0');
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(random() % 9); });
    (void)::send(connection.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    connection.Shutdown();
  }
  EXPECT_FALSE(Must(good->ListTopics()).empty());
  Connection huge = Must(log_socket::Connect(Directory()));
  Must(huge.Receive());
  ASSERT_EQ(::send(huge.descriptor(), "\xff\xff\xff\xff", 4, MSG_NOSIGNAL), 4);
  EXPECT_FALSE(Must(huge.Receive()).has_value()) << "the owner hangs up";
}

// One that asks for much and takes nothing.
TEST_F(SocketTest, AStalledClientHoldsUpNobody) {
  payments_.Produce(kCommands, std::vector<log::Record>(
                                   5'000, {.value = std::string(1'000, 'x'), .headers = {}}));
  Connection stalled = Must(log_socket::Connect(Directory()));
  Must(stalled.Receive());
  for (int i = 0; i < 50; ++i) {
    Must(stalled.Send(EncodeRequest(log_socket::Poll{
        .from = kCommands, .position = Offset(0), .records_max = 10'000, .bytes_max = 4'000'000})));
  }
  Produce(*Connect(), {"one"});
  EXPECT_EQ(Commands().size(), 5'001U);
  server_.reset();  // Ends, though the stalled one takes nothing.
}

}  // namespace
}  // namespace paylog::log_socket
