#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "paylog/log/reader.h"
#include "paylog/log_kafka/client.h"
#include "paylog/log_kafka/cluster.h"

namespace paylog::log_kafka {

// Reads one partition through a client that readers of others share. Begins to fetch at the first
// Poll, once a fetch for the others that is on its way has come back.
class Reader final : public log::Reader {
 public:
  Reader(Cluster& cluster, log::TopicPartition from, log::Isolation isolation);
  ~Reader() override;

  base::Result<void> Seek(base::Offset offset) override;
  [[nodiscard]] base::Offset position() const override { return position_; }
  base::Result<log::PolledRecords> Poll(const log::PollLimits& limits) override;
  base::Result<base::Offset> EndOffset() override;
  base::Result<base::Offset> BeginningOffset() override;
  void Wakeup() override;

 private:
  base::Result<void> Start();
  void Stop();
  // Takes what has arrived, after waiting for the first of it.
  void Fetch(std::chrono::milliseconds wait);
  // Moves records from `arrived_`; false once a limit is reached.
  base::Result<bool> Take(const log::PollLimits& limits, log::PolledRecords& polled,
                          std::size_t& bytes);
  base::Result<void> OnErrorMessage(const rd_kafka_message_t& message);
  // Of RD_KAFKA_OFFSET_BEGINNING or _END.
  base::Result<base::Offset> QueryOffset(std::int64_t which);
  base::Result<base::Offset> QueryOffsetOnce(ClientInstance& client, std::int64_t which,
                                             std::chrono::milliseconds wait);

  Cluster& cluster_;
  const log::TopicPartition from_;
  const log::Isolation isolation_;

  base::Offset position_{0};
  std::shared_ptr<ClientInstance> client_;  // Taken from start to stop; nullptr: not started.
  TopicHandle topic_;
  std::mutex queue_mutex_;
  Queue queue_;                  // Its own for each start, so that nothing stale is in it.
  std::deque<Message> arrived_;  // In order.
  std::optional<base::Error> failure_;
  std::atomic<bool> woken_{false};
};

}  // namespace paylog::log_kafka
