#pragma once

#include <librdkafka/rdkafka.h>

#include "paylog/log/record.h"
#include "paylog/log_kafka/handles.h"

// Records to messages and back.
namespace paylog::log_kafka {

// REQUIRES: the message is no error. A missing value is read as an empty one.
log::StoredRecord ToRecord(const rd_kafka_message_t& message);

// The headers as librdkafka holds them.
Headers ToHeaders(const log::Headers& headers);

}  // namespace paylog::log_kafka
