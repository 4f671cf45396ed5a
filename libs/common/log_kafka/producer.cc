#include "paylog/log_kafka/producer.h"

#include <chrono>

#include "paylog/log_kafka/error_protocol.h"

namespace paylog::log_kafka {
namespace {

constexpr int kSliceMs = 1'000;

}  // namespace

base::Result<void> Producer::Send(const log::TopicPartition& to, log::Record record) {
  PAYLOG_ASSIGN(const Sender::Topic* const topic, sender_.FindTopicFor(to, record));
  if (const auto code = sender_.Send(*topic, to.partition, record);
      code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ErrorOf(code, "writing to " + to.ToString());
  }
  return {};
}

// A record is given up after the transactions' time-out (message.timeout.ms), so this ends.
base::Result<void> Producer::Flush() {
  const auto deadline = std::chrono::steady_clock::now() +
                        TransactionTimeout(cluster_.options().properties) * kPatienceInTimeouts;
  while (rd_kafka_flush(client_.get(), kSliceMs) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return ErrorOf(RD_KAFKA_RESP_ERR__TIMED_OUT, "records were not delivered");
    }
  }
  const rd_kafka_resp_err_t code = client_.delivery_error();
  client_.ClearDelivery();
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ErrorOf(code, "a record was not delivered");
  }
  return {};
}

}  // namespace paylog::log_kafka
