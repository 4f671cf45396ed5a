#include <future>
#include <string>
#include <thread>
#include <vector>

#include "log_contract.h"

namespace paylog::contract {
namespace {

TEST_P(ReadingContract, GoesOnFromWhereASeekPutIt) {
  const log::TopicPartition from = At(MakeTopic("seek"));
  Produce(from, {ValueRecord("0"), ValueRecord("1"), ValueRecord("2"), ValueRecord("3")});
  const std::vector<log::StoredRecord> all = ReadAll(from);
  ASSERT_EQ(all.size(), 4U);
  const auto reader = Must(log().NewReader(from, log::Isolation::kReadCommitted));
  for (const std::size_t i : {2U, 0U, 3U}) {
    Must(reader->Seek(all[i].offset));
    EXPECT_EQ(reader->position(), all[i].offset);
    const log::PolledRecords polled = Must(reader->Poll({.records_max = 1, .wait = kPatience}));
    ASSERT_EQ(polled.records.size(), 1U);
    EXPECT_EQ(polled.records[0], all[i]);
    EXPECT_GT(polled.next, all[i].offset);
    EXPECT_EQ(reader->position(), polled.next);
  }
}

TEST_P(ReadingContract, OutsideThePartitionIsRefused) {
  const log::TopicPartition from = At(MakeTopic("range"));
  Produce(from, {ValueRecord("a")});
  ReadCount(from, 1);
  const auto reader = Must(log().NewReader(from, log::Isolation::kReadCommitted));
  for (const base::Offset outside :
       {base::Offset(Must(reader->EndOffset()).value() + 100), base::Offset(-1)}) {
    const base::Result<void> sought = reader->Seek(outside);
    const base::Result<log::PolledRecords> polled =
        sought ? reader->Poll({.wait = kPatience})
               : base::Result<log::PolledRecords>(sought.error());
    EXPECT_EQ(CodeOf(polled), base::ErrorCode::kOffsetOutOfRange);
  }
}

TEST_P(ReadingContract, EndsBehindTheLastRecord) {
  const log::TopicPartition from = At(MakeTopic("end"));
  const auto reader = Must(log().NewReader(from, log::Isolation::kReadCommitted));
  EXPECT_EQ(Must(reader->BeginningOffset()), Must(reader->EndOffset()));
  Produce(from, {ValueRecord("a"), ValueRecord("b")});
  const std::vector<log::StoredRecord> all = ReadCount(from, 2);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_GT(Must(reader->EndOffset()), all[1].offset);
  EXPECT_LE(Must(reader->BeginningOffset()), all[0].offset);
  Must(reader->Seek(Must(reader->EndOffset())));
  EXPECT_TRUE(Must(reader->Poll({})).records.empty());
}

// Where the log is another process, reading ahead is reading what is committed.
TEST_P(ReadingContract, AheadSeesNothingThatIsNotCommitted) {
  const log::TopicPartition from = At(MakeTopic("ahead"));
  const auto ahead = Must(log().NewReader(from, log::Isolation::kReadAhead));
  const auto writer = NewWriter("w");
  CommitValues(*writer, from, {"a"});
  Must(writer->Begin());
  Must(writer->Append(from, ValueRecord("never")));
  Must(writer->Abort());
  CommitValues(*writer, from, {"b"});
  Must(writer->Begin());
  Must(writer->Append(from, ValueRecord("open")));
  std::vector<std::string> seen;
  const auto begun = std::chrono::steady_clock::now();
  while (seen.size() < 2 && std::chrono::steady_clock::now() < begun + kPatience) {
    for (const log::StoredRecord& record : Must(ahead->Poll({.wait = kPatience})).records) {
      seen.push_back(record.value);
    }
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(Must(ahead->Poll({.wait = std::chrono::milliseconds(20)})).records.empty());
  Must(writer->Abort());
}

TEST_P(ReadingContract, KeepsToItsLimits) {
  const log::TopicPartition from = At(MakeTopic("limits"));
  std::vector<log::Record> written;
  for (int i = 0; i < 40; ++i) {
    written.push_back(ValueRecord(std::string(1'000, static_cast<char>('a' + i % 26))));
  }
  Produce(from, written);
  ReadCount(from, 40);
  const auto reader = Must(log().NewReader(from, log::Isolation::kReadCommitted));
  Must(reader->Seek(Must(reader->BeginningOffset())));
  std::vector<std::string> read;
  for (bool by_count = true; read.size() < written.size(); by_count = !by_count) {
    const log::PolledRecords polled =
        Must(reader->Poll(by_count ? log::PollLimits{.records_max = 3, .wait = kPatience}
                                   : log::PollLimits{.bytes_max = 2'500, .wait = kPatience}));
    ASSERT_FALSE(polled.records.empty());
    ASSERT_LE(polled.records.size(), by_count ? 3U : 2U);
    for (const log::StoredRecord& record : polled.records) {
      read.push_back(record.value);
    }
  }
  for (std::size_t i = 0; i < written.size(); ++i) {
    EXPECT_EQ(read[i], written[i].value);
  }
  // A record that is larger than the limit still comes, alone.
  Must(reader->Seek(Must(reader->BeginningOffset())));
  EXPECT_EQ(Must(reader->Poll({.bytes_max = 10, .wait = kPatience})).records.size(), 1U);
}

TEST_P(ReadingContract, WaitsUntilARecordComes) {
  const log::TopicPartition from = At(MakeTopic("wait"));
  const auto reader = Must(log().NewReader(from, log::Isolation::kReadCommitted));
  Must(reader->Seek(Must(reader->EndOffset())));
  std::promise<void> polling;
  std::thread producer([&] {
    polling.get_future().wait();
    Produce(from, {ValueRecord("at last")});
  });
  polling.set_value();
  const log::PolledRecords polled = Must(reader->Poll({.wait = kPatience}));
  producer.join();
  EXPECT_EQ(ValuesOf(polled.records), std::vector<std::string>{"at last"});
}

TEST_P(ReadingContract, GivesUpWhenTheWaitIsOver) {
  const log::TopicPartition from = At(MakeTopic("idle"));
  const auto reader = Must(log().NewReader(from, log::Isolation::kReadCommitted));
  EXPECT_TRUE(Must(reader->Poll({})).records.empty());
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(Must(reader->Poll({.wait = std::chrono::milliseconds(50)})).records.empty());
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(45));
}

TEST_P(ReadingContract, IsWokenWhileItWaitsOrBeforeIt) {
  const log::TopicPartition from = At(MakeTopic("wakeup"));
  const auto reader = Must(log().NewReader(from, log::Isolation::kReadCommitted));
  const auto begun = std::chrono::steady_clock::now();
  reader->Wakeup();
  EXPECT_TRUE(Must(reader->Poll({.wait = kPatience})).records.empty());
  std::thread waker([&] { reader->Wakeup(); });
  EXPECT_TRUE(Must(reader->Poll({.wait = kPatience})).records.empty());
  waker.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kPatience);
}

}  // namespace
}  // namespace paylog::contract
