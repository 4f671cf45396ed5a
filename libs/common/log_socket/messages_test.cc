#include "paylog/log_socket/messages.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/test_support/must.h"

namespace paylog::log_socket {
namespace {

using base::ErrorCode;
using test_support::CodeOf;
using test_support::ErrorOf;
using test_support::Must;

const log::TopicPartition kPartition = {.topic = "payments.commands",
                                        .partition = base::PartitionId(3)};

std::vector<Request> AllRequests() {
  return {ListTopics{},
          Poll{.from = kPartition,
               .isolation = log::Isolation::kReadUncommitted,
               .position = base::Offset(17),
               .records_max = 10,
               .bytes_max = 1'000,
               .wait_ms = 5},
          AskRange{.of = kPartition},
          AskCommitted{.group = "paylog-ledger", .from = kPartition},
          Produce{.records = {{.to = kPartition,
                               .record = {.key = "alice",
                                          .value = std::string("{}\0x", 4),
                                          .headers = {{"a", "b"}, {"", ""}},
                                          .timestamp = base::TimestampMs(-1)}},
                              {.to = kPartition, .record = {.value = "", .headers = {}}}}},
          Flush{},
          AskCut{}};
}

TEST(Messages, RequestsComeOutAsTheyWentIn) {
  for (const Request& request : AllRequests()) {
    EXPECT_EQ(Must(DecodeRequest(EncodeRequest(request))), request) << request.index();
  }
  EXPECT_EQ(AllRequests().size(), std::variant_size_v<Request>);
}

TEST(Messages, RequestsThatAreCutOffOrGoOnAreRefused) {
  for (const Request& request : AllRequests()) {
    const std::string bytes = EncodeRequest(request);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(CodeOf(DecodeRequest(bytes.substr(0, size))), ErrorCode::kInvalidArgument)
          << request.index() << " cut at " << size;
    }
    EXPECT_EQ(CodeOf(DecodeRequest(bytes + 'x')), ErrorCode::kInvalidArgument);
  }
}

TEST(Messages, NumbersOutOfRangeAreRefused) {
  EXPECT_FALSE(DecodeRequest(std::string(1, '\x07')).has_value()) << "no such request";
  std::string isolation = EncodeRequest(AskRange{.of = kPartition});
  isolation.back() = '\x02';
  EXPECT_FALSE(DecodeRequest(isolation).has_value());
  // More records than the message has bytes.
  EXPECT_FALSE(DecodeRequest("\x04\xff\xff\xff\xff\x7f").has_value());
  EXPECT_FALSE(DecodeDone(std::string(1, '\x02')).has_value());
}

TEST(Messages, AnswersComeOutAsTheyWentIn) {
  const std::vector<log::TopicSpec> topics = {
      {.name = "a", .partition_count = 3, .retention = log::Retention::kCompact},
      {.name = "b", .timestamps = log::TimestampType::kLogAppend, .record_bytes_max = 5}};
  EXPECT_EQ(Must(DecodeTopics(EncodeTopics(topics))), topics);

  const log::PolledRecords polled{.records = {{.offset = base::Offset(4),
                                               .key = std::nullopt,
                                               .value = "v",
                                               .headers = {{"h", "x"}},
                                               .timestamp = base::TimestampMs(9)}},
                                  .next = base::Offset(7)};
  const log::PolledRecords read = Must(DecodePolled(EncodePolled(polled)));
  EXPECT_EQ(read.records, polled.records);
  EXPECT_EQ(read.next, polled.next);

  const PartitionRange range{.beginning = base::Offset(1), .end = base::Offset(2)};
  EXPECT_EQ(Must(DecodeRange(EncodeRange(range))), range);
  EXPECT_EQ(Must(DecodeCommitted(EncodeCommitted(std::nullopt))), std::nullopt);
  EXPECT_EQ(Must(DecodeCommitted(EncodeCommitted(base::Offset(5)))), base::Offset(5));
  const log::LogCut cut{.ends = {{kPartition, base::Offset(8)}},
                        .offsets = {{{"paylog-ledger", kPartition}, base::Offset(6)}}};
  EXPECT_EQ(Must(DecodeCut(EncodeCut(cut))), cut);
  Must(DecodeDone(EncodeDone()));
}

TEST(Messages, ErrorsPassWholeWhateverWasAsked) {
  const base::Error error{
      .code = ErrorCode::kShutdown, .context = "why", .retriable = true, .fatal = true};
  const std::string answer = EncodeError(error);
  for (const base::Error& read :
       {ErrorOf(DecodeTopics(answer)), ErrorOf(DecodePolled(answer)), ErrorOf(DecodeCut(answer))}) {
    EXPECT_EQ(read.code, error.code);
    EXPECT_EQ(read.context, error.context);
    EXPECT_TRUE(read.retriable && read.fatal);
  }
  EXPECT_EQ(CodeOf(DecodeDone(answer)), ErrorCode::kShutdown);
  EXPECT_EQ(CodeOf(DecodeDone(answer.substr(0, 3))), ErrorCode::kInvalidArgument);
}

TEST(Messages, GreetingsOfLaterVersionsCanBeRead) {
  Greeting greeting{.pid = 42, .refusal = "full"};
  EXPECT_EQ(Must(DecodeGreeting(EncodeGreeting(greeting))), greeting);
  EXPECT_FALSE(DecodeGreeting(EncodeGreeting(greeting) + "more").has_value());
  greeting.version = kProtocolVersion + 1;
  EXPECT_EQ(Must(DecodeGreeting(EncodeGreeting(greeting) + "more")), greeting);
  EXPECT_FALSE(DecodeGreeting("HTTP/1.1 400 Bad Request").has_value());
}

TEST(Messages, AnyBytesAreReadOrRefused) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = EncodeRequest(AllRequests()[random() % std::variant_size_v<Request>]);
    for (std::uint32_t change = 0; change < random() % 3; ++change) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    bytes.resize(random() % 4 == 0 ? random() % (bytes.size() + 1) : bytes.size());
    if (const auto request = DecodeRequest(bytes)) {
      EXPECT_EQ(Must(DecodeRequest(EncodeRequest(*request))), *request);
      ++read;
    }
    (void)DecodeTopics(bytes).has_value();
    (void)DecodePolled(bytes).has_value();
    (void)DecodeCut(bytes).has_value();
    (void)DecodeGreeting(bytes).has_value();
  }
  EXPECT_GT(read, 1'000);
}

}  // namespace
}  // namespace paylog::log_socket
