#pragma once

#include "paylog/log/writer.h"
#include "paylog/log_kafka/client.h"
#include "paylog/log_kafka/cluster.h"
#include "paylog/log_kafka/sender.h"

namespace paylog::log_kafka {

// An idempotent producer without transactions.
class Producer final : public log::Producer {
 public:
  Producer(Cluster& cluster, ClientInstance client)
      : cluster_(cluster), client_(std::move(client)), sender_(cluster, client_.get()) {}

  base::Result<void> Send(const log::TopicPartition& to, log::Record record) override;
  base::Result<void> Flush() override;

 private:
  Cluster& cluster_;
  ClientInstance client_;
  Sender sender_;
};

}  // namespace paylog::log_kafka
