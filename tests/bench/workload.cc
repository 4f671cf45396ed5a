#include "paylog/tests/bench/workload.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/base/murmur2.h"
#include "paylog/runtime/topics.h"

namespace paylog::bench {
namespace {

constexpr double kZipfExponent = 0.99;
constexpr std::uint64_t kAmountMax = 1'000;
constexpr const char* kMoney = "4000000000000";  // Whatever is paid, it suffices.

std::string Padded(std::uint64_t number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%010llu", static_cast<unsigned long long>(number));
  return text.data();
}

std::string Hex(std::uint64_t number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
  return text.data();
}

}  // namespace

Workload::Workload(const WorkloadOptions& options)
    : options_(options), random_(options.seed, "bench"), by_partition_(options.partitions) {
  CHECK(options.accounts >= 2 * options.partitions);
  double sum = 0;
  for (std::int64_t i = 0; i < options_.accounts; ++i) {
    const auto account = static_cast<std::uint64_t>(i);
    // Only what is needed, since a benchmark of millions of accounts measures memory.
    if (options_.where == Partitions::kWithin) {
      by_partition_[PartitionOf(account)].push_back(account);
    }
    if (options_.debtors == Debtors::kZipf) {
      sum += 1 / std::pow(static_cast<double>(i + 1), kZipfExponent);
      zipf_.push_back(sum);
    }
  }
}

std::string Workload::NameOf(std::uint64_t account) const {
  return "account:" + Padded(account);
}

std::int32_t Workload::PartitionOf(std::uint64_t account) const {
  return base::PartitionOf(NameOf(account), options_.partitions).value();
}

Submission Workload::Make(const std::string& account, std::string body) const {
  return {
      .to = {std::string(runtime::kCommandsTopic), base::PartitionOf(account, options_.partitions)},
      .record = {.key = account, .value = std::move(body), .headers = {}, .timestamp = {}}};
}

Submission Workload::Opening(std::int64_t account) const {
  const std::string name = NameOf(static_cast<std::uint64_t>(account));
  return Make(name, R"({"type":"open_account","command_id":"open","account":")" + name +
                        R"(","currency":"EUR"})");
}

Submission Workload::Deposit(std::int64_t account) const {
  const std::string name = NameOf(static_cast<std::uint64_t>(account));
  return Make(name, R"({"type":"deposit","command_id":"money","account":")" + name +
                        R"(","amount":)" + kMoney + R"(,"currency":"EUR"})");
}

std::uint64_t Workload::PickDebtor() {
  switch (options_.debtors) {
    case Debtors::kUniform:
      break;
    case Debtors::kZipf: {
      constexpr double kScale = 9007199254740992.0;  // 2^53
      const double at = static_cast<double>(random_.Next() >> 11) / kScale * zipf_.back();
      const auto found = std::lower_bound(zipf_.begin(), zipf_.end(), at);
      return static_cast<std::uint64_t>(std::min(found, zipf_.end() - 1) - zipf_.begin());
    }
    case Debtors::kOne:
      return 0;
  }
  return random_.Below(static_cast<std::uint64_t>(options_.accounts));
}

std::uint64_t Workload::PickCreditor(std::uint64_t debtor) {
  while (true) {
    std::uint64_t creditor = random_.Below(static_cast<std::uint64_t>(options_.accounts));
    if (options_.where == Partitions::kWithin) {
      const std::vector<std::uint64_t>& near = by_partition_[PartitionOf(debtor)];
      creditor = near[random_.Below(near.size())];
    }
    if (creditor != debtor &&
        (options_.where != Partitions::kAcross || PartitionOf(creditor) != PartitionOf(debtor))) {
      return creditor;
    }
  }
}

Submission Workload::Next(std::uint64_t tag) {
  if (!last_.empty() && random_.Chance(options_.duplicates_in_a_hundred)) {
    return Make(NameOf(last_debtor_), std::exchange(last_, ""));
  }
  const std::uint64_t debtor = PickDebtor();
  const std::string name = NameOf(debtor);
  const std::string prefix =
      options_.ids == Ids::kRandom ? Hex(random_.Next()) : "019ab" + Padded(number_++);
  const std::uint64_t amount = 1 + random_.Below(kAmountMax);
  amounts_ += static_cast<std::int64_t>(amount);
  std::string body = R"({"type":"transfer","command_id":")" + prefix + '-' + Hex(tag) +
                     R"(","debtor_account":")" + name + R"(","creditor_account":")" +
                     NameOf(PickCreditor(debtor)) + R"(","amount":)" + std::to_string(amount) +
                     R"(,"currency":"EUR"})";
  last_ = body;
  last_debtor_ = debtor;
  return Make(name, std::move(body));
}

std::uint64_t Workload::TagOf(std::string_view command_id) {
  std::uint64_t tag = 0;
  const std::string_view digits = command_id.substr(command_id.rfind('-') + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), tag, 16);
  CHECK(error == std::errc() && end == digits.data() + digits.size());
  return tag;
}

}  // namespace paylog::bench
