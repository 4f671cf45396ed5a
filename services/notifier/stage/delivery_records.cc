#include "paylog/notifier/stage/delivery_records.h"

#include <utility>

#include "paylog/base/check.h"
#include "paylog/codec/delivery_codec.h"
#include "paylog/codec/headers.h"
#include "paylog/notifier/core/matching.h"

namespace paylog::notifier {
namespace {

// Of the hash's 64: enough that no two ever meet.
constexpr std::size_t kIdDigits = 40;
constexpr std::string_view kUndeliverable = "webhook_undeliverable";

std::string OriginOf(const model::ResultPlace& result) {
  return codec::Origin{.topic = std::string(runtime::kResultsTopic),
                       .partition = result.partition,
                       .offset = result.offset}
      .ToString();
}

std::string WebhookId(const std::string& endpoint, const log::StoredRecord& record,
                      const model::ResultPlace& place) {
  // No part but the last can hold a newline.
  const std::string identity = endpoint + '\n' + OriginOf(place) + '\n' +
                               std::to_string(record.timestamp.value()) + '\n' + record.value;
  return "msg_" + base::Sha256(identity).ToHex().substr(0, kIdDigits);
}

log::Headers Headers(std::string_view type, base::PartitionId partition, std::string_view id,
                     base::TimestampMs time, const std::optional<model::ResultPlace>& cause) {
  log::Headers headers = {
      {codec::kCeSpecVersion, "1.0"},
      {codec::kCeType, type},
      {codec::kCeSource, "paylog/notifier/" + std::to_string(partition.value())},
      {codec::kCeId, id},
      {codec::kCeTime, codec::FormatTime(time).view()},
      {codec::kContentType, "application/json"}};
  if (cause) {
    headers.Add(codec::kOrigin, OriginOf(*cause));
  }
  return headers;
}

// What the record is called, within its topic; the key is the first part.
struct Identity {
  std::string key;
  std::string id;
  base::TimestampMs time;
};

Identity IdentityOf(const model::DeliveryScheduled& event) {
  return {.key = event.id, .id = event.id + ":scheduled", .time = event.time};
}
Identity IdentityOf(const model::DeliveryAttempted& event) {
  return {.key = event.id,
          .id = event.id + ':' + std::to_string(event.attempts) + ':' +
                std::string(ToString(event.state)),
          .time = event.time};
}
Identity IdentityOf(const model::EndpointDisabled& event) {
  return {.key = event.endpoint,
          .id = event.endpoint + ':' + std::to_string(event.time.value()),
          .time = event.time};
}

}  // namespace

model::DeliveryScheduled Schedule(const Endpoint& endpoint, const model::CommandResult& result,
                                  const log::StoredRecord& record, base::PartitionId partition,
                                  base::TimestampMs now) {
  const model::ResultPlace place{.partition = partition, .offset = record.offset};
  return {.id = WebhookId(endpoint.name, record, place),
          .endpoint = endpoint.name,
          .account = result.account,
          .result = place,
          .time = now,
          .payload = codec::EncodeWebhook(VisibleTo(endpoint, result), record.timestamp)};
}

Output DeliveryRecord(const model::DeliveryEvent& event,
                      const std::optional<model::ResultPlace>& cause, base::PartitionId partition) {
  Identity identity = std::visit([](const auto& body) { return IdentityOf(body); }, event);
  return {.to = runtime::Partition(runtime::kDeliveriesTopic, partition),
          .record = {.key = std::move(identity.key),
                     .value = codec::EncodeDeliveryEvent(event),
                     .headers = Headers(codec::kTypeDelivery, partition, identity.id, identity.time,
                                        cause),
                     .timestamp = identity.time}};
}

std::string WhatCame(const model::DeliveryAttempted& last) {
  const std::string what =
      last.error.empty() ? "status " + std::to_string(last.status) : last.error;
  return std::to_string(last.attempts) + (last.attempts == 1 ? " attempt: " : " attempts: ") + what;
}

Output DeadWebhook(const model::DeliveryScheduled& scheduled, const model::DeliveryAttempted& last,
                   const runtime::PartitionCounts& counts) {
  CHECK(last.state == model::DeliveryState::kDead);
  const base::PartitionId from = scheduled.result.partition;
  Output output{.to = runtime::Partition(runtime::kDeadLettersTopic,
                                         base::PartitionId(from.value() % counts.dead_letters)),
                .record = {.key = scheduled.id,
                           .value = scheduled.payload,
                           .headers = Headers(codec::kTypeDeadWebhook, from, scheduled.id,
                                              last.time, scheduled.result),
                           .timestamp = last.time}};
  output.record.headers.Add(codec::kReason, kUndeliverable);
  output.record.headers.Add(codec::kReasonMessage, WhatCame(last));
  output.record.headers.Add(codec::kEndpoint, scheduled.endpoint);
  return output;
}

}  // namespace paylog::notifier
