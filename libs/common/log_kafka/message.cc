#include "paylog/log_kafka/message.h"

#include <array>
#include <string>
#include <utility>

#include "paylog/log_kafka/error_protocol.h"

namespace paylog::log_kafka {
namespace {

using base::Error;
using base::ErrorCode;

// How long deliveries are served before a full queue is tried again.
constexpr int kQueueFullWaitMs = 50;

std::string ToString(const void* data, std::size_t size) {
  return data != nullptr ? std::string(static_cast<const char*>(data), size) : std::string();
}

log::Headers HeadersOf(const rd_kafka_message_t& message) {
  log::Headers headers;
  rd_kafka_headers_t* raw = nullptr;
  if (rd_kafka_message_headers(&message, &raw) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return headers;
  }
  const std::size_t count = rd_kafka_header_cnt(raw);
  for (std::size_t i = 0; i < count; ++i) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    if (rd_kafka_header_get_all(raw, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      headers.Add(name, value != nullptr ? std::string_view(static_cast<const char*>(value), size)
                                         : std::string_view());
    }
  }
  return headers;
}

Headers ToHeaders(const log::Record& record) {
  Headers headers(rd_kafka_headers_new(record.headers.size()));
  for (const log::Header header : record.headers) {
    rd_kafka_header_add(headers.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value.data(), static_cast<ssize_t>(header.value.size()));
  }
  return headers;
}

rd_kafka_resp_err_t Produce(rd_kafka_t* client, const log::TopicPartition& to,
                            const log::Record& record) {
  Headers headers = ToHeaders(record);
  // librdkafka copies value and key (MSG_F_COPY), so they are not changed.
  const auto bytes = [](const std::string& text) { return const_cast<char*>(text.data()); };
  std::array<rd_kafka_vu_t, 7> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = to.topic.c_str();
  parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[1].u.i32 = to.partition.value();
  parts[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[2].u.i = RD_KAFKA_MSG_F_COPY;
  parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[3].u.mem = {.ptr = bytes(record.value), .size = record.value.size()};
  parts[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  parts[4].u.i64 = record.timestamp.value();
  parts[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  parts[5].u.headers = headers.get();
  std::size_t count = 6;
  if (record.key) {
    parts[count].vtype = RD_KAFKA_VTYPE_KEY;
    parts[count].u.mem = {.ptr = bytes(*record.key), .size = record.key->size()};
    ++count;
  }
  const KafkaError error(rd_kafka_produceva(client, parts.data(), count));
  if (error != nullptr) {
    return rd_kafka_error_code(error.get());
  }
  (void)headers.release();  // The message owns them now.
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

log::StoredRecord ToRecord(const rd_kafka_message_t& message) {
  log::StoredRecord record{.offset = base::Offset(message.offset)};
  if (message.key != nullptr) {
    record.key = ToString(message.key, message.key_len);
  }
  record.value = ToString(message.payload, message.len);
  record.headers = HeadersOf(message);
  record.timestamp = base::TimestampMs(rd_kafka_message_timestamp(&message, nullptr));
  return record;
}

base::Result<void> Enqueue(Cluster& cluster, rd_kafka_t* client, const log::TopicPartition& to,
                           const log::Record& record) {
  PAYLOG_ASSIGN(const log::TopicSpec spec, cluster.FindPartition(to));
  const std::size_t bytes = log::RecordBytes(record);
  if (std::cmp_greater(bytes, spec.record_bytes_max)) {
    return Error{.code = ErrorCode::kMessageTooLarge,
                 .context = to.ToString() + ": a record of " + std::to_string(bytes) +
                            " bytes, over the limit of " + std::to_string(spec.record_bytes_max)};
  }
  for (;;) {
    const rd_kafka_resp_err_t code = Produce(client, to, record);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_poll(client, 0);
      return {};
    }
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      return ErrorOf(code, "writing to " + to.ToString());
    }
    rd_kafka_poll(client, kQueueFullWaitMs);
  }
}

}  // namespace paylog::log_kafka
