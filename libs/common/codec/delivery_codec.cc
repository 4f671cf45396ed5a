#include "paylog/codec/delivery_codec.h"

#include <utility>

#include "paylog/codec/field_reader.h"
#include "paylog/codec/headers.h"
#include "paylog/codec/json_writer.h"
#include "paylog/codec/parts.h"
#include "paylog/codec/result_codec.h"

// {"v":1,"type":"delivery_scheduled","endpoint":"shop", then the event's own fields}
namespace paylog::codec {
namespace {

using model::DeliveryEvent;
using model::DeliveryState;

// "msg_" and 40 hexadecimal digits: no character that a header or a signature would mind.
constexpr std::string_view kIdPrefix = "msg_";
constexpr std::size_t kIdDigits = 40;

bool IsDeliveryId(std::string_view id) {
  return id.starts_with(kIdPrefix) && id.size() == kIdPrefix.size() + kIdDigits &&
         id.find_first_not_of("0123456789abcdef", kIdPrefix.size()) == std::string_view::npos;
}

std::string ReadId(FieldReader& fields) {
  std::string id = fields.Text("id");
  if (fields.ok() && !IsDeliveryId(id)) {
    fields.Fail("id", "must be msg_ and 40 hexadecimal digits");
  }
  return id;
}

std::string ReadEndpointName(FieldReader& fields) {
  std::string name = fields.Text("endpoint");
  if (fields.ok() && !IsEndpointName(name)) {
    fields.Fail("endpoint", "must be the name of an endpoint");
  }
  return name;
}

base::TimestampMs ReadTime(FieldReader& fields, std::string_view name) {
  return base::TimestampMs(fields.Count(name));
}

void Write(JsonWriter& writer, const model::DeliveryScheduled& event) {
  writer.Field("id", event.id).Field("account", event.account.value());
  writer.Key("result").BeginObject();
  writer.Field("partition", event.result.partition.value());
  writer.Field("offset", event.result.offset.value()).EndObject();
  writer.Field("time", event.time.value()).Field("payload", event.payload);
}

void Write(JsonWriter& writer, const model::DeliveryAttempted& event) {
  writer.Field("id", event.id).Field("attempts", event.attempts).Field("status", event.status);
  writer.Field("state", ToString(event.state));
  if (event.next) {
    writer.Field("next", event.next->value());
  }
  writer.Field("time", event.time.value());
  if (!event.error.empty()) {
    writer.Field("error", event.error);
  }
}

void Write(JsonWriter& writer, const model::EndpointDisabled& event) {
  writer.Field("url_sha256", event.url_sha256.ToHex()).Field("time", event.time.value());
}

model::DeliveryScheduled ReadScheduled(FieldReader& fields, std::string endpoint) {
  return {.id = ReadId(fields),
          .endpoint = std::move(endpoint),
          .account = fields.Customer("account"),
          .result = fields.Object("result",
                                  [](FieldReader& result) {
                                    return model::ResultPlace{
                                        .partition = result.Partition("partition"),
                                        .offset = base::Offset(result.Count("offset"))};
                                  }),
          .time = ReadTime(fields, "time"),
          .payload = fields.Text("payload")};
}

DeliveryState ReadState(FieldReader& fields) {
  const auto state = model::ParseDeliveryState(fields.Text("state"));
  if (fields.ok() && !state) {
    fields.Fail("state", "must be delivered, retrying or dead");
  }
  return state.value_or(DeliveryState::kDead);
}

model::DeliveryAttempted ReadAttempted(FieldReader& fields, std::string endpoint) {
  model::DeliveryAttempted event{.id = ReadId(fields),
                                 .endpoint = std::move(endpoint),
                                 .attempts = fields.Count32("attempts"),
                                 .status = fields.Count32("status"),
                                 .state = ReadState(fields),
                                 .next = std::nullopt,
                                 .time = ReadTime(fields, "time"),
                                 .error = fields.OptionalText("error").value_or("")};
  if (event.state == DeliveryState::kRetrying) {
    event.next = ReadTime(fields, "next");
  }
  return event;
}

model::EndpointDisabled ReadDisabled(FieldReader& fields, std::string endpoint) {
  return {.endpoint = std::move(endpoint),
          .url_sha256 = fields.Hash("url_sha256"),
          .time = ReadTime(fields, "time")};
}

DeliveryEvent ReadDeliveryEvent(FieldReader& fields) {
  fields.Expect("v", kFormatVersion);
  const std::string type = fields.Text("type");
  std::string endpoint = ReadEndpointName(fields);
  if (type == "delivery_scheduled") {
    return ReadScheduled(fields, std::move(endpoint));
  }
  if (type == "delivery_attempted") {
    return ReadAttempted(fields, std::move(endpoint));
  }
  if (type != "endpoint_disabled") {
    fields.Fail("type", "must be delivery_scheduled, delivery_attempted or endpoint_disabled");
  }
  return ReadDisabled(fields, std::move(endpoint));
}

void WriteDeliveryEvent(JsonWriter& writer, const DeliveryEvent& event) {
  writer.BeginObject().Field("v", kFormatVersion).Field("type", TypeNameOf(event));
  std::visit(
      [&](const auto& body) {
        writer.Field("endpoint", body.endpoint);
        Write(writer, body);
      },
      event);
  writer.EndObject();
}

}  // namespace

std::string EncodeDeliveryEvent(const DeliveryEvent& event) {
  return WriteJson(WriteDeliveryEvent, event);
}

base::Result<DeliveryEvent> DecodeDeliveryEvent(std::string_view value) {
  return DecodeOwn(value, ReadDeliveryEvent, WriteDeliveryEvent);
}

std::string EncodeWebhook(const model::CommandResult& result, base::TimestampMs time) {
  JsonWriter writer;
  writer.BeginObject().Field("type", "command." + std::string(ToString(result.status)));
  writer.Field("timestamp", FormatTime(time).view());
  return std::move(writer).Take() + ",\"data\":" + EncodeResult(result) + '}';
}

}  // namespace paylog::codec
