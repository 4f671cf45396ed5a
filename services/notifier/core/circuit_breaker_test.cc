#include "paylog/notifier/core/circuit_breaker.h"

#include <gtest/gtest.h>

namespace paylog::notifier {
namespace {

base::TimestampMs At(std::int64_t milliseconds) {
  return base::TimestampMs(milliseconds);
}

class CircuitBreakerTest : public testing::Test {
 protected:
  // The first failures, at time 0. True where the last opened it.
  bool Fail(int times) {
    bool opened = false;
    for (int i = 0; i < times; ++i) {
      EXPECT_TRUE(breaker_.TryBegin(At(0)));
      opened = breaker_.End(false, At(0));
    }
    return opened;
  }

  CircuitBreaker breaker_{{.failures_max = 3,
                           .open_min = std::chrono::milliseconds(100),
                           .open_max = std::chrono::milliseconds(350)}};
};

TEST_F(CircuitBreakerTest, OpensAfterFailuresInARow) {
  EXPECT_FALSE(Fail(2));
  EXPECT_TRUE(breaker_.is_closed());
  EXPECT_TRUE(Fail(1));
  EXPECT_FALSE(breaker_.is_closed());
  EXPECT_FALSE(breaker_.TryBegin(At(99)));
  EXPECT_EQ(breaker_.probe_at(), At(100));
}

TEST_F(CircuitBreakerTest, ASuccessInBetweenStartsTheCountAnew) {
  EXPECT_FALSE(Fail(2));
  EXPECT_FALSE(breaker_.End(true, At(0)));
  EXPECT_FALSE(Fail(2));
  EXPECT_TRUE(breaker_.is_closed());
}

TEST_F(CircuitBreakerTest, HalfOpenLetsOneProbeThrough) {
  Fail(3);
  EXPECT_TRUE(breaker_.TryBegin(At(100)));
  EXPECT_FALSE(breaker_.TryBegin(At(100)));
  EXPECT_FALSE(breaker_.TryBegin(At(10'000)));
  EXPECT_FALSE(breaker_.probe_at()) << "the probe's end decides";
  EXPECT_FALSE(breaker_.End(true, At(120)));
  EXPECT_TRUE(breaker_.is_closed());
  EXPECT_TRUE(breaker_.TryBegin(At(120)));
}

TEST_F(CircuitBreakerTest, EachProbeThatFailsDoublesTheWaitUpToTheLimit) {
  Fail(3);
  std::int64_t now = 100;
  for (const std::int64_t wait : {200, 350, 350}) {
    ASSERT_TRUE(breaker_.TryBegin(At(now)));
    EXPECT_FALSE(breaker_.End(false, At(now))) << "it was open before";
    EXPECT_FALSE(breaker_.TryBegin(At(now + wait - 1)));
    EXPECT_EQ(breaker_.probe_at(), At(now + wait));
    now += wait;
  }
  // Once closed, it begins with the short wait again.
  ASSERT_TRUE(breaker_.TryBegin(At(now)));
  breaker_.End(true, At(0));
  Fail(3);
  EXPECT_EQ(breaker_.probe_at(), At(100));
}

TEST_F(CircuitBreakerTest, LateEndsOfEarlierAttemptsDoNotProlongIt) {
  Fail(3);
  EXPECT_FALSE(breaker_.End(false, At(50)));
  EXPECT_EQ(breaker_.probe_at(), At(100));
  EXPECT_FALSE(breaker_.End(true, At(60)));
  EXPECT_TRUE(breaker_.is_closed()) << "the receiver is there";
}

}  // namespace
}  // namespace paylog::notifier
