#pragma once

#include <librdkafka/rdkafka.h>

#include "paylog/base/result.h"
#include "paylog/log/record.h"
#include "paylog/log_kafka/client.h"
#include "paylog/log_kafka/cluster.h"
#include "paylog/log_kafka/handles.h"

// Records to messages and back.
namespace paylog::log_kafka {

// REQUIRES: the message is no error. A missing value is read as an empty one.
log::StoredRecord ToRecord(const rd_kafka_message_t& message);

// Hands the record to the client's queue, and waits while that is full. kNotFound,
// kMessageTooLarge, or what librdkafka says. Delivery shows later.
base::Result<void> Enqueue(Cluster& cluster, rd_kafka_t* client, const log::TopicPartition& to,
                           const log::Record& record);

}  // namespace paylog::log_kafka
