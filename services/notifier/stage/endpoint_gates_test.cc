#include "paylog/notifier/stage/endpoint_gates.h"

#include <gtest/gtest.h>

#include "paylog/notifier/stage/notifier_run.h"

namespace paylog::notifier {
namespace {

using Kind = Admission::Kind;
using testing::EndpointFor;

constexpr base::TimestampMs kNow(1'000);

class EndpointGatesTest : public ::testing::Test {
 protected:
  Kind Begin(const std::string& name, std::int32_t waiter = 0) {
    return gates_.TryBegin(name, kNow, waiter, [this, waiter] { ++woken_[waiter]; }).kind;
  }

  EndpointGates gates_{{EndpointFor("shop"), EndpointFor("bank")},
                       {.attempts_max = 2, .breaker = {.failures_max = 3}}};
  std::map<std::int32_t, int> woken_;
};

TEST_F(EndpointGatesTest, KnowsItsEndpoints) {
  EXPECT_EQ(gates_.endpoints().size(), 2U);
  EXPECT_EQ(gates_.Find("bank")->url, "https://bank.example/hook");
  EXPECT_EQ(gates_.Find("baker"), nullptr);
}

TEST_F(EndpointGatesTest, OneThatIsBusyHoldsUpNoOther) {
  EXPECT_EQ(Begin("shop"), Kind::kGo);
  EXPECT_EQ(Begin("shop"), Kind::kGo);
  EXPECT_EQ(Begin("shop"), Kind::kLater);
  EXPECT_EQ(Begin("bank"), Kind::kGo);
}

TEST_F(EndpointGatesTest, WakesAllWhoWaitForTheEndpointOnce) {
  Begin("shop");
  Begin("shop");
  EXPECT_EQ(Begin("shop", 1), Kind::kLater);
  EXPECT_EQ(Begin("shop", 1), Kind::kLater);
  EXPECT_EQ(Begin("shop", 2), Kind::kLater);
  gates_.End("shop", true, kNow);
  EXPECT_EQ(woken_, (std::map<std::int32_t, int>{{1, 1}, {2, 1}}));
  gates_.End("shop", true, kNow);
  EXPECT_EQ(woken_.at(1), 1) << "it did not ask again";
  EXPECT_EQ(Begin("shop", 1), Kind::kGo);
}

TEST_F(EndpointGatesTest, AnOpenCircuitSaysWhenToAskAgain) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Begin("shop"), Kind::kGo);
    EXPECT_EQ(gates_.End("shop", false, kNow), i == 2);
  }
  const Admission refused = gates_.TryBegin("shop", kNow, 0, [] {});
  EXPECT_EQ(refused.kind, Kind::kLater);
  EXPECT_EQ(refused.ask_at, base::TimestampMs(6'000));
  EXPECT_EQ(gates_.TryBegin("shop", *refused.ask_at, 0, [] {}).kind, Kind::kGo);
  const Admission probing = gates_.TryBegin("shop", *refused.ask_at, 0, [] {});
  EXPECT_EQ(probing.kind, Kind::kLater);
  EXPECT_FALSE(probing.ask_at) << "the probe's end wakes";
}

// Else whoever waits for a place would ask without end.
TEST_F(EndpointGatesTest, ABusyEndpointNamesNoTime) {
  Begin("shop");
  Begin("shop");
  EXPECT_FALSE(gates_.TryBegin("shop", kNow, 0, [] {}).ask_at);
}

TEST_F(EndpointGatesTest, DisablesTheUrlThatWasMeantOnly) {
  EXPECT_FALSE(gates_.Disable("shop", base::Sha256("https://elsewhere.example")));
  EXPECT_FALSE(gates_.Disable("baker", base::Sha256("https://shop.example/hook")));
  EXPECT_FALSE(gates_.IsDisabled("shop"));
  EXPECT_TRUE(gates_.Disable("shop", base::Sha256("https://shop.example/hook")));
  EXPECT_FALSE(gates_.Disable("shop", base::Sha256("https://shop.example/hook"))) << "not new";
  EXPECT_TRUE(gates_.IsDisabled("shop"));
  EXPECT_EQ(Begin("shop"), Kind::kNever);
  EXPECT_EQ(Begin("bank"), Kind::kGo);
}

TEST_F(EndpointGatesTest, WhatAnOpenCircuitHoldsBackCountsAsTried) {
  EXPECT_TRUE(gates_.AllTried());
  gates_.SetUntried(0, {{"shop", 2}, {"unknown", 7}});
  gates_.SetUntried(1, {});
  EXPECT_FALSE(gates_.AllTried());
  for (int i = 0; i < 3; ++i) {
    Begin("shop");
    gates_.End("shop", false, kNow);
  }
  EXPECT_TRUE(gates_.AllTried());
  gates_.SetUntried(1, {{"bank", 1}});
  EXPECT_FALSE(gates_.AllTried());
  gates_.SetUntried(1, {});
  EXPECT_TRUE(gates_.AllTried());
}

}  // namespace
}  // namespace paylog::notifier
