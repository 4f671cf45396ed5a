#include "paylog/audit/side_by_side.h"

#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

// Goal: each number is checked once, and what is reported does not depend on the threads.
namespace paylog::audit {
namespace {

Difference DifferenceAt(std::int32_t number) {
  return {.where = std::to_string(number), .what = "differs", .expected = {}, .found = {}};
}

std::string WhereOf(const Verdict& verdict) {
  return verdict.difference() == nullptr ? "clean" : verdict.difference()->where;
}

TEST(SideBySideTest, ChecksEachOnce) {
  for (const int jobs : {1, 2, 7, 100}) {
    std::vector<std::atomic<int>> checked(40);
    const Verdict verdict = CheckSideBySide(40, jobs, [&](std::int32_t i) -> Verdict {
      ++checked.at(static_cast<std::size_t>(i));
      return {};
    });
    EXPECT_TRUE(verdict.ok());
    for (const std::atomic<int>& times : checked) {
      EXPECT_EQ(times, 1);
    }
  }
}

TEST(SideBySideTest, HasNothingToDoForNone) {
  EXPECT_TRUE(CheckSideBySide(0, 4, [](std::int32_t) -> Verdict {
                ADD_FAILURE();
                return {};
              }).ok());
}

TEST(SideBySideTest, OneJobStaysInThisThread) {
  std::vector<std::int32_t> order;
  const auto here = std::this_thread::get_id();
  EXPECT_TRUE(CheckSideBySide(5, 1, [&](std::int32_t i) -> Verdict {
                EXPECT_EQ(std::this_thread::get_id(), here);
                order.push_back(i);
                return {};
              }).ok());
  EXPECT_EQ(order, (std::vector<std::int32_t>{0, 1, 2, 3, 4}));
}

TEST(SideBySideTest, OneJobEndsAtTheFirstThatFails) {
  std::int32_t checked = 0;
  const Verdict verdict = CheckSideBySide(9, 1, [&](std::int32_t i) -> Verdict {
    ++checked;
    return i < 3 ? Verdict() : Verdict(DifferenceAt(i));
  });
  EXPECT_EQ(WhereOf(verdict), "3");
  EXPECT_EQ(checked, 4);
}

// Who is interrupted has seen no difference, but that denies nobody else's.
TEST(SideBySideTest, AnInterruptionHidesNoDifference) {
  std::latch both(2);
  const Verdict verdict = CheckSideBySide(2, 2, [&](std::int32_t i) -> Verdict {
    both.arrive_and_wait();
    if (i == 1) {
      return DifferenceAt(i);
    }
    return base::Error{.code = base::ErrorCode::kShutdown, .context = "interrupted"};
  });
  EXPECT_EQ(WhereOf(verdict), "1");
}

// Both are under way before either fails, and the earlier one is told.
TEST(SideBySideTest, TellsTheFirstInOrderAndNotInTime) {
  std::latch later_failed(1);
  const Verdict verdict = CheckSideBySide(2, 2, [&](std::int32_t i) -> Verdict {
    if (i == 0) {
      later_failed.wait();
    } else {
      later_failed.count_down();
    }
    return DifferenceAt(i);
  });
  EXPECT_EQ(WhereOf(verdict), "0");
}

TEST(SideBySideTest, ALaterFailureKeepsNoEarlierOneFromBeingFound) {
  for (int round = 0; round < 200; ++round) {
    const Verdict verdict = CheckSideBySide(64, 4, [](std::int32_t i) -> Verdict {
      return i % 8 == 5 ? Verdict(DifferenceAt(i)) : Verdict();
    });
    ASSERT_EQ(WhereOf(verdict), "5");
  }
}

}  // namespace
}  // namespace paylog::audit
