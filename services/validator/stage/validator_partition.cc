#include "paylog/validator/stage/validator_partition.h"

#include <algorithm>
#include <utility>

#include "paylog/codec/headers.h"
#include "paylog/runtime/poll_towards.h"
#include "paylog/validator/stage/verdict_output.h"

namespace paylog::validator {
namespace {

// The highest offset of payments.commands/`partition` that records in `from` name as their origin.
base::Result<base::Offset> HighestOrigin(log::Log& log, const log::TopicPartition& from,
                                         base::PartitionId partition,
                                         const std::atomic<bool>& interrupted) {
  PAYLOG_ASSIGN(const auto uncommitted, log.NewReader(from, log::Isolation::kReadUncommitted));
  PAYLOG_ASSIGN(const base::Offset end, uncommitted->EndOffset());
  PAYLOG_ASSIGN(const auto reader, log.NewReader(from, log::Isolation::kReadCommitted));
  PAYLOG_ASSIGN(const base::Offset beginning, reader->BeginningOffset());
  PAYLOG_TRY(reader->Seek(beginning));
  base::Offset highest(-1);
  while (true) {
    PAYLOG_ASSIGN(const auto polled,
                  runtime::PollTowards(*reader, end, runtime::kPollRecordsMax, &interrupted));
    if (polled.records.empty()) {
      return highest;
    }
    for (const log::StoredRecord& record : polled.records) {
      const auto origin = codec::Origin::Parse(record.FindHeader(codec::kOrigin).value_or(""));
      if (origin && origin->topic == runtime::kCommandsTopic && origin->partition == partition) {
        highest = std::max(highest, origin->offset);
      }
    }
  }
}

}  // namespace

ValidatorPartition::ValidatorPartition(log::Log& log, base::PartitionId partition,
                                       runtime::PartitionCounts counts, runtime::Counters& counters,
                                       runtime::StageObserver* observer)
    : log_(log), partition_(partition), counts_(counts), counters_(counters), observer_(observer) {}

base::Result<base::Offset> ValidatorPartition::TakeOver(std::optional<base::Offset> committed) {
  if (committed) {
    return *committed;
  }
  return AfterHighestOrigin();
}

base::Result<base::Offset> ValidatorPartition::AfterHighestOrigin() {
  base::Offset highest(-1);
  const std::pair<std::string_view, std::int32_t> topics[] = {
      {runtime::kInboxTopic, counts_.inbox},
      {runtime::kResultsTopic, counts_.results},
      {runtime::kDeadLettersTopic, counts_.dead_letters}};
  for (const auto& [topic, count] : topics) {
    for (std::int32_t p = 0; p < count; ++p) {
      PAYLOG_ASSIGN(const base::Offset found,
                    HighestOrigin(log_, runtime::Partition(topic, base::PartitionId(p)), partition_,
                                  interrupted()));
      highest = std::max(highest, found);
    }
  }
  return highest.Next();
}

base::Result<void> ValidatorPartition::Process(std::span<const log::StoredRecord> records,
                                               log::TransactionalWriter& writer) {
  staged_tally_ = {.inputs = static_cast<std::int64_t>(records.size())};
  staged_noted_.clear();
  for (const log::StoredRecord& record : records) {
    VerdictOutput output = Judge(record, partition_, counts_);
    Note(record.offset, output.verdict);
    PAYLOG_TRY(writer.Append(output.to, std::move(output.record)));
  }
  return {};
}

void ValidatorPartition::Note(base::Offset offset, const Verdict& verdict) {
  if (const auto* const refused = std::get_if<Refused>(&verdict)) {
    staged_tally_.Count(refused->result);
    staged_noted_.push_back({.offset = offset,
                             .command_id = refused->result.command_id.ToString(),
                             .code = refused->result.code});
  } else if (const auto* const letter = std::get_if<DeadLetter>(&verdict)) {
    ++staged_tally_.dead_letters;
    staged_noted_.push_back(
        {.offset = offset, .command_id = std::nullopt, .code = letter->reason.code});
  }
}

void ValidatorPartition::OnCommitted() {
  counters_.Add(staged_tally_);
  const auto input = runtime::Partition(runtime::kCommandsTopic, partition_);
  for (const Noted& noted : staged_noted_) {
    if (observer_ != nullptr && noted.command_id) {
      observer_->OnRefused(input, noted.offset, *noted.command_id, noted.code);
    } else if (observer_ != nullptr) {
      observer_->OnDeadLetter(input, noted.offset, noted.code);
    }
  }
  staged_noted_.clear();
}

}  // namespace paylog::validator
