#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "paylog/log/record.h"
#include "paylog/simulation/random.h"

namespace paylog::bench {

enum class Ids { kTimeOrdered, kRandom };
enum class Debtors { kUniform, kZipf, kOne };
enum class Partitions { kAny, kWithin, kAcross };

// Transfers between accounts that have money enough for all of them. Plain value.
struct WorkloadOptions {
  std::int64_t accounts = 10'000;
  std::int32_t partitions = 4;
  Ids ids = Ids::kTimeOrdered;
  Debtors debtors = Debtors::kUniform;
  Partitions where = Partitions::kAny;
  std::uint64_t duplicates_in_a_hundred = 0;  // Commands that are sent a second time at once.
  std::uint64_t seed = 1;
};

// A record of payments.commands, and where it goes. Plain value.
struct Submission {
  log::TopicPartition to;
  log::Record record;
};

// Makes up commands: the same for the same options. Used by one thread.
class Workload {
 public:
  explicit Workload(const WorkloadOptions& options);

  // What opens an account, and what gives it money.
  // REQUIRES: 0 <= account < accounts()
  [[nodiscard]] Submission Opening(std::int64_t account) const;
  [[nodiscard]] Submission Deposit(std::int64_t account) const;
  [[nodiscard]] std::int64_t accounts() const { return options_.accounts; }

  // The next transfer. Its id ends in `tag`, by which a result is known again.
  Submission Next(std::uint64_t tag);
  // The sum of the amounts of all transfers that Next made, repeats not counted.
  [[nodiscard]] std::int64_t amounts() const { return amounts_; }
  // The tag of a command id; REQUIRES: of one that Next made.
  static std::uint64_t TagOf(std::string_view command_id);

 private:
  [[nodiscard]] Submission Make(const std::string& account, std::string body) const;
  [[nodiscard]] std::string NameOf(std::uint64_t account) const;
  [[nodiscard]] std::int32_t PartitionOf(std::uint64_t account) const;
  std::uint64_t PickDebtor();
  std::uint64_t PickCreditor(std::uint64_t debtor);

  const WorkloadOptions options_;
  simulation::Random random_;
  std::vector<std::vector<std::uint64_t>> by_partition_;  // Accounts; for Partitions::kWithin.
  std::vector<double> zipf_;                              // Cumulated; for Debtors::kZipf.
  std::uint64_t number_ = 0;
  std::int64_t amounts_ = 0;
  std::string last_;
  std::uint64_t last_debtor_ = 0;
};

}  // namespace paylog::bench
