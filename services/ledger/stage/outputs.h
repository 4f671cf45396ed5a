#pragma once

#include <string>
#include <string_view>

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

  // What all outputs of an event have in their headers.
  [[nodiscard]] static log::Headers SharedHeaders(const model::EventHeader& event,
                                                  const log::StoredRecord& cause);

  // `value` is the event's, which is not needed any more where it was published; `shared` is
  // SharedHeaders of the event.
  [[nodiscard]] Output Journal(const model::JournalRecord& record, std::string value,
                               const log::Headers& shared) const;
  [[nodiscard]] Output Result(const AppliedEvent& event, const log::Headers& shared) const;
  [[nodiscard]] Output Message(const AppliedEvent& event, const log::Headers& shared) const;
  [[nodiscard]] Output Balance(const model::Account& account, base::TimestampMs time) const;

 private:
  // What the outputs of one type have in their headers before the shared ones.
  [[nodiscard]] log::Headers HeadersOf(std::string_view type) const;

  base::PartitionId partition_;
  runtime::PartitionCounts counts_;
  std::string source_;
  log::Headers journal_headers_;
  log::Headers result_headers_;
  log::Headers message_headers_;
};

}  // namespace paylog::ledger
