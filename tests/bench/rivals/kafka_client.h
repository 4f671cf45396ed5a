#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <librdkafka/rdkafka.h>

// librdkafka with as little around it as can be: what the bare loop is measured on. Every error
// ends the process with a line on standard error, since a benchmark that went wrong has no figure.
namespace paylog::bench::rivals {

using Settings = std::vector<std::pair<std::string, std::string>>;

struct HandleDeleter {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
};
struct QueueDeleter {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
struct MessageDeleter {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
struct OffsetsDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using Message = std::unique_ptr<rd_kafka_message_t, MessageDeleter>;
using Offsets = std::unique_ptr<rd_kafka_topic_partition_list_t, OffsetsDeleter>;

// Reads partitions of one topic from their beginnings, committed records only. Used by one thread.
class Consumer {
 public:
  Consumer(const std::string& bootstrap, const std::string& group, const std::string& topic,
           const std::vector<std::int32_t>& partitions);
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // Waits at most `wait_ms` for one; returns what is there by then, at most so many.
  std::vector<Message> Poll(int wait_ms, std::size_t count_max);
  // The partitions that were read up to their ends, at some time.
  [[nodiscard]] const std::set<std::int32_t>& ended() const { return ended_; }
  [[nodiscard]] rd_kafka_t* handle() const { return handle_.get(); }

 private:
  void Take(rd_kafka_message_t* polled, std::vector<Message>& messages);

  std::unique_ptr<rd_kafka_t, HandleDeleter> handle_;
  std::unique_ptr<rd_kafka_queue_t, QueueDeleter> queue_;
  std::set<std::int32_t> ended_;
};

// A producer with a transactional id. Used by one thread.
class Producer {
 public:
  Producer(const std::string& bootstrap, const std::string& transactional_id);
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  void Begin();
  // With the key and value of `from`, or with its value alone.
  void Send(const std::string& topic, std::int32_t partition, const rd_kafka_message_t& from,
            bool with_key);
  // Returns once all that was sent has been acknowledged and the transaction is committed.
  void Commit(const Consumer& consumer, const rd_kafka_topic_partition_list_t& offsets);

 private:
  std::unique_ptr<rd_kafka_t, HandleDeleter> handle_;
  std::int64_t unacknowledged_ = 0;
};

[[noreturn]] void Fail(const std::string& what, const std::string& why);

}  // namespace paylog::bench::rivals
