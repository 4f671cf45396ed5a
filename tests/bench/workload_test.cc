#include "paylog/tests/bench/workload.h"

#include <set>

#include <gtest/gtest.h>

#include "paylog/base/murmur2.h"
#include "paylog/codec/command_codec.h"

namespace paylog::bench {
namespace {

constexpr int kCount = 2'000;

// A decoded transfer, with the partitions of its accounts.
struct Found {
  std::string id;
  std::string debtor;
  std::int32_t from = 0;
  std::int32_t to = 0;
  std::int64_t amount = 0;
};

Found Decode(const Submission& submission, const WorkloadOptions& options) {
  const auto decoded = codec::DecodeCommand(submission.record.value);
  const auto* const command = std::get_if<model::Command>(&decoded);
  EXPECT_NE(command, nullptr) << submission.record.value;
  const auto& transfer = std::get<model::Transfer>(command->body);
  Found found{
      .id = command->id.ToString(),
      .debtor = command->account.ToString(),
      .from = base::PartitionOf(command->account.value(), options.partitions).value(),
      .to = base::PartitionOf(transfer.creditor_account.value(), options.partitions).value(),
      .amount = transfer.amount.minor};
  EXPECT_EQ(submission.record.key, found.debtor);
  EXPECT_EQ(submission.to.partition.value(), found.from);
  return found;
}

TEST(Workload, IsTheSameForTheSameSeed) {
  Workload one({.seed = 7});
  Workload other({.seed = 7});
  Workload third({.seed = 8});
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const auto tag = static_cast<std::uint64_t>(i);
    const std::string made = one.Next(tag).record.value;
    EXPECT_EQ(made, other.Next(tag).record.value);
    differs = differs || made != third.Next(tag).record.value;
  }
  EXPECT_TRUE(differs);
}

TEST(Workload, MakesTransfersWhoseIdsAreTheirOwn) {
  for (const Ids ids : {Ids::kTimeOrdered, Ids::kRandom}) {
    const WorkloadOptions options{.ids = ids};
    Workload workload(options);
    std::set<std::string> seen;
    std::int64_t amounts = 0;
    for (int i = 0; i < kCount; ++i) {
      const Found found = Decode(workload.Next(static_cast<std::uint64_t>(i)), options);
      EXPECT_EQ(Workload::TagOf(found.id), static_cast<std::uint64_t>(i));
      EXPECT_TRUE(seen.insert(found.id).second) << found.id;
      EXPECT_TRUE(ids == Ids::kRandom || *seen.rbegin() == found.id) << "not in order of time";
      amounts += found.amount;
    }
    EXPECT_EQ(workload.amounts(), amounts);
  }
}

TEST(Workload, KeepsTransfersWithinPartitionsOrAcross) {
  for (const Partitions where : {Partitions::kWithin, Partitions::kAcross}) {
    const WorkloadOptions options{.where = where};
    Workload workload(options);
    for (int i = 0; i < kCount; ++i) {
      const Found found = Decode(workload.Next(0), options);
      EXPECT_EQ(found.from == found.to, where == Partitions::kWithin);
    }
  }
}

TEST(Workload, PicksDebtorsAsTold) {
  std::set<std::string> one;
  int first_of_zipf = 0;
  Workload hot({.debtors = Debtors::kOne});
  Workload zipf({.debtors = Debtors::kZipf});
  const std::string first = Workload({}).Opening(0).record.key.value();
  for (int i = 0; i < kCount; ++i) {
    one.insert(Decode(hot.Next(0), {}).debtor);
    first_of_zipf += Decode(zipf.Next(0), {}).debtor == first ? 1 : 0;
  }
  EXPECT_EQ(one, std::set<std::string>{first});
  // About 10 % of all with 10,000 accounts.
  EXPECT_GT(first_of_zipf, kCount / 20);
  EXPECT_LT(first_of_zipf, kCount / 5);
}

TEST(Workload, RepeatsAsManyAsTold) {
  const WorkloadOptions options{.duplicates_in_a_hundred = 10};
  Workload workload(options);
  std::set<std::string> ids;
  for (int i = 0; i < kCount; ++i) {
    ids.insert(Decode(workload.Next(0), options).id);
  }
  const int repeats = kCount - static_cast<int>(ids.size());
  EXPECT_GT(repeats, kCount / 20);
  EXPECT_LT(repeats, kCount / 5);
}

}  // namespace
}  // namespace paylog::bench
