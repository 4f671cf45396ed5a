#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "paylog/audit/difference.h"
#include "paylog/ledger/core/state.h"
#include "paylog/log_sim/sim_clock.h"
#include "paylog/log_sim/sim_log.h"
#include "paylog/runtime/counters.h"
#include "paylog/runtime/topics.h"
#include "paylog/runtime/worker_table.h"
#include "paylog/story/story.h"

namespace paylog::story {

// Validator and ledger of production on a log in memory, driven step by step on the caller's
// thread: the partitions work in turn, so the same commands always end the same. Not thread-safe.
class Bank {
 public:
  explicit Bank(std::int32_t partitions);
  ~Bank();
  Bank(const Bank&) = delete;
  Bank& operator=(const Bank&) = delete;

  // Makes the topics, and lets every partition be taken over.
  base::Result<void> Open();

  // Puts all the records into payments.commands, then works until all is quiet. What came of each,
  // in their order. kInvalidArgument for a partition that there is not; kCorrupt where a command
  // was not answered exactly once.
  base::Result<std::vector<Outcome>> Settle(const std::vector<Send>& sends);

  [[nodiscard]] Standing StandingOf(const std::string& account) const;
  [[nodiscard]] base::PartitionId PartitionOf(const std::string& account) const;

  // Decides everything again from the log.
  audit::Verdict Audit();

 private:
  // A command in the log.
  using Origin = std::pair<base::PartitionId, base::Offset>;

  base::Result<Origin> Put(const Send& send);
  base::Result<void> Work();
  base::Result<void> ReadAnswers();
  base::Result<void> ReadNew(std::string_view topic, std::int32_t partitions);
  base::Result<void> NoteResult(const log::StoredRecord& record);
  base::Result<void> NoteDeadLetter(const log::StoredRecord& record);
  base::Result<void> Note(const log::StoredRecord& record, Outcome outcome);

  const runtime::PartitionCounts counts_;
  log_sim::SimClock clock_;
  log_sim::Broker broker_;
  log_sim::SimLog log_;
  runtime::Counters counters_;
  const runtime::StageOptions validator_options_;
  const runtime::StageOptions ledger_options_;
  const runtime::ProcessorFactory validator_factory_;
  const runtime::ProcessorFactory ledger_factory_;
  runtime::WorkerTable validators_;
  runtime::WorkerTable ledgers_;
  std::map<log::TopicPartition, std::unique_ptr<log::Reader>> readers_;
  std::map<base::PartitionId, base::Offset> ends_;  // Of payments.commands.
  std::map<Origin, std::vector<Outcome>> answers_;
};

}  // namespace paylog::story
