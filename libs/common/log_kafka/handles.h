#pragma once

#include <chrono>
#include <memory>

#include <librdkafka/rdkafka.h>

// librdkafka's objects with owners. Only for the files of this library.
namespace paylog::log_kafka {

template <auto Destroy>
struct Destroyer {
  template <typename T>
  void operator()(T* object) const {
    Destroy(object);
  }
};

template <typename T, auto Destroy>
using Handle = std::unique_ptr<T, Destroyer<Destroy>>;

using Conf = Handle<rd_kafka_conf_t, rd_kafka_conf_destroy>;
using Client = Handle<rd_kafka_t, rd_kafka_destroy>;
using TopicHandle = Handle<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using Queue = Handle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = Handle<rd_kafka_event_t, rd_kafka_event_destroy>;
using Message = Handle<rd_kafka_message_t, rd_kafka_message_destroy>;
using Headers = Handle<rd_kafka_headers_t, rd_kafka_headers_destroy>;
using KafkaError = Handle<rd_kafka_error_t, rd_kafka_error_destroy>;
using PartitionList =
    Handle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using ConsumerGroupMetadata =
    Handle<rd_kafka_consumer_group_metadata_t, rd_kafka_consumer_group_metadata_destroy>;

// As librdkafka takes time-outs.
inline int Millis(std::chrono::milliseconds time) {
  return static_cast<int>(time.count());
}

}  // namespace paylog::log_kafka
