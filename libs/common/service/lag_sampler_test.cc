#include "paylog/service/lag_sampler.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/runtime/topics.h"
#include "paylog/test_support/fake_log.h"

namespace paylog::service {
namespace {

using base::Offset;
using test_support::FakeLog;
using testing::HasSubstr;
using testing::Not;

const log::TopicPartition kInput = runtime::Partition(runtime::kInboxTopic, base::PartitionId(0));
const log::TopicPartition kOther = runtime::Partition(runtime::kInboxTopic, base::PartitionId(1));

class LagSamplerTest : public testing::Test {
 protected:
  std::ostringstream lines_;
  runtime::Counters counters_;
  telemetry::Metrics metrics_;
  telemetry::Diagnostics diagnostics_{{.service = "test", .out = &lines_}};
  StageTelemetry telemetry_{"ledger", 4, counters_, metrics_, diagnostics_};
  FakeLog log_;
  LagSampler sampler_{log_, telemetry_, std::chrono::hours(1)};
};

TEST_F(LagSamplerTest, SamplesBothEndsOfWhatIsAssigned) {
  for (int i = 0; i < 5; ++i) {
    log_.Put(kInput, "r");
    log_.Put(kOther, "r");
  }
  log_.SetStableEnd(kInput, Offset(3));
  telemetry_.OnAssigned({kInput});
  telemetry_.OnTakenOver(kInput, Offset(1), /*kept=*/false);
  sampler_.Sample();
  const std::string text = metrics_.Render();
  EXPECT_THAT(text, HasSubstr("paylog_lag_records{partition=\"0\",stage=\"ledger\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("paylog_lso_lag_records{partition=\"0\",stage=\"ledger\"} 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("partition=\"1\"")));
}

TEST_F(LagSamplerTest, GoesOnWhenTheLogIsBack) {
  log_.Put(kInput, "r");
  telemetry_.OnAssigned({kInput});
  telemetry_.OnTakenOver(kInput, Offset(0), /*kept=*/false);
  log_.FailNext(FakeLog::Call::kNewReader,
                {.code = base::ErrorCode::kUnavailable, .context = "away", .retriable = true});
  sampler_.Sample();
  EXPECT_THAT(metrics_.Render(), Not(HasSubstr("paylog_lag_records{")));
  sampler_.Sample();
  EXPECT_THAT(metrics_.Render(),
              HasSubstr("paylog_lag_records{partition=\"0\",stage=\"ledger\"} 1\n"));
}

TEST_F(LagSamplerTest, EndsAtOnceThoughItsIntervalIsLong) {
  sampler_.Start();
}

}  // namespace
}  // namespace paylog::service
