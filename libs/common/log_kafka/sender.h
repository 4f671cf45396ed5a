#pragma once

#include <functional>
#include <map>
#include <string>

#include "paylog/base/result.h"
#include "paylog/log/record.h"
#include "paylog/log_kafka/cluster.h"
#include "paylog/log_kafka/handles.h"

namespace paylog::log_kafka {

// Hands records to the queue of a client that produces, and looks each topic up once. Used by one
// thread at a time; ends before the client and the cluster do.
class Sender {
 public:
  struct Topic {
    log::TopicSpec spec;
    TopicHandle handle;
  };

  Sender(Cluster& cluster, rd_kafka_t* client) : cluster_(cluster), client_(client) {}

  // The topic that the record may go to; it stays where it is. kNotFound, kMessageTooLarge.
  base::Result<const Topic*> FindTopicFor(const log::TopicPartition& to, const log::Record& record);

  // Waits while the queue is full. Anything but NO_ERROR: librdkafka refused the record. Whether it
  // was delivered shows later. REQUIRES: FindTopicFor gave the topic for this partition and record.
  rd_kafka_resp_err_t Send(const Topic& topic, base::PartitionId partition,
                           const log::Record& record);

 private:
  Cluster& cluster_;
  rd_kafka_t* const client_;
  std::map<std::string, Topic, std::less<>> topics_;
};

}  // namespace paylog::log_kafka
