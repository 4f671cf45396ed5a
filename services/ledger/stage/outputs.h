#pragma once

#include <string>

#include "paylog/ledger/stage/transition.h"
#include "paylog/log/record.h"
#include "paylog/model/account.h"
#include "paylog/runtime/topics.h"

// The records that the ledger writes, and where each goes. Keys and values are functions of the
// journal alone; headers carry what the caused record inherits from its cause.
namespace paylog::ledger {

struct Output {
  log::TopicPartition to;
  log::Record record;
};

// Writes the outputs of one ledger partition. Immutable, so thread-safe.
class OutputWriter {
 public:
  OutputWriter(base::PartitionId partition, const runtime::PartitionCounts& counts);

  // `value` is the event's, which is not needed any more where it was published.
  [[nodiscard]] Output Journal(const model::JournalRecord& record, std::string value,
                               const log::StoredRecord& cause) const;
  [[nodiscard]] Output Result(const AppliedEvent& event, const log::StoredRecord& cause) const;
  [[nodiscard]] Output Message(const AppliedEvent& event, const log::StoredRecord& cause) const;
  [[nodiscard]] Output Balance(const model::Account& account, base::TimestampMs time) const;

 private:
  [[nodiscard]] log::Headers Headers(std::string_view type, const model::EventHeader& event,
                                     const log::StoredRecord& cause) const;

  base::PartitionId partition_;
  runtime::PartitionCounts counts_;
  std::string source_;
};

}  // namespace paylog::ledger
