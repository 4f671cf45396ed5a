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

std::string EventId(const AppliedEvent& event) {
  const model::Position& position = event.record.header.position;
  return std::to_string(position.partition.value()) + ':' +
         std::to_string(position.sequence.value());
}

}  // namespace

OutputWriter::OutputWriter(base::PartitionId partition, const runtime::PartitionCounts& counts)
    : partition_(partition),
      counts_(counts),
      source_("paylog/ledger/" + std::to_string(partition.value())) {}

std::vector<log::Header> OutputWriter::Headers(std::string_view type, std::string id,
                                               const AppliedEvent& event,
                                               const log::StoredRecord& cause) const {
  std::vector<log::Header> headers = {
      {std::string(codec::kCeSpecVersion), "1.0"},
      {std::string(codec::kCeType), std::string(type)},
      {std::string(codec::kCeSource), source_},
      {std::string(codec::kCeId), std::move(id)},
      {std::string(codec::kCeTime), codec::FormatTime(event.record.header.time)},
      {std::string(codec::kContentType), "application/json"}};
  for (const std::string_view inherited : {codec::kOrigin, codec::kTraceParent}) {
    if (const auto value = cause.FindHeader(inherited)) {
      headers.push_back({std::string(inherited), std::string(*value)});
    }
  }
  return headers;
}

Output OutputWriter::Journal(const AppliedEvent& event, const log::StoredRecord& cause) const {
  return {.to = runtime::Partition(runtime::kJournalTopic, partition_),
          .record = {.key = codec::JournalKey(event.record),
                     .value = event.value,
                     .headers = Headers(codec::kTypeEvent, EventId(event), event, cause),
                     .timestamp = event.record.header.time}};
}

Output OutputWriter::Result(const AppliedEvent& event, const log::StoredRecord& cause) const {
  CHECK(event.effects.result.has_value());
  const model::CommandResult& result = *event.effects.result;
  return {.to = runtime::Partition(runtime::kResultsTopic,
                                   base::PartitionOf(result.account.value(), counts_.results)),
          .record = {.key = result.account.value(),
                     .value = codec::EncodeResult(result),
                     .headers = Headers(codec::kTypeResult, EventId(event), event, cause),
                     .timestamp = event.record.header.time}};
}

Output OutputWriter::Message(const AppliedEvent& event, const log::StoredRecord& cause) const {
  CHECK(event.effects.message.has_value());
  const std::string& recipient = model::RecipientOf(*event.effects.message).value();
  return {
      .to = runtime::Partition(runtime::kInboxTopic, base::PartitionOf(recipient, counts_.inbox)),
      .record = {.key = recipient,
                 .value = codec::EncodeMessage(*event.effects.message),
                 .headers = Headers(codec::kTypeMessage, EventId(event), event, cause),
                 .timestamp = event.record.header.time}};
}

Output OutputWriter::Balance(const model::Account& account, base::TimestampMs time) const {
  return {.to = runtime::Partition(runtime::kBalancesTopic, partition_),
          .record = {.key = account.id.value(),
                     .value = codec::EncodeAccount(account, partition_),
                     .headers = {{std::string(codec::kCeSpecVersion), "1.0"},
                                 {std::string(codec::kCeType), std::string(codec::kTypeBalance)},
                                 {std::string(codec::kCeSource), source_},
                                 {std::string(codec::kContentType), "application/json"}},
                     .timestamp = time}};
}

}  // namespace paylog::ledger
