#include <string>
#include <vector>

#include "log_contract.h"

namespace paylog::contract {
namespace {

TEST_P(RecordsContract, KeepTheirOrderWithinAPartition) {
  const log::TopicPartition to = At(MakeTopic("order"));
  const auto writer = NewWriter("w");
  std::vector<std::string> written;
  for (int i = 0; i < 50; ++i) {
    written.push_back(std::to_string(2 * i));
    written.push_back(std::to_string(2 * i + 1));
    CommitValues(*writer, to, {written[written.size() - 2], written.back()});
  }
  const std::vector<log::StoredRecord> records = ReadAll(to);
  EXPECT_EQ(ValuesOf(records), written);
  for (std::size_t i = 1; i < records.size(); ++i) {
    EXPECT_LT(records[i - 1].offset, records[i].offset);
  }
}

TEST_P(RecordsContract, ComeBackAsTheyWereWritten) {
  const log::TopicPartition to = At(MakeTopic("as-written"));
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) {
    all_bytes.push_back(static_cast<char>(i));
  }
  std::vector<log::Record> written = {
      ValueRecord("no key"),
      KeyedRecord("", "empty key"),
      KeyedRecord("key", ""),
      KeyedRecord(all_bytes, all_bytes),
      KeyedRecord("large", std::string(200'000, 'x')),
      KeyedRecord("headers", "value"),
  };
  written.back().headers = {{.name = "a", .value = "1"},
                            {.name = "a", .value = "again"},
                            {.name = "empty", .value = ""},
                            {.name = "bytes", .value = all_bytes}};
  Produce(to, written);
  const std::vector<log::StoredRecord> records = ReadAll(to);
  ASSERT_EQ(records.size(), written.size());
  for (std::size_t i = 0; i < written.size(); ++i) {
    EXPECT_EQ(records[i].key, written[i].key);
    EXPECT_EQ(records[i].value, written[i].value);
    EXPECT_EQ(records[i].headers, written[i].headers);
  }
  EXPECT_EQ(records.back().FindHeader("a"), "1");
  EXPECT_EQ(records.back().FindHeader("none"), std::nullopt);
}

TEST_P(RecordsContract, KeepTheProducersTimestampWhereTheTopicSaysSo) {
  const log::TopicPartition to =
      At(MakeTopicAs({.name = "producer-time", .timestamps = log::TimestampType::kProducer}));
  std::vector<log::Record> written = {ValueRecord("a"), ValueRecord("b"), ValueRecord("c")};
  written[0].timestamp = base::TimestampMs(1'700'000'000'500);
  written[1].timestamp = base::TimestampMs(1'600'000'000'000);
  written[2].timestamp = base::TimestampMs(1'700'000'000'501);
  Produce(to, written);
  const std::vector<log::StoredRecord> records = ReadAll(to);
  ASSERT_EQ(records.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(records[i].timestamp, written[i].timestamp);
  }
}

TEST_P(RecordsContract, GetTheLogsTimestampWhereTheTopicSaysSo) {
  const log::TopicPartition to =
      At(MakeTopicAs({.name = "append-time", .timestamps = log::TimestampType::kLogAppend}));
  log::Record ancient = ValueRecord("a");
  ancient.timestamp = base::TimestampMs(1);
  Produce(to, {ancient});
  const auto writer = NewWriter("w");
  CommitValues(*writer, to, {"b"});
  const std::vector<log::StoredRecord> records = ReadAll(to);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_GT(records[0].timestamp, ancient.timestamp);
  EXPECT_GE(records[1].timestamp, records[0].timestamp);
}

TEST_P(RecordsContract, OfAProducerAreThereAfterFlush) {
  const std::string topic = MakeTopic("flushed", 2);
  std::vector<log::Record> written;
  for (int i = 0; i < 5'000; ++i) {
    written.push_back(KeyedRecord("k" + std::to_string(i), std::to_string(i)));
  }
  Produce(At(topic, 1), written);
  const std::vector<log::StoredRecord> records = ReadAll(At(topic, 1));
  ASSERT_EQ(records.size(), written.size());
  for (std::size_t i = 0; i < written.size(); ++i) {
    ASSERT_EQ(records[i].value, written[i].value);
  }
  EXPECT_TRUE(ReadAll(At(topic, 0)).empty());
}

TEST_P(RecordsContract, ThatAProducerCannotSendDoNotDisturbTheOthers) {
  const std::string topic = MakeTopicAs({.name = "limited", .record_bytes_max = 1'000});
  const auto producer = Must(log().NewProducer());
  Must(producer->Send(At(topic), ValueRecord("a")));
  EXPECT_EQ(CodeOf(producer->Send(At(topic), ValueRecord(std::string(1'001, 'x')))),
            base::ErrorCode::kMessageTooLarge);
  EXPECT_EQ(CodeOf(producer->Send(At(topic, 7), ValueRecord("x"))), base::ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(producer->Send(At(Name("no-such-topic")), ValueRecord("x"))),
            base::ErrorCode::kNotFound);
  Must(producer->Send(At(topic), ValueRecord("b")));
  Must(producer->Flush());
  EXPECT_EQ(ValuesOf(ReadAll(At(topic))), (std::vector<std::string>{"a", "b"}));
}

TEST_P(TopicsContract, AreMadeOnceAndListedInOrder) {
  const std::vector<log::TopicSpec> specs = {
      {.name = Name("b"), .partition_count = 3, .timestamps = log::TimestampType::kLogAppend},
      {.name = Name("a"), .retention = log::Retention::kCompact, .record_bytes_max = 2'000}};
  Must(log().CreateTopics(specs));
  Must(log().CreateTopics(specs));
  std::vector<log::TopicSpec> listed;
  for (const log::TopicSpec& spec : Must(log().ListTopics())) {
    if (spec.name == specs[0].name || spec.name == specs[1].name) {
      listed.push_back(spec);
    }
  }
  EXPECT_EQ(listed, (std::vector<log::TopicSpec>{specs[1], specs[0]}));
}

TEST_P(TopicsContract, WithAnotherDefinitionAreRefusedAndNothingIsMade) {
  const std::string existing = MakeTopic("existing", 2);
  const std::vector<log::TopicSpec> specs = {{.name = Name("new")},
                                             {.name = existing, .partition_count = 4}};
  const base::Result<void> made = log().CreateTopics(specs);
  ASSERT_EQ(CodeOf(made), base::ErrorCode::kAlreadyExists);
  EXPECT_NE(made.error().context.find("partition_count"), std::string::npos)
      << made.error().ToString();
  EXPECT_EQ(CodeOf(log().NewReader(At(Name("new")), log::Isolation::kReadCommitted)),
            base::ErrorCode::kNotFound);
}

TEST_P(TopicsContract, AreCheckedAgainstWhatTheyMustBe) {
  const std::vector<log::TopicSpec> specs = {
      {.name = Name("kept"), .partition_count = 2},
      {.name = Name("appended"), .timestamps = log::TimestampType::kLogAppend}};
  EXPECT_EQ(CodeOf(log().CheckTopics(specs)), base::ErrorCode::kNotFound);
  Must(log().CreateTopics(specs));
  Must(log().CheckTopics(specs));
  const auto expect_refused = [&](log::TopicSpec changed, const std::string& what) {
    const base::Result<void> checked =
        log().CheckTopics(std::vector<log::TopicSpec>{specs[0], changed});
    ASSERT_EQ(CodeOf(checked), base::ErrorCode::kAlreadyExists) << what;
    EXPECT_NE(checked.error().context.find(what), std::string::npos) << checked.error().ToString();
  };
  log::TopicSpec changed = specs[1];
  changed.partition_count = 5;
  expect_refused(changed, "partition_count is 1, not 5");
  changed = specs[1];
  changed.timestamps = log::TimestampType::kProducer;
  expect_refused(changed, "timestamps is log append, not producer");
  changed = specs[1];
  changed.retention = log::Retention::kCompact;
  expect_refused(changed, "retention is keep, not compact");
}

TEST_P(TopicsContract, ThatDoNotExistAreNotFound) {
  const std::string topic = MakeTopic("one", 1);
  const auto isolation = log::Isolation::kReadCommitted;
  EXPECT_EQ(CodeOf(log().NewReader(At(topic, 1), isolation)), base::ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(log().NewReader(At(topic, -1), isolation)), base::ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(log().NewReader(At(Name("none")), isolation)), base::ErrorCode::kNotFound);
}

}  // namespace
}  // namespace paylog::contract
