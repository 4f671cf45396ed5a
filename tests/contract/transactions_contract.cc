#include <string>
#include <vector>

#include "log_contract.h"

namespace paylog::contract {
namespace {

using log::GroupMetadata;

TEST_P(TransactionsContract, BecomeVisibleInAllTopicsWithTheirOffsets) {
  const std::string a = MakeTopic("a", 2);
  const std::string b = MakeTopic("b");
  const auto writer = NewWriter("w");
  Must(writer->Begin());
  Must(writer->Append(At(a, 0), ValueRecord("a0")));
  Must(writer->Append(At(b), ValueRecord("b")));
  Must(writer->Append(At(a, 1), ValueRecord("a1")));
  Must(writer->CommitOffset(GroupMetadata::Standalone(Name("g")), At(b), base::Offset(17)));
  const auto reader = Must(log().NewReader(At(a, 0), log::Isolation::kReadCommitted));
  EXPECT_TRUE(Must(reader->Poll({.wait = std::chrono::milliseconds(20)})).records.empty());
  Must(writer->Commit());
  EXPECT_EQ(ValuesOf(ReadAll(At(a, 0))), std::vector<std::string>{"a0"});
  EXPECT_EQ(ValuesOf(ReadAll(At(a, 1))), std::vector<std::string>{"a1"});
  EXPECT_EQ(ValuesOf(ReadAll(At(b))), std::vector<std::string>{"b"});
  ExpectCommitted("g", At(b), base::Offset(17));
}

TEST_P(TransactionsContract, ThatWereAbortedLeaveNothing) {
  const log::TopicPartition to = At(MakeTopic("aborted"));
  const auto writer = NewWriter("w");
  Must(writer->Begin());
  Must(writer->Append(to, ValueRecord("never")));
  Must(writer->CommitOffset(GroupMetadata::Standalone(Name("g")), to, base::Offset(5)));
  Must(writer->Abort());
  CommitValues(*writer, to, {"after the abort"});
  EXPECT_EQ(ValuesOf(ReadAll(to)), std::vector<std::string>{"after the abort"});
  ExpectCommitted("g", to, std::nullopt);
}

TEST_P(TransactionsContract, ThatWereAbandonedLeaveNothing) {
  const log::TopicPartition to = At(MakeTopic("abandoned"));
  // A log may hold few records back, and then nothing of the transaction has left the writer.
  for (const int records : {1, 20'000}) {
    const auto writer = NewWriter("w");
    Must(writer->Begin());
    for (int i = 0; i < records; ++i) {
      Must(writer->Append(to, ValueRecord("never")));
    }
    Must(writer->CommitOffset(GroupMetadata::Standalone(Name("g")), to, base::Offset(5)));
  }
  const auto successor = NewWriter("w");
  CommitValues(*successor, to, {"the successor's"});
  EXPECT_EQ(ValuesOf(ReadAll(to)), std::vector<std::string>{"the successor's"});
  ExpectCommitted("g", to, std::nullopt);
}

TEST_P(TransactionsContract, MayBeEmptyOrHoldOffsetsAlone) {
  const log::TopicPartition from = At(MakeTopic("offsets-only"));
  const auto writer = NewWriter("w");
  Must(writer->Begin());
  Must(writer->Commit());
  Must(writer->Begin());
  Must(writer->CommitOffset(GroupMetadata::Standalone(Name("g")), from, base::Offset(3)));
  Must(writer->Commit());
  ExpectCommitted("g", from, base::Offset(3));
  EXPECT_TRUE(ReadAll(from).empty());
}

TEST_P(TransactionsContract, CountTheLastOffsetForAPartition) {
  const std::string topic = MakeTopic("last-offset", 2);
  const auto writer = NewWriter("w");
  const auto group = GroupMetadata::Standalone(Name("g"));
  Must(writer->Begin());
  Must(writer->CommitOffset(group, At(topic, 0), base::Offset(9)));
  Must(writer->CommitOffset(group, At(topic, 0), base::Offset(4)));
  Must(writer->Commit());
  ExpectCommitted("g", At(topic, 0), base::Offset(4));
  ExpectCommitted("g", At(topic, 1), std::nullopt);
  ExpectCommitted("another-group", At(topic, 0), std::nullopt);
}

TEST_P(TransactionsContract, WithARefusedRecordMustBeAborted) {
  const std::string topic = MakeTopicAs({.name = "refused", .record_bytes_max = 1'000});
  const auto writer = NewWriter("w");
  const std::vector<std::pair<log::TopicPartition, base::ErrorCode>> cases = {
      {At(Name("none")), base::ErrorCode::kNotFound},
      {At(topic, 3), base::ErrorCode::kNotFound},
      {At(topic), base::ErrorCode::kMessageTooLarge},
  };
  for (const auto& [to, code] : cases) {
    Must(writer->Begin());
    Must(writer->Append(At(topic), ValueRecord("never")));
    EXPECT_EQ(CodeOf(writer->Append(to, ValueRecord(std::string(1'001, 'x')))), code);
    const base::Result<void> committed = writer->Commit();
    ASSERT_EQ(CodeOf(committed), base::ErrorCode::kAbortRequired);
    EXPECT_EQ(log::RecoveryOf(committed.error()), log::Recovery::kAbortAndRewind);
    Must(writer->Abort());
  }
  CommitValues(*writer, At(topic), {"afterwards"});
  EXPECT_EQ(ValuesOf(ReadAll(At(topic))), std::vector<std::string>{"afterwards"});
}

TEST_P(TransactionsContract, OfSeveralWritersDoNotMeet) {
  const log::TopicPartition to = At(MakeTopic("several"));
  const auto first = NewWriter("w1");
  const auto second = NewWriter("w2");
  Must(first->Begin());
  Must(first->Append(to, ValueRecord("aborted")));
  Must(second->Begin());
  Must(second->Append(to, ValueRecord("committed")));
  Must(second->Commit());
  Must(first->Abort());
  EXPECT_EQ(ValuesOf(ReadAll(to)), std::vector<std::string>{"committed"});
}

}  // namespace
}  // namespace paylog::contract
