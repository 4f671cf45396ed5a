#include "paylog/runtime/progress.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace paylog::runtime {
namespace {

// How long the markers of a transaction may take to become readable.
constexpr std::chrono::milliseconds kMarkersWait{1'000};

struct Input {
  std::string group;
  log::TopicPartition partition;
};

std::vector<Input> AllInputs(const PartitionCounts& counts, bool notifier) {
  std::vector<Input> inputs;
  const auto add = [&](std::string_view group, std::string_view topic, std::int32_t count) {
    for (std::int32_t p = 0; p < count; ++p) {
      inputs.push_back({std::string(group), Partition(topic, base::PartitionId(p))});
    }
  };
  add(kValidatorGroup, kCommandsTopic, counts.commands);
  add(kLedgerGroup, kInboxTopic, counts.inbox);
  if (notifier) {
    add(kNotifierGroup, kResultsTopic, counts.results);
  }
  return inputs;
}

// Read uncommitted: a commit's offset may be visible before its markers are everywhere, so that a
// committed end, still behind its records, would look as if nothing had been written.
base::Result<std::vector<base::Offset>> ReadEnds(log::Log& log, const std::vector<Input>& inputs) {
  std::vector<base::Offset> ends;
  for (const Input& input : inputs) {
    PAYLOG_ASSIGN(const auto reader,
                  log.NewReader(input.partition, log::Isolation::kReadUncommitted));
    PAYLOG_ASSIGN(const base::Offset end, reader->EndOffset());
    ends.push_back(end);
  }
  return ends;
}

// Is no record to be read from `next` up to `end`? There may be control records and aborted ones,
// which a reader passes without a word. False too where it cannot be known soon.
base::Result<bool> NothingBetween(log::Log& log, const log::TopicPartition& partition,
                                  base::Offset next, base::Offset end) {
  if (next >= end) {
    return true;
  }
  PAYLOG_ASSIGN(const auto reader, log.NewReader(partition, log::Isolation::kReadCommitted));
  PAYLOG_TRY(reader->Seek(next));
  const auto deadline = std::chrono::steady_clock::now() + kMarkersWait;
  while (reader->position() < end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      return false;
    }
    PAYLOG_ASSIGN(const auto polled, reader->Poll({.records_max = 1, .wait = left}));
    if (!polled.records.empty()) {
      return false;
    }
  }
  return true;
}

}  // namespace

// Ends, then offsets, then ends again: where the ends did not move and the offsets had reached
// them, no transaction was open that could still write.
base::Result<bool> IsQuiet(log::Log& log, const PartitionCounts& counts, bool notifier) {
  const std::vector<Input> inputs = AllInputs(counts, notifier);
  PAYLOG_ASSIGN(const auto before, ReadEnds(log, inputs));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (before[i] == base::Offset(0)) {
      continue;
    }
    PAYLOG_ASSIGN(const auto committed, log.CommittedOffset(inputs[i].group, inputs[i].partition));
    PAYLOG_ASSIGN(
        const bool nothing_left,
        NothingBetween(log, inputs[i].partition, committed.value_or(base::Offset(0)), before[i]));
    if (!nothing_left) {
      return false;
    }
  }
  PAYLOG_ASSIGN(const auto after, ReadEnds(log, inputs));
  return before == after;
}

}  // namespace paylog::runtime
