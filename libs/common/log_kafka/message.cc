#include "paylog/log_kafka/message.h"

#include <string>

namespace paylog::log_kafka {
namespace {

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

Headers ToHeaders(const log::Headers& headers) {
  Headers made(rd_kafka_headers_new(headers.size()));
  for (const log::Header header : headers) {
    rd_kafka_header_add(made.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value.data(), static_cast<ssize_t>(header.value.size()));
  }
  return made;
}

}  // namespace paylog::log_kafka
