#include "paylog/notifier/sink/attempt_queue.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/notifier/sink/test_outcomes.h"

namespace paylog::notifier {
namespace {

using Time = AttemptQueue::Time;

Time At(int seconds) {
  return Time(std::chrono::seconds(seconds));
}

void Push(AttemptQueue& queue, const std::string& endpoint, const std::string& id,
          int give_up = 9) {
  queue.Push({.attempt = TestAttempt(TestEndpoint(endpoint, "https://a"), id), .done = {}},
             At(give_up));
}

// All that may begin now, by id.
std::vector<std::string> Begin(AttemptQueue& queue) {
  std::vector<std::string> ids;
  while (const auto next = queue.Next()) {
    ids.push_back(next->attempt.id);
  }
  return ids;
}

std::vector<std::string> Ids(const std::vector<QueuedAttempt>& attempts) {
  std::vector<std::string> ids;
  for (const QueuedAttempt& attempt : attempts) {
    ids.push_back(attempt.attempt.id);
  }
  return ids;
}

using Strings = std::vector<std::string>;

TEST(AttemptQueue, EndpointsTakeTurnsAndKeepTheirOrder) {
  AttemptQueue queue({.under_way_max = 100, .under_way_per_endpoint_max = 100});
  for (const char* id : {"a1", "a2", "a3", "b1", "c1", "c2"}) {
    Push(queue, std::string(1, id[0]), id);
  }
  EXPECT_EQ(Begin(queue), (Strings{"a1", "b1", "c1", "a2", "c2", "a3"}));
  EXPECT_EQ(queue.under_way(), 6U);
  EXPECT_EQ(queue.waiting(), 0U);
}

TEST(AttemptQueue, AStalledEndpointKeepsNothingButItsOwnPlaces) {
  AttemptQueue queue({.under_way_max = 100, .under_way_per_endpoint_max = 2});
  for (int i = 1; i <= 5; ++i) {
    Push(queue, "a", "a" + std::to_string(i));
    Push(queue, "b", "b" + std::to_string(i));
  }
  EXPECT_EQ(Begin(queue), (Strings{"a1", "b1", "a2", "b2"}));
  queue.Ended("b");
  EXPECT_EQ(Begin(queue), (Strings{"b3"}));
  queue.Ended("b");
  queue.Ended("b");
  EXPECT_EQ(Begin(queue), (Strings{"b4", "b5"}));
  EXPECT_EQ(queue.waiting(), 3U);
}

TEST(AttemptQueue, TheTurnGoesOnWhereTheTotalEndedIt) {
  AttemptQueue queue({.under_way_max = 2, .under_way_per_endpoint_max = 2});
  for (const char* id : {"a1", "a2", "b1", "c1"}) {
    Push(queue, std::string(1, id[0]), id);
  }
  EXPECT_EQ(Begin(queue), (Strings{"a1", "b1"}));
  queue.Ended("a");
  EXPECT_EQ(Begin(queue), (Strings{"c1"}));
  queue.Ended("b");
  EXPECT_EQ(Begin(queue), (Strings{"a2"}));
  EXPECT_EQ(queue.under_way(), 2U);
}

TEST(AttemptQueue, NobodyWaitsForEver) {
  AttemptQueue queue({.under_way_max = 1, .under_way_per_endpoint_max = 1});
  Push(queue, "a", "a1", 5);
  Push(queue, "a", "a2", 5);
  Push(queue, "a", "a3", 6);
  Push(queue, "b", "b1", 5);
  EXPECT_EQ(Begin(queue), Strings{"a1"});
  EXPECT_TRUE(queue.TakeExpired(At(4)).empty());
  EXPECT_EQ(Ids(queue.TakeExpired(At(5))), (Strings{"a2", "b1"}));
  EXPECT_EQ(queue.under_way(), 1U);
  queue.Ended("a");
  EXPECT_EQ(Begin(queue), Strings{"a3"});
}

TEST(AttemptQueue, GivesUpAllThatWaits) {
  AttemptQueue queue({.under_way_max = 1, .under_way_per_endpoint_max = 1});
  Push(queue, "a", "a1");
  Push(queue, "a", "a2");
  Push(queue, "b", "b1");
  EXPECT_EQ(Begin(queue), Strings{"a1"});
  EXPECT_EQ(Ids(queue.TakeAll()), (Strings{"a2", "b1"}));
  EXPECT_TRUE(Begin(queue).empty());
  queue.Ended("a");
  EXPECT_TRUE(Begin(queue).empty());
}

}  // namespace
}  // namespace paylog::notifier
