#include <string>
#include <vector>

#include "log_contract.h"

namespace paylog::contract {
namespace {

TEST_P(DurabilityContract, KeepsRecordsOffsetsAndTopics) {
  const std::string topic = MakeTopicAs(
      {.name = "kept", .partition_count = 2, .timestamps = log::TimestampType::kLogAppend});
  const std::vector<log::TopicSpec> topics = Must(log().ListTopics());
  std::vector<log::StoredRecord> before;
  {
    const auto writer = NewWriter("w");
    CommitValues(*writer, At(topic, 1), {"a", "b"});
    Must(writer->Begin());
    Must(writer->Append(At(topic, 1), KeyedRecord("k", "c")));
    Must(writer->CommitOffset(log::GroupMetadata::Standalone(Name("g")), At(topic, 0),
                              base::Offset(12)));
    Must(writer->Commit());
    before = ReadCount(At(topic, 1), 3);
  }
  Reopen();
  EXPECT_EQ(Must(log().ListTopics()), topics);
  EXPECT_EQ(ReadCount(At(topic, 1), 3), before);
  ExpectCommitted("g", At(topic, 0), base::Offset(12));
  ExpectCommitted("g", At(topic, 1), std::nullopt);
}

TEST_P(DurabilityContract, GoesOnBehindWhatWasThere) {
  const log::TopicPartition to =
      At(MakeTopicAs({.name = "going-on", .timestamps = log::TimestampType::kLogAppend}));
  std::vector<std::string> written;
  for (int round = 0; round < 3; ++round) {
    written.push_back("round " + std::to_string(round));
    Produce(to, {ValueRecord(written.back())});
    Reopen();
  }
  const std::vector<log::StoredRecord> records = ReadAll(to);
  EXPECT_EQ(ValuesOf(records), written);
  for (std::size_t i = 1; i < records.size(); ++i) {
    EXPECT_LT(records[i - 1].offset, records[i].offset);
    EXPECT_LE(records[i - 1].timestamp, records[i].timestamp);
  }
}

}  // namespace
}  // namespace paylog::contract
