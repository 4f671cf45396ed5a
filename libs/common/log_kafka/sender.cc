#include "paylog/log_kafka/sender.h"

#include <array>
#include <utility>

#include "paylog/log_kafka/error_protocol.h"
#include "paylog/log_kafka/message.h"

namespace paylog::log_kafka {
namespace {

using base::Error;
using base::ErrorCode;

// How long deliveries are served before a full queue is tried again.
constexpr int kQueueFullWaitMs = 50;

rd_kafka_resp_err_t Produce(rd_kafka_t* client, rd_kafka_topic_t* topic,
                            base::PartitionId partition, const log::Record& record) {
  Headers headers = ToHeaders(record.headers);
  // librdkafka copies value and key (MSG_F_COPY), so they are not changed.
  const auto bytes = [](const std::string& text) { return const_cast<char*>(text.data()); };
  std::array<rd_kafka_vu_t, 7> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_RKT;
  parts[0].u.rkt = topic;
  parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[1].u.i32 = partition.value();
  parts[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[2].u.i = RD_KAFKA_MSG_F_COPY;
  parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[3].u.mem = {.ptr = bytes(record.value), .size = record.value.size()};
  parts[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  parts[4].u.i64 = record.timestamp.value();
  parts[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  parts[5].u.headers = headers.get();
  std::size_t count = 6;
  if (record.key) {
    parts[count].vtype = RD_KAFKA_VTYPE_KEY;
    parts[count].u.mem = {.ptr = bytes(*record.key), .size = record.key->size()};
    ++count;
  }
  const KafkaError error(rd_kafka_produceva(client, parts.data(), count));
  if (error != nullptr) {
    return rd_kafka_error_code(error.get());
  }
  (void)headers.release();  // The message owns them now.
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

base::Result<const Sender::Topic*> Sender::FindTopicFor(const log::TopicPartition& to,
                                                        const log::Record& record) {
  auto found = topics_.find(to.topic);
  if (found == topics_.end()) {
    PAYLOG_ASSIGN(log::TopicSpec spec, cluster_.FindTopic(to.topic));
    TopicHandle handle(rd_kafka_topic_new(client_, to.topic.c_str(), nullptr));
    if (handle == nullptr) {
      return ErrorOf(rd_kafka_last_error(), "writing to " + to.topic);
    }
    found = topics_.try_emplace(to.topic, Topic{std::move(spec), std::move(handle)}).first;
  }
  const log::TopicSpec& spec = found->second.spec;
  PAYLOG_TRY(CheckPartition(to, spec));
  const std::size_t bytes = log::RecordBytes(record);
  if (std::cmp_greater(bytes, spec.record_bytes_max)) {
    return Error{.code = ErrorCode::kMessageTooLarge,
                 .context = to.ToString() + ": a record of " + std::to_string(bytes) +
                            " bytes, over the limit of " + std::to_string(spec.record_bytes_max)};
  }
  return &found->second;
}

rd_kafka_resp_err_t Sender::Send(const Topic& topic, base::PartitionId partition,
                                 const log::Record& record) {
  for (;;) {
    const rd_kafka_resp_err_t code = Produce(client_, topic.handle.get(), partition, record);
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      return code;
    }
    rd_kafka_poll(client_, kQueueFullWaitMs);
  }
}

}  // namespace paylog::log_kafka
