#include "paylog/runtime/progress.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace paylog::runtime {
namespace {

struct Input {
  std::string group;
  log::TopicPartition partition;
};

std::vector<Input> AllInputs(const PartitionCounts& counts) {
  std::vector<Input> inputs;
  const auto add = [&](std::string_view group, std::string_view topic, std::int32_t count) {
    for (std::int32_t p = 0; p < count; ++p) {
      inputs.push_back({std::string(group), Partition(topic, base::PartitionId(p))});
    }
  };
  add(kValidatorGroup, kCommandsTopic, counts.commands);
  add(kLedgerGroup, kInboxTopic, counts.inbox);
  return inputs;
}

base::Result<std::vector<base::Offset>> ReadEnds(log::Log& log, const std::vector<Input>& inputs) {
  std::vector<base::Offset> ends;
  for (const Input& input : inputs) {
    PAYLOG_ASSIGN(const auto reader,
                  log.NewReader(input.partition, log::Isolation::kReadCommitted));
    PAYLOG_ASSIGN(const base::Offset end, reader->EndOffset());
    ends.push_back(end);
  }
  return ends;
}

// An offset names the last record processed; behind it a log may have control records only.
base::Result<bool> NothingBetween(log::Log& log, const log::TopicPartition& partition,
                                  std::optional<base::Offset> committed, base::Offset end) {
  if (!committed.has_value() || *committed >= end) {
    return committed.has_value();
  }
  PAYLOG_ASSIGN(const auto reader, log.NewReader(partition, log::Isolation::kReadCommitted));
  PAYLOG_TRY(reader->Seek(*committed));
  PAYLOG_ASSIGN(const auto polled, reader->Poll({.records_max = 1}));
  return polled.records.empty() && polled.next >= end;
}

}  // namespace

// Ends, then offsets, then ends again: where the ends did not move and the offsets had reached
// them, no transaction was open that could still write.
base::Result<bool> IsQuiet(log::Log& log, const PartitionCounts& counts) {
  const std::vector<Input> inputs = AllInputs(counts);
  PAYLOG_ASSIGN(const auto before, ReadEnds(log, inputs));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (before[i] == base::Offset(0)) {
      continue;
    }
    PAYLOG_ASSIGN(const auto committed, log.CommittedOffset(inputs[i].group, inputs[i].partition));
    PAYLOG_ASSIGN(const bool nothing_left,
                  NothingBetween(log, inputs[i].partition, committed, before[i]));
    if (!nothing_left) {
      return false;
    }
  }
  PAYLOG_ASSIGN(const auto after, ReadEnds(log, inputs));
  return before == after;
}

}  // namespace paylog::runtime
