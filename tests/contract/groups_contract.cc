#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "log_contract.h"

namespace paylog::contract {
namespace {

using log::Assigned;
using log::AssignmentChange;
using log::GroupMember;
using log::GroupMetadata;
using log::NoChange;
using log::Revoked;
using log::TopicPartition;

constexpr std::chrono::milliseconds kStep{50};

// A member with what it was told last. Checks the order of what it is told.
struct Follower {
  std::unique_ptr<GroupMember> member;
  std::optional<Assigned> assigned;
  std::vector<TopicPartition> revoked;
  int assignments = 0;

  [[nodiscard]] std::set<TopicPartition> Owned() const {
    return assigned
               ? std::set<TopicPartition>(assigned->partitions.begin(), assigned->partitions.end())
               : std::set<TopicPartition>();
  }

  void Step() {
    const AssignmentChange change = Must(member->Poll(kStep));
    if (const auto* const now = std::get_if<Assigned>(&change)) {
      EXPECT_FALSE(assigned.has_value()) << "assigned without a revocation";
      assigned = *now;
      ++assignments;
    } else if (const auto* const over = std::get_if<Revoked>(&change)) {
      EXPECT_TRUE(assigned.has_value()) << "revoked without an assignment";
      EXPECT_EQ(std::set<TopicPartition>(over->partitions.begin(), over->partitions.end()),
                Owned());
      revoked = over->partitions;
      assigned.reset();
    }
  }
};

// Polls all in turn until the condition holds.
template <typename Condition>
void StepUntil(const std::vector<Follower*>& followers, Condition condition) {
  const auto begun = std::chrono::steady_clock::now();
  while (!condition() && std::chrono::steady_clock::now() - begun < kPatience) {
    for (Follower* const follower : followers) {
      follower->Step();
    }
  }
  ASSERT_TRUE(condition());
}

// Each of the partitions belongs to exactly one follower, and each follower has some.
bool Share(const std::vector<const Follower*>& followers, std::size_t partition_count) {
  std::set<TopicPartition> all;
  std::size_t total = 0;
  for (const Follower* const follower : followers) {
    const std::set<TopicPartition> owned = follower->Owned();
    if (owned.empty()) {
      return false;
    }
    total += owned.size();
    all.insert(owned.begin(), owned.end());
  }
  return all.size() == partition_count && total == partition_count;
}

base::Result<void> CommitUnder(log::TransactionalWriter& writer, const GroupMetadata& group,
                               const TopicPartition& at, base::Offset next) {
  PAYLOG_TRY(writer.Begin());
  PAYLOG_TRY(writer.Append(at, ValueRecord("under " + std::to_string(next.value()))));
  PAYLOG_TRY(writer.CommitOffset(group, at, next));
  return writer.Commit();
}

TEST_P(GroupsContract, GiveALoneMemberEverything) {
  const std::string a = MakeTopic("a", 3);
  const std::string b = MakeTopic("b", 1);
  Follower lone{.member = Must(log().JoinGroup(Name("g"), {a, b}))};
  StepUntil({&lone}, [&] { return lone.assigned.has_value(); });
  EXPECT_EQ(lone.Owned(), (std::set<TopicPartition>{At(a, 0), At(a, 1), At(a, 2), At(b, 0)}));
  EXPECT_EQ(lone.assigned->metadata.group(), Name("g"));
}

TEST_P(GroupsContract, ShareEachPartitionOnceAndPassItOnWhenAMemberLeaves) {
  const std::string topic = MakeTopic("shared", 4);
  Follower first{.member = Must(log().JoinGroup(Name("g"), {topic}))};
  StepUntil({&first}, [&] { return first.Owned().size() == 4; });
  Follower second{.member = Must(log().JoinGroup(Name("g"), {topic}))};
  StepUntil({&first, &second}, [&] { return Share({&first, &second}, 4); });
  EXPECT_EQ(first.revoked.size(), 4U);
  second.member.reset();
  StepUntil({&first}, [&] { return first.Owned().size() == 4; });
  EXPECT_GE(first.assignments, 3);
}

TEST_P(GroupsContract, OfOtherNamesDoNotShare) {
  const std::string topic = MakeTopic("apart", 2);
  Follower first{.member = Must(log().JoinGroup(Name("g1"), {topic}))};
  Follower second{.member = Must(log().JoinGroup(Name("g2"), {topic}))};
  StepUntil({&first, &second},
            [&] { return first.Owned().size() == 2 && second.Owned().size() == 2; });
}

TEST_P(GroupsContract, LetACurrentMemberCommit) {
  const std::string topic = MakeTopic("current", 2);
  Follower member{.member = Must(log().JoinGroup(Name("g"), {topic}))};
  StepUntil({&member}, [&] { return member.assigned.has_value(); });
  const auto writer = NewWriter("w");
  Must(CommitUnder(*writer, member.assigned->metadata, At(topic, 1), base::Offset(1)));
  ExpectCommitted("g", At(topic, 1), base::Offset(1));
}

TEST_P(GroupsContract, LetNoDeposedMemberCommit) {
  const std::string topic = MakeTopic("deposed", 2);
  Follower old{.member = Must(log().JoinGroup(Name("g"), {topic}))};
  StepUntil({&old}, [&] { return old.assigned.has_value(); });
  const GroupMetadata stale = old.assigned->metadata;
  const auto old_writer = NewWriter("old");
  Must(CommitUnder(*old_writer, stale, At(topic), base::Offset(1)));

  Follower young{.member = Must(log().JoinGroup(Name("g"), {topic}))};
  StepUntil({&old, &young}, [&] { return Share({&old, &young}, 2); });
  const base::Result<void> committed = CommitUnder(*old_writer, stale, At(topic), base::Offset(50));
  ASSERT_EQ(CodeOf(committed), base::ErrorCode::kIllegalGeneration);
  EXPECT_EQ(log::RecoveryOf(committed.error()), log::Recovery::kAbortAndRewind);
  Must(old_writer->Abort());
  ExpectCommitted("g", At(topic), base::Offset(1));
  EXPECT_EQ(ReadAll(At(topic)).size(), 1U);
  // Under the metadata of its new assignment the same writer works.
  Must(CommitUnder(*old_writer, old.assigned->metadata, At(topic), base::Offset(2)));
  ExpectCommitted("g", At(topic), base::Offset(2));
}

// A deposed owner may still raise the epoch of its id, and so fence the new owner; but what it was
// handed with its assignment lets it move nothing, and the new owner goes on where it was.
TEST_P(GroupsContract, LetADeposedMemberThatBeginsAnewHaveNoEffect) {
  const std::string topic = MakeTopic("anew", 1);
  Follower old{.member = Must(log().JoinGroup(Name("g"), {topic}))};
  StepUntil({&old}, [&] { return old.assigned.has_value(); });
  const GroupMetadata stale = old.assigned->metadata;
  Must(CommitUnder(*NewWriter("id"), stale, At(topic), base::Offset(101)));

  old.member.reset();
  Follower young{.member = Must(log().JoinGroup(Name("g"), {topic}))};
  StepUntil({&young}, [&] { return young.Owned().size() == 1; });
  const auto owner = NewWriter("id");
  Must(CommitUnder(*owner, young.assigned->metadata, At(topic), base::Offset(105)));

  const auto zombie = NewWriter("id");
  EXPECT_EQ(CodeOf(CommitUnder(*zombie, stale, At(topic), base::Offset(102))),
            base::ErrorCode::kIllegalGeneration);
  ExpectCommitted("g", At(topic), base::Offset(105));
  const base::Result<void> fenced =
      CommitUnder(*owner, young.assigned->metadata, At(topic), base::Offset(106));
  EXPECT_EQ(CodeOf(fenced), base::ErrorCode::kFenced);
  ExpectCommitted("g", At(topic), base::Offset(105));
  Must(CommitUnder(*NewWriter("id"), young.assigned->metadata, At(topic), base::Offset(106)));
  ExpectCommitted("g", At(topic), base::Offset(106));
  EXPECT_EQ(ValuesOf(ReadAll(At(topic))),
            (std::vector<std::string>{"under 101", "under 105", "under 106"}));
}

TEST_P(GroupsContract, LetNoDepartedMemberCommit) {
  const std::string topic = MakeTopic("departed", 1);
  Follower gone{.member = Must(log().JoinGroup(Name("g"), {topic}))};
  StepUntil({&gone}, [&] { return gone.assigned.has_value(); });
  gone.member.reset();
  Follower heir{.member = Must(log().JoinGroup(Name("g"), {topic}))};
  StepUntil({&heir}, [&] { return heir.Owned().size() == 1; });
  const auto writer = NewWriter("w");
  EXPECT_EQ(CodeOf(CommitUnder(*writer, gone.assigned->metadata, At(topic), base::Offset(50))),
            base::ErrorCode::kIllegalGeneration);
  ExpectCommitted("g", At(topic), std::nullopt);
}

TEST_P(GroupsContract, RefuseOffsetsOfUnknownTopics) {
  const std::string topic = MakeTopic("known");
  const auto writer = NewWriter("w");
  Must(writer->Begin());
  EXPECT_EQ(CodeOf(writer->CommitOffset(GroupMetadata::Standalone(Name("g")), At(Name("unknown")),
                                        base::Offset(1))),
            base::ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(writer->Commit()), base::ErrorCode::kAbortRequired);
  Must(writer->Abort());
  EXPECT_EQ(CodeOf(log().JoinGroup(Name("g"), {topic, Name("unknown")})),
            base::ErrorCode::kNotFound);
}

TEST_P(GroupsContract, WakeAMemberThatWaits) {
  const std::string topic = MakeTopic("wakeup");
  Follower member{.member = Must(log().JoinGroup(Name("g"), {topic}))};
  StepUntil({&member}, [&] { return member.assigned.has_value(); });
  const auto begun = std::chrono::steady_clock::now();
  std::thread waker([&] { member.member->Wakeup(); });
  EXPECT_TRUE(std::holds_alternative<NoChange>(Must(member.member->Poll(kPatience))));
  waker.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kPatience);
}

}  // namespace
}  // namespace paylog::contract
