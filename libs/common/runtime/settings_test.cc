#include "paylog/runtime/settings.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/codec/settings_codec.h"
#include "paylog/log_sqlite/sqlite_log.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

// Goal: a log is served only as it was made, and whoever makes it can be killed and started again.
// Method: an embedded log, brought into the state that a crash or a foreign hand would leave.
namespace paylog::runtime {
namespace {

using base::ErrorCode;
using test_support::ErrorOf;
using test_support::Must;
using testing::HasSubstr;

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    log_ = Must(log_sqlite::SqliteLog::Open(
        {.directory = directory_.In("log"), .create = true, .clock = &clock_}));
  }

  base::Result<PartitionCounts> Create(std::int32_t partition_count) {
    return CreateTopics(*log_, clock_, partition_count);
  }
  void Record(const std::string& value) {
    const auto producer = Must(log_->NewProducer());
    Must(producer->Send(Partition(kSettingsTopic, base::PartitionId(0)), {.value = value}));
    Must(producer->Flush());
  }
  // A log of three partitions that lacks a topic.
  void MakeWithout(std::string_view topic) {
    auto specs = TopicSpecs(EqualCounts(3));
    std::erase_if(specs, [&](const log::TopicSpec& spec) { return spec.name == topic; });
    Must(log_->CreateTopics(specs));
    Record(codec::EncodeSettings(EqualCounts(3)));
  }
  std::vector<std::string> Records() {
    const auto reader = Must(log_->NewReader(Partition(kSettingsTopic, base::PartitionId(0)),
                                             log::Isolation::kReadCommitted));
    std::vector<std::string> values;
    for (const log::StoredRecord& record : Must(reader->Poll({})).records) {
      values.push_back(record.value);
    }
    return values;
  }

  base::SystemClock clock_;
  test_support::TemporaryDirectory directory_;
  std::unique_ptr<log::Log> log_;
};

TEST_F(SettingsTest, MakesTopicsAndRecordsTheirCounts) {
  EXPECT_EQ(Must(Create(3)), EqualCounts(3));
  EXPECT_EQ(Must(OpenTopics(*log_)), EqualCounts(3));
  EXPECT_EQ(Records(), std::vector{codec::EncodeSettings(EqualCounts(3))});
  EXPECT_EQ(Must(log_->ListTopics()).size(), TopicSpecs(EqualCounts(3)).size());
}

TEST_F(SettingsTest, RepeatingChangesNothing) {
  Must(Create(3));
  EXPECT_EQ(Must(Create(3)), EqualCounts(3));
  EXPECT_EQ(Must(Create(0)), EqualCounts(3)) << "no number was asked for";
  EXPECT_EQ(Records().size(), 1U);
}

TEST_F(SettingsTest, KnowsWhenTheLogWasMade) {
  EXPECT_EQ(ErrorOf(ReadTimeMade(*log_)).code, ErrorCode::kNotFound);
  const base::TimestampMs before = clock_.Now();
  Must(Create(3));
  const base::TimestampMs made = Must(ReadTimeMade(*log_));
  EXPECT_GE(made, before);
  EXPECT_LE(made, clock_.Now());
  Record(codec::EncodeSettings(EqualCounts(3)));  // With another time.
  EXPECT_EQ(Must(ReadTimeMade(*log_)), made);
}

TEST_F(SettingsTest, UsesTheDefaultWhereNoNumberIsAskedFor) {
  EXPECT_EQ(Must(Create(0)), EqualCounts(kPartitionCountDefault));
}

TEST_F(SettingsTest, RefusesAnotherNumber) {
  Must(Create(3));
  const base::Error error = ErrorOf(Create(4));
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(error.context, HasSubstr("has 3 partitions, not 4"));
  EXPECT_EQ(Records().size(), 1U);
  EXPECT_EQ(Must(OpenTopics(*log_)), EqualCounts(3));
}

TEST_F(SettingsTest, AnEmptyLogHasNoTopics) {
  const base::Error error = ErrorOf(OpenTopics(*log_));
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_THAT(error.context, HasSubstr("no topics of paylog"));
  EXPECT_THAT(error.context, HasSubstr("`paylog topics create`"));
  EXPECT_TRUE(Must(log_->ListTopics()).empty()) << "opening made something";
}

// A crash between making the topics and recording their counts.
TEST_F(SettingsTest, FinishesWhatWasBegun) {
  Must(log_->CreateTopics(TopicSpecs(EqualCounts(3))));
  const base::Error error = ErrorOf(OpenTopics(*log_));
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_THAT(error.context, HasSubstr("`paylog topics create` finishes it"));
  EXPECT_TRUE(Records().empty());

  EXPECT_EQ(ErrorOf(Create(5)).code, ErrorCode::kInvalidArgument) << "the topics have 3";
  EXPECT_EQ(Must(Create(0)), EqualCounts(3)) << "as the topics are";
  EXPECT_EQ(Must(OpenTopics(*log_)), EqualCounts(3));
}

TEST_F(SettingsTest, FinishesSomeTopicsOnly) {
  auto specs = TopicSpecs(EqualCounts(3));
  specs.resize(3);
  Must(log_->CreateTopics(specs));
  EXPECT_EQ(Must(Create(0)), EqualCounts(3));
}

TEST_F(SettingsTest, RefusesTopicsThatDifferFromTheRecord) {
  Must(log_->CreateTopics(TopicSpecs(EqualCounts(3))));
  Record(codec::EncodeSettings(EqualCounts(8)));
  const base::Error error = ErrorOf(OpenTopics(*log_));
  EXPECT_EQ(error.code, ErrorCode::kAlreadyExists);
  EXPECT_THAT(error.context, HasSubstr("partition_count is 3, not 8"));
  EXPECT_FALSE(Create(0).has_value());
  EXPECT_EQ(Records().size(), 1U);
}

TEST_F(SettingsTest, RefusesATopicThatIsGone) {
  MakeWithout(kDeadLettersTopic);
  const base::Error error = ErrorOf(OpenTopics(*log_));
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_THAT(error.context, HasSubstr("payments.dead-letters, and had it once"));
}

// Such a log is older than the notifier.
TEST_F(SettingsTest, SaysHowToAddTheTopicOfDeliveries) {
  MakeWithout(kDeliveriesTopic);
  const base::Error error = ErrorOf(OpenTopics(*log_));
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_THAT(error.context, HasSubstr("`paylog topics create` adds it"));
  EXPECT_EQ(Must(Create(0)), EqualCounts(3));
  EXPECT_EQ(Must(OpenTopics(*log_)), EqualCounts(3));
}

// Two processes that make a log at once may both record.
TEST_F(SettingsTest, TakesTheSameRecordTwiceAndRefusesAnother) {
  Must(Create(3));
  Record(codec::EncodeSettings(EqualCounts(3)));
  EXPECT_EQ(Must(OpenTopics(*log_)), EqualCounts(3));
  Record(codec::EncodeSettings(EqualCounts(4)));
  const base::Error error = ErrorOf(OpenTopics(*log_));
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_THAT(error.context, HasSubstr("paylog.settings offset 2 contradicts the first"));
}

TEST_F(SettingsTest, RefusesARecordThatCannotBeRead) {
  Must(Create(3));
  Record("4 partitions");
  const base::Error error = ErrorOf(OpenTopics(*log_));
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_THAT(error.context, HasSubstr("paylog.settings offset 1"));
}

}  // namespace
}  // namespace paylog::runtime
