#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "paylog/base/clock.h"
#include "paylog/base/result.h"
#include "paylog/log/cut.h"
#include "paylog/log/log.h"

namespace paylog::log_sqlite {

struct Options {
  std::string directory;
  // Make the directory and an empty log where there is none; otherwise that is kNotFound.
  bool create = false;
  // Timestamps of the append. Must outlive the log.
  const base::Clock* clock = nullptr;
  // What readers at the tail are served from, all partitions together.
  std::size_t tail_cache_bytes = std::size_t{64} * 1024 * 1024;
};

// What was read, and found whole.
struct VerifyReport {
  std::uint64_t commits = 0;
  std::uint64_t cells = 0;
  std::uint64_t batches = 0;
  std::uint64_t records = 0;
  std::uint64_t batch_bytes = 0;  // As stored.
};

class Engine;

// The log in a directory (ADR 0001): DIR/log.sqlite, DIR/head and DIR/owner.lock. One object owns a
// directory at a time; any other opener, in this process or another, gets kBusy with the owner's
// pid. Thread-safe, like what it makes is by its own header. Destroying it syncs and closes.
//
// Failure: an error of the disk or of SQLite during a commit leaves that commit's outcome unknown.
// From then on every call on the log, its readers and writers returns it, marked fatal: the process
// must end, and opening the log again finds out. Damage that a read meets is kCorrupt, naming
// topic, partition and offset; the rest of the log stays readable.
class SqliteLog final : public log::Log {
 public:
  // Errors: kNotFound; kBusy; kLostRecords where the log ends before its head; kCorrupt where what
  // opening reads is damaged. A log that was refused is left as it was.
  static base::Result<std::unique_ptr<SqliteLog>> Open(const Options& options);
  ~SqliteLog() override;

  base::Result<void> CreateTopics(std::span<const log::TopicSpec> specs) override;
  base::Result<void> CheckTopics(std::span<const log::TopicSpec> specs) override;
  base::Result<std::vector<log::TopicSpec>> ListTopics() override;
  base::Result<std::unique_ptr<log::Reader>> NewReader(const log::TopicPartition& from,
                                                       log::Isolation isolation) override;
  base::Result<std::unique_ptr<log::TransactionalWriter>> NewWriter(
      const std::string& transactional_id) override;
  base::Result<std::unique_ptr<log::Producer>> NewProducer() override;
  base::Result<std::unique_ptr<log::GroupMember>> JoinGroup(
      const std::string& group, const std::vector<std::string>& topics) override;
  base::Result<std::optional<base::Offset>> CommittedOffset(
      const std::string& group, const log::TopicPartition& from) override;

  [[nodiscard]] const std::string& directory() const { return directory_; }

  // The log as it stands between two commits, now.
  base::Result<log::LogCut> Cut();

  // The named point of compaction: removes all but the last record of each key; records without a
  // key stay. Commits wait meanwhile. kInvalidArgument unless the topic is Retention::kCompact.
  base::Result<void> Compact(const std::string& topic);

  // Reads every row of every table and checks every checksum, that batches tile their partitions,
  // the chain of commits and the digest of cells. Commits, and reads that miss the tail's cache,
  // wait meanwhile.
  base::Result<VerifyReport> Verify();

 private:
  SqliteLog(std::string directory, std::unique_ptr<Engine> engine);

  const std::string directory_;
  std::unique_ptr<Engine> engine_;
};

// The repair for a log whose head file is missing or damaged in both slots: verifies the whole log,
// then writes the head anew from its last commit. What the WAL may have lost behind a damaged byte
// cannot be noticed here, so compare the report with what is known from elsewhere. kInvalidArgument
// where the head is readable: a log that ends before its head is not repaired by forgetting it.
base::Result<VerifyReport> RepairHead(const Options& options);

}  // namespace paylog::log_sqlite
