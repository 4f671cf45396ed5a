#include "paylog/log_kafka/topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paylog::log_kafka {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// As CreateTopics makes it on three brokers.
KafkaTopic Made(const log::TopicSpec& spec) {
  KafkaTopic topic{.spec = spec, .replicas = 3, .configs = ConfigsFor(spec)};
  topic.configs["min.insync.replicas"] = "2";
  return topic;
}

const log::TopicSpec kKept{.name = "kept", .partition_count = 4};

TEST(TopicsTest, AreRefusedWithEachChangeAndItsRemedy) {
  EXPECT_TRUE(CompareWithCluster(Made(kKept), kKept));
  const std::pair<const char*, const char*> changes[] = {
      {"cleanup.policy", "compact"},        {"retention.ms", "604800000"},
      {"retention.bytes", "1000000"},       {"message.timestamp.type", "LogAppendTime"},
      {"max.message.bytes", "1000"},        {"unclean.leader.election.enable", "true"},
      {"cleanup.policy", "compact,delete"},
  };
  for (const auto& [name, value] : changes) {
    KafkaTopic changed = Made(kKept);
    const std::string wanted = changed.configs[name];
    changed.configs[name] = value;
    const auto compared = CompareWithCluster(changed, kKept);
    ASSERT_FALSE(compared) << name;
    EXPECT_EQ(compared.error().code, base::ErrorCode::kAlreadyExists);
    EXPECT_THAT(compared.error().context,
                HasSubstr(std::string(name) + " is " + value + ", not " + wanted));
    EXPECT_THAT(compared.error().context,
                HasSubstr("--entity-name kept --add-config " + std::string(name) + '=' + wanted));
  }
}

TEST(TopicsTest, WithOtherPartitionsCannotBeMended) {
  KafkaTopic changed = Made(kKept);
  changed.spec.partition_count = 5;
  const auto compared = CompareWithCluster(changed, kKept);
  ASSERT_FALSE(compared);
  EXPECT_THAT(compared.error().context, HasSubstr("partition_count is 5, not 4"));
  EXPECT_THAT(compared.error().context, Not(HasSubstr("--add-config")));
}

TEST(TopicsTest, AreWeakWithFewReplicasOrFewInSync) {
  KafkaTopic weak = Made(kKept);
  EXPECT_THAT(WeaknessesOf({weak}, {"kept"}), IsEmpty());
  weak.replicas = 2;
  EXPECT_THAT(WeaknessesOf({weak}, {"kept"}), ElementsAre(HasSubstr("kept (2)")));
  weak.configs["min.insync.replicas"] = "1";
  EXPECT_THAT(WeaknessesOf({weak}, {"kept"}),
              ElementsAre(HasSubstr("fewer than 3 replicas"),
                          AllOf(HasSubstr("min.insync.replicas"), HasSubstr("kept (1)"))));
  EXPECT_THAT(WeaknessesOf({weak}, {"another"}), IsEmpty()) << "not ours";
}

}  // namespace
}  // namespace paylog::log_kafka
