#include "paylog/notifier/core/deliveries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paylog::notifier {
namespace {

using base::Offset;
using base::TimestampMs;
using model::DeliveryState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

model::DeliveryScheduled Scheduled(const std::string& id, const std::string& endpoint = "shop",
                                   std::int64_t result = 5) {
  return {.id = id,
          .endpoint = endpoint,
          .account = *model::AccountId::Parse("alice"),
          .result = {.partition = base::PartitionId(1), .offset = Offset(result)},
          .time = TimestampMs(1'000),
          .payload = "{}"};
}

model::DeliveryAttempted Attempted(const std::string& id, std::int32_t attempts,
                                   DeliveryState state) {
  model::DeliveryAttempted event{.id = id,
                                 .endpoint = "shop",
                                 .attempts = attempts,
                                 .state = state,
                                 .next = std::nullopt,
                                 .error = {}};
  if (state == DeliveryState::kRetrying) {
    event.next = TimestampMs(2'000 + attempts);
  }
  return event;
}

class DeliveriesTest : public testing::Test {
 protected:
  std::vector<std::string> Line(const std::string& endpoint = "shop") {
    std::vector<std::string> ids;
    if (const auto line = deliveries_.lines().find(endpoint); line != deliveries_.lines().end()) {
      for (const Deliveries::Place& place : line->second) {
        ids.push_back(place.id);
      }
    }
    return ids;
  }

  Deliveries deliveries_;
};

TEST_F(DeliveriesTest, WhatIsScheduledIsDueAtOnceAndUntried) {
  deliveries_.Apply(Scheduled("b", "shop", 5), Offset(0));
  deliveries_.Apply(Scheduled("a", "shop", 6), Offset(1));
  deliveries_.Apply(Scheduled("c", "bank"), Offset(2));
  EXPECT_THAT(Line(), ElementsAre("b", "a")) << "in the order of results";
  EXPECT_THAT(Line("bank"), ElementsAre("c"));
  EXPECT_THAT(deliveries_.untried(), ElementsAre(Pair("bank", 1), Pair("shop", 2)));
  EXPECT_EQ(deliveries_.Find("a")->due, TimestampMs(1'000));
  EXPECT_EQ(deliveries_.NeededFrom(), Offset(0));
}

TEST_F(DeliveriesTest, ARetryGoesToItsPlaceInTheLine) {
  deliveries_.Apply(Scheduled("a"), Offset(0));
  deliveries_.Apply(Scheduled("b"), Offset(1));
  deliveries_.LeaveLine("a");
  EXPECT_THAT(Line(), ElementsAre("b"));
  deliveries_.Apply(Attempted("a", 1, DeliveryState::kRetrying), Offset(2));
  EXPECT_THAT(Line(), ElementsAre("b", "a"));
  EXPECT_EQ(deliveries_.Find("a")->attempts, 1);
  EXPECT_EQ(deliveries_.Find("a")->due, TimestampMs(2'001));
  EXPECT_THAT(deliveries_.untried(), ElementsAre(Pair("shop", 1)));
  EXPECT_EQ(deliveries_.NeededFrom(), Offset(0)) << "its payload stands there";
}

// A replay sees the retry of what no sender took out of its line.
TEST_F(DeliveriesTest, ARetryStandsInTheLineOnce) {
  deliveries_.Apply(Scheduled("a"), Offset(0));
  deliveries_.Apply(Attempted("a", 1, DeliveryState::kRetrying), Offset(1));
  deliveries_.Apply(Attempted("a", 2, DeliveryState::kRetrying), Offset(2));
  EXPECT_THAT(Line(), ElementsAre("a"));
  EXPECT_EQ(deliveries_.Find("a")->due, TimestampMs(2'002));
}

TEST_F(DeliveriesTest, WhatIsDeliveredOrDeadIsForgotten) {
  for (const DeliveryState end : {DeliveryState::kDelivered, DeliveryState::kDead}) {
    deliveries_.Apply(Scheduled("a"), Offset(3));
    deliveries_.Apply(Attempted("a", 1, end), Offset(4));
    EXPECT_EQ(deliveries_.pending(), 0U);
    EXPECT_EQ(deliveries_.Find("a"), nullptr);
    EXPECT_THAT(deliveries_.lines(), IsEmpty());
    EXPECT_THAT(deliveries_.untried(), IsEmpty());
    EXPECT_FALSE(deliveries_.NeededFrom());
  }
}

TEST_F(DeliveriesTest, PassesOverWhatEndedBeforeWhatWasRead) {
  deliveries_.Apply(Attempted("gone", 2, DeliveryState::kRetrying), Offset(0));
  deliveries_.Apply(Attempted("gone", 3, DeliveryState::kDelivered), Offset(1));
  EXPECT_EQ(deliveries_.pending(), 0U);
  EXPECT_THAT(deliveries_.lines(), IsEmpty());
}

TEST_F(DeliveriesTest, NeedsTheLogFromTheOldestPendingOnwards) {
  deliveries_.Apply(Scheduled("a"), Offset(0));
  deliveries_.Apply(Scheduled("b"), Offset(1));
  deliveries_.Apply(Scheduled("c"), Offset(1));  // Of one transaction, offsets are not told apart.
  deliveries_.Apply(Attempted("a", 1, DeliveryState::kDelivered), Offset(3));
  EXPECT_EQ(deliveries_.NeededFrom(), Offset(1));
  deliveries_.Apply(Attempted("b", 1, DeliveryState::kDelivered), Offset(4));
  EXPECT_EQ(deliveries_.NeededFrom(), Offset(1));
  deliveries_.Apply(Attempted("c", 1, DeliveryState::kDelivered), Offset(5));
  EXPECT_FALSE(deliveries_.NeededFrom());
}

TEST_F(DeliveriesTest, RemembersTheLastWordOnDisabledEndpoints) {
  const base::Hash256 first = base::Sha256("https://one.example");
  const base::Hash256 second = base::Sha256("https://two.example");
  deliveries_.Apply(
      model::EndpointDisabled{.endpoint = "shop", .url_sha256 = first, .time = TimestampMs(1)},
      Offset(7));
  EXPECT_EQ(deliveries_.NeededFrom(), Offset(7));
  deliveries_.Apply(
      model::EndpointDisabled{.endpoint = "shop", .url_sha256 = second, .time = TimestampMs(2)},
      Offset(9));
  EXPECT_EQ(deliveries_.disabled().at("shop").url_sha256, second);
  EXPECT_EQ(deliveries_.NeededFrom(), Offset(9));
  deliveries_.Apply(Scheduled("a"), Offset(10));
  EXPECT_EQ(deliveries_.NeededFrom(), Offset(9));
}

}  // namespace
}  // namespace paylog::notifier
