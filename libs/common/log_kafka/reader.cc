#include "paylog/log_kafka/reader.h"

#include <array>
#include <utility>

#include "paylog/log_kafka/error_protocol.h"
#include "paylog/log_kafka/message.h"
#include "paylog/log_kafka/patience.h"

namespace paylog::log_kafka {
namespace {

using base::Error;
using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMessagesAtOnce = 1'000;
constexpr milliseconds kQueryMax{2'000};  // One request for offsets; then another broker may know.

}  // namespace

Reader::Reader(Cluster& cluster, log::TopicPartition from, log::Isolation isolation)
    : cluster_(cluster), from_(std::move(from)), isolation_(isolation) {}

Reader::~Reader() {
  Stop();
}

base::Result<void> Reader::Seek(base::Offset offset) {
  if (offset < base::Offset(0)) {
    return Error{.code = ErrorCode::kOffsetOutOfRange,
                 .context = from_.ToString() + ": offset " + std::to_string(offset.value())};
  }
  if (offset != position_ || failure_) {
    Stop();
    position_ = offset;
  }
  return {};
}

base::Result<void> Reader::Start() {
  if (client_ != nullptr) {
    return {};
  }
  PAYLOG_ASSIGN(auto client, cluster_.TakeReader(isolation_, from_));
  TopicHandle topic(rd_kafka_topic_new(client->get(), from_.topic.c_str(), nullptr));
  Queue queue(rd_kafka_queue_new(client->get()));
  if (topic == nullptr || rd_kafka_consume_start_queue(topic.get(), from_.partition.value(),
                                                       position_.value(), queue.get()) != 0) {
    const rd_kafka_resp_err_t code = rd_kafka_last_error();
    cluster_.ReturnReader(client, from_);
    return ErrorOf(code, "reading " + from_.ToString());
  }
  client_ = std::move(client);
  topic_ = std::move(topic);
  const std::scoped_lock lock(queue_mutex_);
  queue_ = std::move(queue);
  return {};
}

void Reader::Stop() {
  arrived_.clear();
  failure_.reset();
  if (client_ == nullptr) {
    return;
  }
  rd_kafka_consume_stop(topic_.get(), from_.partition.value());
  {
    const std::scoped_lock lock(queue_mutex_);
    queue_.reset();
  }
  topic_.reset();
  cluster_.ReturnReader(std::exchange(client_, nullptr), from_);
}

base::Result<log::PolledRecords> Reader::Poll(const log::PollLimits& limits) {
  if (failure_) {
    return *failure_;
  }
  PAYLOG_TRY(Start());
  rd_kafka_poll(client_->get(), 0);  // Serves the callbacks.
  const auto deadline = steady_clock::now() + limits.wait;
  const base::Offset begin = position_;
  log::PolledRecords polled;
  std::size_t bytes = 0;
  for (bool room = limits.records_max > 0; room;) {
    if (arrived_.empty()) {
      // Records, or a gap that was passed, are worth reporting at once.
      const bool wait = position_ == begin && !woken_.exchange(false);
      const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
      Fetch(wait ? std::max(left, milliseconds(0)) : milliseconds(0));
      if (arrived_.empty() && (!wait || steady_clock::now() >= deadline)) {
        break;
      }
    }
    auto taken = Take(limits, polled, bytes);
    if (!taken) {
      if (polled.records.empty()) {
        return taken.error();
      }
      break;  // First what was read before; a lasting error comes again.
    }
    room = *taken;
  }
  polled.next = position_;
  return polled;
}

void Reader::Fetch(milliseconds wait) {
  if (wait.count() > 0) {
    if (Message first(rd_kafka_consume_queue(queue_.get(), Millis(wait))); first) {
      arrived_.push_back(std::move(first));
    }
  }
  std::array<rd_kafka_message_t*, kMessagesAtOnce> messages{};
  const ssize_t count =
      rd_kafka_consume_batch_queue(queue_.get(), 0, messages.data(), messages.size());
  for (ssize_t i = 0; i < count; ++i) {
    arrived_.emplace_back(messages[static_cast<std::size_t>(i)]);
  }
}

base::Result<bool> Reader::Take(const log::PollLimits& limits, log::PolledRecords& polled,
                                std::size_t& bytes) {
  while (!arrived_.empty()) {
    const rd_kafka_message_t& message = *arrived_.front();
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      auto handled = OnErrorMessage(message);
      arrived_.pop_front();
      PAYLOG_TRY(std::move(handled));
      continue;
    }
    // After a leader change librdkafka may fetch from an older position (its issue #4686).
    if (message.offset < position_.value()) {
      arrived_.pop_front();
      continue;
    }
    if (polled.records.size() >= limits.records_max) {
      return false;
    }
    log::StoredRecord record = ToRecord(message);
    bytes += log::RecordBytes(record);
    if (bytes > limits.bytes_max && !polled.records.empty()) {
      return false;
    }
    position_ = record.offset.Next();
    polled.records.push_back(std::move(record));
    arrived_.pop_front();
  }
  return polled.records.size() < limits.records_max;
}

base::Result<void> Reader::OnErrorMessage(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    position_ = std::max(position_, base::Offset(message.offset));
    return {};
  }
  Error error =
      ErrorOf(message.err,
              "reading " + from_.ToString() + " at offset " + std::to_string(position_.value()),
              rd_kafka_message_errstr(&message));
  // A broker that has just started may not know its topics yet.
  if (error.code == ErrorCode::kNotFound) {
    error.code = ErrorCode::kUnavailable;
    error.retriable = true;
  }
  if (!error.retriable) {
    failure_ = error;
  }
  return error;
}

base::Result<base::Offset> Reader::QueryOffset(std::int64_t which) {
  PAYLOG_ASSIGN(const auto client, cluster_.QueryClient(isolation_));
  return WithPatience(cluster_.options().patience, [&](milliseconds left) {
    const milliseconds wait = std::min(left, kQueryMax);
    auto offset = QueryOffsetOnce(*client, which, wait);
    if (!offset) {
      // librdkafka asks the leader that it remembers, and never looks again where it does not read
      // the topic: after a change of leaders it would ask the wrong one until its memory expires.
      client->LearnTopics(wait);
    }
    return offset;
  });
}

// Not rd_kafka_query_watermark_offsets: that waits for a leader that is silent without end, and
// takes its answer when it comes back, long deposed.
base::Result<base::Offset> Reader::QueryOffsetOnce(ClientInstance& client, std::int64_t which,
                                                   milliseconds wait) {
  const PartitionList asked(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_t& partition =
      *rd_kafka_topic_partition_list_add(asked.get(), from_.topic.c_str(), from_.partition.value());
  partition.offset = which;
  rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(client.get(), asked.get(), Millis(wait));
  rd_kafka_poll(client.get(), 0);
  code = code != RD_KAFKA_RESP_ERR_NO_ERROR ? code : partition.err;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    Error error = ErrorOf(code, "reading the ends of " + from_.ToString());
    error.retriable = error.retriable || error.code == ErrorCode::kNotFound;
    return error;
  }
  return base::Offset(partition.offset);
}

base::Result<base::Offset> Reader::EndOffset() {
  return QueryOffset(RD_KAFKA_OFFSET_END);
}

base::Result<base::Offset> Reader::BeginningOffset() {
  return QueryOffset(RD_KAFKA_OFFSET_BEGINNING);
}

void Reader::Wakeup() {
  woken_ = true;
  const std::scoped_lock lock(queue_mutex_);
  if (queue_ != nullptr) {
    rd_kafka_queue_yield(queue_.get());
  }
}

}  // namespace paylog::log_kafka
