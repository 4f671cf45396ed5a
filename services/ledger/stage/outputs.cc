#include "paylog/ledger/stage/outputs.h"

#include <utility>

#include "paylog/base/check.h"
#include "paylog/base/murmur2.h"
#include "paylog/codec/event_codec.h"
#include "paylog/codec/headers.h"
#include "paylog/codec/message_codec.h"
#include "paylog/codec/result_codec.h"
#include "paylog/codec/state_codec.h"

namespace paylog::ledger {
namespace {

// Of the headers that outputs share, but for a traceparent.
constexpr std::size_t kSharedHeaderBytes = 192;

std::string EventId(const model::EventHeader& event) {
  const model::Position& position = event.position;
  return std::to_string(position.partition.value()) + ':' +
         std::to_string(position.sequence.value());
}

log::Headers Joined(const log::Headers& own, const log::Headers& shared) {
  log::Headers headers;
  headers.Reserve(own.bytes().size() + shared.bytes().size());
  headers.Add(own);
  headers.Add(shared);
  return headers;
}

}  // namespace

OutputWriter::OutputWriter(base::PartitionId partition, const runtime::PartitionCounts& counts)
    : partition_(partition),
      counts_(counts),
      source_("paylog/ledger/" + std::to_string(partition.value())),
      journal_headers_(HeadersOf(codec::kTypeEvent)),
      result_headers_(HeadersOf(codec::kTypeResult)),
      message_headers_(HeadersOf(codec::kTypeMessage)) {}

log::Headers OutputWriter::HeadersOf(std::string_view type) const {
  return {{codec::kCeSpecVersion, "1.0"}, {codec::kCeType, type}, {codec::kCeSource, source_}};
}

log::Headers OutputWriter::SharedHeaders(const model::EventHeader& event,
                                         const log::StoredRecord& cause) {
  log::Headers headers;
  headers.Reserve(kSharedHeaderBytes);
  headers.Add(codec::kCeId, EventId(event));
  headers.Add(codec::kCeTime, codec::FormatTime(event.time).view());
  headers.Add(codec::kContentType, "application/json");
  for (const std::string_view inherited : {codec::kOrigin, codec::kTraceParent}) {
    if (const auto value = cause.FindHeader(inherited)) {
      headers.Add(inherited, *value);
    }
  }
  return headers;
}

Output OutputWriter::Journal(const model::JournalRecord& record, std::string value,
                             const log::Headers& shared) const {
  return {.to = runtime::Partition(runtime::kJournalTopic, partition_),
          .record = {.key = codec::JournalKey(record),
                     .value = std::move(value),
                     .headers = Joined(journal_headers_, shared),
                     .timestamp = record.header.time}};
}

Output OutputWriter::Result(const AppliedEvent& event, const log::Headers& shared) const {
  CHECK(event.effects.result.has_value());
  const model::CommandResult& result = *event.effects.result;
  return {.to = runtime::Partition(runtime::kResultsTopic,
                                   base::PartitionOf(result.account.value(), counts_.results)),
          .record = {.key = result.account.ToString(),
                     .value = codec::EncodeResult(result),
                     .headers = Joined(result_headers_, shared),
                     .timestamp = event.record.header.time}};
}

Output OutputWriter::Message(const AppliedEvent& event, const log::Headers& shared) const {
  CHECK(event.effects.message.has_value());
  const model::AccountId& recipient = model::RecipientOf(*event.effects.message);
  return {.to = runtime::Partition(runtime::kInboxTopic,
                                   base::PartitionOf(recipient.value(), counts_.inbox)),
          .record = {.key = recipient.ToString(),
                     .value = codec::EncodeMessage(*event.effects.message),
                     .headers = Joined(message_headers_, shared),
                     .timestamp = event.record.header.time}};
}

Output OutputWriter::Balance(const model::Account& account, base::TimestampMs time) const {
  return {.to = runtime::Partition(runtime::kBalancesTopic, partition_),
          .record = {.key = account.id.ToString(),
                     .value = codec::EncodeAccount(account, partition_),
                     .headers = {{codec::kCeSpecVersion, "1.0"},
                                 {codec::kCeType, codec::kTypeBalance},
                                 {codec::kCeSource, source_},
                                 {codec::kContentType, "application/json"}},
                     .timestamp = time}};
}

}  // namespace paylog::ledger
