#include <string>
#include <vector>

#include "log_contract.h"

namespace paylog::contract {
namespace {

using log::GroupMetadata;

// Takes a transaction to its commit and returns the first error.
base::Result<void> TryCommit(log::TransactionalWriter& writer, const log::TopicPartition& to,
                             const GroupMetadata& group) {
  PAYLOG_TRY(writer.Begin());
  PAYLOG_TRY(writer.Append(to, ValueRecord("zombie's")));
  PAYLOG_TRY(writer.CommitOffset(group, to, base::Offset(99)));
  return writer.Commit();
}

TEST_P(FencingContract, StopsATransactionThatWasBegunBefore) {
  const log::TopicPartition to = At(MakeTopic("begun-before"));
  const auto group = GroupMetadata::Standalone(Name("g"));
  const auto zombie = NewWriter("w");
  Must(zombie->Begin());
  Must(zombie->Append(to, ValueRecord("zombie's")));
  Must(zombie->CommitOffset(group, to, base::Offset(99)));
  const auto successor = NewWriter("w");
  const base::Result<void> committed = zombie->Commit();
  ASSERT_EQ(CodeOf(committed), base::ErrorCode::kFenced);
  EXPECT_EQ(log::RecoveryOf(committed.error()), log::Recovery::kRecreate);
  CommitValues(*successor, to, {"successor's"});
  EXPECT_EQ(ValuesOf(ReadAll(to)), std::vector<std::string>{"successor's"});
  ExpectCommitted("g", to, std::nullopt);
}

TEST_P(FencingContract, StopsATransactionThatIsBegunAfterwards) {
  const log::TopicPartition to = At(MakeTopic("begun-afterwards"));
  const auto zombie = NewWriter("w");
  CommitValues(*zombie, to, {"while it was the owner"});
  const auto successor = NewWriter("w");
  EXPECT_EQ(CodeOf(TryCommit(*zombie, to, GroupMetadata::Standalone(Name("g")))),
            base::ErrorCode::kFenced);
  EXPECT_EQ(ValuesOf(ReadAll(to)), std::vector<std::string>{"while it was the owner"});
  ExpectCommitted("g", to, std::nullopt);
}

TEST_P(FencingContract, LeavesOtherIdsAlone) {
  const log::TopicPartition to = At(MakeTopic("other-ids"));
  const auto first = NewWriter("w-1");
  Must(first->Begin());
  Must(first->Append(to, ValueRecord("first's")));
  const auto second = NewWriter("w-2");
  Must(first->Commit());
  CommitValues(*second, to, {"second's"});
  EXPECT_EQ(ValuesOf(ReadAll(to)), (std::vector<std::string>{"first's", "second's"}));
}

TEST_P(FencingContract, FollowsTheLastInit) {
  const log::TopicPartition to = At(MakeTopic("last-init"));
  const auto group = GroupMetadata::Standalone(Name("g"));
  const auto first = NewWriter("w");
  const auto second = NewWriter("w");
  const auto third = NewWriter("w");
  EXPECT_EQ(CodeOf(TryCommit(*second, to, group)), base::ErrorCode::kFenced);
  EXPECT_EQ(CodeOf(TryCommit(*first, to, group)), base::ErrorCode::kFenced);
  CommitValues(*third, to, {"third's"});
  EXPECT_EQ(ValuesOf(ReadAll(to)), std::vector<std::string>{"third's"});
}

TEST_P(FencingContract, SurvivesAReopen) {
  const log::TopicPartition to = At(MakeTopic("reopened"));
  { const auto writer = NewWriter("w"); }
  Reopen();
  const auto zombie = NewWriter("w");
  const auto successor = NewWriter("w");
  EXPECT_EQ(CodeOf(TryCommit(*zombie, to, GroupMetadata::Standalone(Name("g")))),
            base::ErrorCode::kFenced);
  CommitValues(*successor, to, {"successor's"});
  EXPECT_EQ(ValuesOf(ReadAll(to)), std::vector<std::string>{"successor's"});
}

}  // namespace
}  // namespace paylog::contract
