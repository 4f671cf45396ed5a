#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paylog/base/clock.h"
#include "paylog/log/log.h"
#include "paylog/log_sqlite/sqlite_log.h"
#include "paylog/model/command_result.h"
#include "paylog/runtime/topics.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::test_support {

// Stands still between ticks, so that the same calls make the same log. Thread-safe.
class ManualClock final : public base::Clock {
 public:
  [[nodiscard]] base::TimestampMs Now() const override { return base::TimestampMs(now_.load()); }
  void Tick() { ++now_; }
  void Set(base::TimestampMs now) { now_ = now.value(); }

 private:
  std::atomic<std::int64_t> now_{1'700'000'000'000};
};

// An embedded log with paylog's topics in a directory of its own. Its clock ticks with each call
// that adds records.
class PaymentLog {
 public:
  explicit PaymentLog(std::int32_t partition_count);

  [[nodiscard]] log::Log& log() { return *log_; }
  [[nodiscard]] const runtime::PartitionCounts& counts() const { return counts_; }
  [[nodiscard]] const ManualClock& clock() const { return clock_; }
  [[nodiscard]] std::string In(const std::string& name) const { return directory_.In(name); }
  [[nodiscard]] ManualClock& mutable_clock() { return clock_; }
  // For snapshots; it exists.
  [[nodiscard]] std::string SnapshotDirectory() const;

  // Closes the log and opens it again. REQUIRES: everything it made was destroyed.
  void Reopen();

  // Adds records to a partition, each durable.
  void Produce(const log::TopicPartition& to, const std::vector<log::Record>& records);
  void Produce(const std::vector<std::pair<log::TopicPartition, log::Record>>& records);
  // Puts commands into payments.commands, each where it belongs.
  void Submit(const std::vector<std::string>& bodies);
  // Puts commands into ledger.inbox as the validator would, each with an origin of its own.
  void Accept(const std::vector<std::string>& bodies);

  // All committed records.
  std::vector<log::StoredRecord> Read(std::string_view topic, std::int32_t partition);
  // Of all partitions.
  std::vector<log::StoredRecord> ReadAll(std::string_view topic, std::int32_t partition_count);
  std::vector<std::string> Values(std::string_view topic, std::int32_t partition);
  // All results of an account's command, in order.
  std::vector<model::CommandResult> ResultsOf(const std::string& account, const std::string& id);

 private:
  void Open(bool create);

  TemporaryDirectory directory_;
  ManualClock clock_;
  std::unique_ptr<log::Log> log_;
  runtime::PartitionCounts counts_;
  std::int64_t accepted_ = 0;
};

// Commands in EUR.
std::string OpenBody(const std::string& id, const std::string& account);
std::string DepositBody(const std::string& id, const std::string& account, std::int64_t minor);
std::string WithdrawBody(const std::string& id, const std::string& account, std::int64_t minor);
std::string TransferBody(const std::string& id, const std::string& debtor,
                         const std::string& creditor, std::int64_t minor);

// The record for payments.commands, where it belongs. REQUIRES: id and account can be read.
std::pair<log::TopicPartition, log::Record> CommandRecord(std::string body,
                                                          std::int32_t partition_count);
// The record for ledger.inbox, as the validator writes it.
std::pair<log::TopicPartition, log::Record> InboxRecord(std::string body,
                                                        std::int32_t partition_count,
                                                        const std::string& origin);

// The n-th name of the form `stem`N that lives on the partition.
std::string NameOn(const std::string& stem, std::int32_t partition, std::int32_t partition_count,
                   int nth = 0);

}  // namespace paylog::test_support
