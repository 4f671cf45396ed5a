#include "paylog/ledger/core/invariants.h"

#include <gtest/gtest.h>

#include "paylog/ledger/core/test_ledger.h"

// Each check must find what it looks for.
namespace paylog::ledger::testing {
namespace {

model::Event PaymentEvent(std::vector<model::Entry> entries) {
  return {.command = {.account = Account("alice"),
                      .id = *model::CommandId::Parse("c"),
                      .type = model::CommandType::kTransfer,
                      .body_sha256 = {}},
          .body = model::PaymentPosted{.entries = std::move(entries), .reference = {}}};
}

TEST(Invariants, FindsAnEventThatDoesNotBalance) {
  EXPECT_EQ(FindImbalance(PaymentEvent({{Account("alice"), Euro(-5)}, {Account("bob"), Euro(5)}})),
            std::nullopt);
  EXPECT_NE(FindImbalance(PaymentEvent({{Account("alice"), Euro(-5)}, {Account("bob"), Euro(4)}})),
            std::nullopt);
  EXPECT_NE(FindImbalance(PaymentEvent(
                {{Account("alice"), Euro(-5)}, {Account("bob"), {.minor = 5, .currency = kYen}}})),
            std::nullopt);
}

TEST(Invariants, FindsAPartitionThatDoesNotSumToZero) {
  State state(base::PartitionId(0), 1);
  state.Add({.id = Account("alice"), .currency = kEuro, .posted = 5});
  EXPECT_NE(FindPartitionImbalance(state), std::nullopt);
  state.Add({.id = model::AccountId::External(kEuro), .currency = kEuro, .posted = -5});
  EXPECT_EQ(FindPartitionImbalance(state), std::nullopt);
}

TEST(Invariants, FindsADebitBelowZeroButAllowsACreditThere) {
  State state(base::PartitionId(0), 1);
  state.Add({.id = Account("alice"), .currency = kEuro, .posted = -1});
  EXPECT_NE(FindOverdraw(state, PaymentEvent({{Account("alice"), Euro(-1)}})), std::nullopt);
  EXPECT_EQ(FindOverdraw(state, PaymentEvent({{Account("alice"), Euro(1)}})), std::nullopt);
}

TEST(Invariants, FindsAnEventThatCannotBeApplied) {
  State state(base::PartitionId(0), 1);
  state.Add({.id = Account("alice"), .currency = kEuro});
  const auto misfit = [&](const std::string& account, model::EventBody body) {
    model::Event event = PaymentEvent({});
    event.command.account = Account(account);
    event.body = std::move(body);
    return FindMisfit(state, event).has_value();
  };
  const auto payment = [](std::vector<model::Entry> entries) {
    return model::PaymentPosted{.entries = std::move(entries), .reference = {}};
  };
  const model::Entry external{model::AccountId::External(kEuro), Euro(-5)};
  EXPECT_FALSE(misfit("alice", payment({external, {Account("alice"), Euro(5)}})));
  EXPECT_TRUE(misfit("alice", payment({})));
  EXPECT_TRUE(misfit("alice", payment({external, {Account("bob"), Euro(5)}})));
  EXPECT_TRUE(misfit("alice", payment({external, {Account("alice"), {5, kYen}}})));
  EXPECT_FALSE(misfit("bob", model::AccountOpened{.currency = kEuro}));
  EXPECT_TRUE(misfit("alice", model::AccountOpened{.currency = kEuro}));
  EXPECT_FALSE(misfit("alice", model::AccountClosed{}));
  EXPECT_TRUE(misfit("bob", model::AccountClosed{}));
  EXPECT_FALSE(misfit("bob", model::CommandRejected{}));
}

TEST(Invariants, FindsEveryBreakOfContinuity) {
  State state(base::PartitionId(0), 1);
  Progress& progress = state.mutable_progress();
  progress.last_sequence = base::Sequence(4);
  progress.last_inbox_offset = base::Offset(7);
  progress.time = base::TimestampMs(100);
  const model::EventHeader good{
      .position = {.partition = base::PartitionId(0), .sequence = base::Sequence(5)},
      .inbox_offset = base::Offset(9),
      .time = base::TimestampMs(100),
      .prev_hash = {}};
  EXPECT_EQ(FindContinuityFault(state, good), std::nullopt);
  const auto broken = [&](auto&& change) {
    model::EventHeader header = good;
    change(header);
    return FindContinuityFault(state, header).has_value();
  };
  EXPECT_TRUE(broken([](auto& h) { h.position.sequence = base::Sequence(6); }));
  EXPECT_TRUE(broken([](auto& h) { h.position.sequence = base::Sequence(4); }));
  EXPECT_TRUE(broken([](auto& h) { h.position.partition = base::PartitionId(1); }));
  EXPECT_TRUE(broken([](auto& h) { h.prev_hash = base::Sha256("x"); }));
  EXPECT_TRUE(broken([](auto& h) { h.inbox_offset = base::Offset(7); }));
  EXPECT_TRUE(broken([](auto& h) { h.time = base::TimestampMs(99); }));
  EXPECT_TRUE(broken([](auto& h) { h.index = 1; }));
  EXPECT_TRUE(broken([](auto& h) { h.count = 0; }));
  progress.events_left = 1;
  EXPECT_TRUE(broken([](auto&) {})) << "an event of the record before is missing";
}

}  // namespace
}  // namespace paylog::ledger::testing
