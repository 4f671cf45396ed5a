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

// Of one record, but for a traceparent.
constexpr std::size_t kHeaderBytes = 256;

std::string EventId(const model::EventHeader& event) {
  const model::Position& position = event.position;
  return std::to_string(position.partition.value()) + ':' +
         std::to_string(position.sequence.value());
}

}  // namespace

OutputWriter::OutputWriter(base::PartitionId partition, const runtime::PartitionCounts& counts)
    : partition_(partition),
      counts_(counts),
      source_("paylog/ledger/" + std::to_string(partition.value())) {}

log::Headers OutputWriter::Headers(std::string_view type, const model::EventHeader& event,
                                   const log::StoredRecord& cause) const {
  log::Headers headers;
  headers.Reserve(kHeaderBytes);
  headers.Add(codec::kCeSpecVersion, "1.0");
  headers.Add(codec::kCeType, type);
  headers.Add(codec::kCeSource, source_);
  headers.Add(codec::kCeId, EventId(event));
  headers.Add(codec::kCeTime, codec::FormatTime(event.time));
  headers.Add(codec::kContentType, "application/json");
  for (const std::string_view inherited : {codec::kOrigin, codec::kTraceParent}) {
    if (const auto value = cause.FindHeader(inherited)) {
      headers.Add(inherited, *value);
    }
  }
  return headers;
}

Output OutputWriter::Journal(const model::JournalRecord& record, std::string value,
                             const log::StoredRecord& cause) const {
  return {.to = runtime::Partition(runtime::kJournalTopic, partition_),
          .record = {.key = codec::JournalKey(record),
                     .value = std::move(value),
                     .headers = Headers(codec::kTypeEvent, record.header, cause),
                     .timestamp = record.header.time}};
}

Output OutputWriter::Result(const AppliedEvent& event, const log::StoredRecord& cause) const {
  CHECK(event.effects.result.has_value());
  const model::CommandResult& result = *event.effects.result;
  return {.to = runtime::Partition(runtime::kResultsTopic,
                                   base::PartitionOf(result.account.value(), counts_.results)),
          .record = {.key = result.account.value(),
                     .value = codec::EncodeResult(result),
                     .headers = Headers(codec::kTypeResult, event.record.header, cause),
                     .timestamp = event.record.header.time}};
}

Output OutputWriter::Message(const AppliedEvent& event, const log::StoredRecord& cause) const {
  CHECK(event.effects.message.has_value());
  const std::string& recipient = model::RecipientOf(*event.effects.message).value();
  return {
      .to = runtime::Partition(runtime::kInboxTopic, base::PartitionOf(recipient, counts_.inbox)),
      .record = {.key = recipient,
                 .value = codec::EncodeMessage(*event.effects.message),
                 .headers = Headers(codec::kTypeMessage, event.record.header, cause),
                 .timestamp = event.record.header.time}};
}

Output OutputWriter::Balance(const model::Account& account, base::TimestampMs time) const {
  return {.to = runtime::Partition(runtime::kBalancesTopic, partition_),
          .record = {.key = account.id.value(),
                     .value = codec::EncodeAccount(account, partition_),
                     .headers = {{codec::kCeSpecVersion, "1.0"},
                                 {codec::kCeType, codec::kTypeBalance},
                                 {codec::kCeSource, source_},
                                 {codec::kContentType, "application/json"}},
                     .timestamp = time}};
}

}  // namespace paylog::ledger
