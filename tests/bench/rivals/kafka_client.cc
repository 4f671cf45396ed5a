#include "paylog/tests/bench/rivals/kafka_client.h"

#include <array>
#include <cstdlib>
#include <iostream>

namespace paylog::bench::rivals {
namespace {

constexpr int kPatienceMs = 30'000;
constexpr int kPollMs = 10;

rd_kafka_t* Create(rd_kafka_type_t type, const Settings& settings, void* opaque) {
  std::array<char, 512> error{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error.data(), error.size()) !=
        RD_KAFKA_CONF_OK) {
      Fail(name, error.data());
    }
  }
  if (type == RD_KAFKA_PRODUCER) {
    rd_kafka_conf_set_opaque(conf, opaque);
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void* to) {
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        Fail("delivery", rd_kafka_err2str(message->err));
      }
      --*static_cast<std::int64_t*>(to);
    });
  }
  rd_kafka_t* handle = rd_kafka_new(type, conf, error.data(), error.size());
  if (handle == nullptr) {
    Fail("a client", error.data());
  }
  return handle;
}

void Expect(const char* what, rd_kafka_error_t* error) {
  if (error != nullptr) {
    Fail(what, rd_kafka_error_string(error));
  }
}

void Expect(const char* what, rd_kafka_resp_err_t error) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    Fail(what, rd_kafka_err2str(error));
  }
}

}  // namespace

void Fail(const std::string& what, const std::string& why) {
  std::cerr << "rival: " << what << ": " << why << '\n';
  std::_Exit(1);
}

Consumer::Consumer(const std::string& bootstrap, const std::string& group, const std::string& topic,
                   const std::vector<std::int32_t>& partitions)
    : handle_(Create(RD_KAFKA_CONSUMER,
                     {{"bootstrap.servers", bootstrap},
                      {"group.id", group},
                      {"enable.auto.commit", "false"},
                      {"enable.partition.eof", "true"},
                      {"isolation.level", "read_committed"},
                      {"queued.min.messages", "100000"},
                      {"fetch.message.max.bytes", "4194304"}},
                     nullptr)) {
  Expect("poll", rd_kafka_poll_set_consumer(handle_.get()));
  const Offsets all(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const std::int32_t partition : partitions) {
    rd_kafka_topic_partition_list_add(all.get(), topic.c_str(), partition)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  }
  Expect("assign", rd_kafka_assign(handle_.get(), all.get()));
  queue_.reset(rd_kafka_queue_get_consumer(handle_.get()));
}

Consumer::~Consumer() {
  queue_.reset();
  (void)rd_kafka_consumer_close(handle_.get());
}

void Consumer::Take(rd_kafka_message_t* polled, std::vector<Message>& messages) {
  Message message(polled);
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    ended_.insert(message->partition);
    return;
  }
  Expect("consume", message->err);
  messages.push_back(std::move(message));
}

std::vector<Message> Consumer::Poll(int wait_ms, std::size_t count_max) {
  std::vector<Message> messages;
  // A batch would wait for the whole time unless it is full.
  rd_kafka_message_t* first = rd_kafka_consume_queue(queue_.get(), wait_ms);
  if (first == nullptr) {
    return messages;
  }
  std::vector<rd_kafka_message_t*> polled(count_max - 1);
  messages.reserve(count_max);
  Take(first, messages);
  const auto count = rd_kafka_consume_batch_queue(queue_.get(), 0, polled.data(), polled.size());
  for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
    Take(polled[i], messages);
  }
  return messages;
}

Producer::Producer(const std::string& bootstrap, const std::string& transactional_id)
    : handle_(Create(RD_KAFKA_PRODUCER,
                     {{"bootstrap.servers", bootstrap},
                      {"transactional.id", transactional_id},
                      {"linger.ms", "0"},
                      {"queue.buffering.max.messages", "1000000"},
                      {"batch.size", "1000000"},
                      {"compression.type", "lz4"}},
                     &unacknowledged_)) {
  Expect("init_transactions", rd_kafka_init_transactions(handle_.get(), kPatienceMs));
}

void Producer::Begin() {
  Expect("begin_transaction", rd_kafka_begin_transaction(handle_.get()));
}

void Producer::Send(const std::string& topic, std::int32_t partition,
                    const rd_kafka_message_t& from, bool with_key) {
  // The macros for rd_kafka_producev have casts that our warnings forbid.
  std::array<rd_kafka_vu_t, 5> fields{};
  fields[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  fields[0].u.cstr = topic.c_str();
  fields[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  fields[1].u.i32 = partition;
  fields[2].vtype = RD_KAFKA_VTYPE_KEY;
  fields[2].u.mem = {with_key ? from.key : nullptr, with_key ? from.key_len : 0};
  fields[3].vtype = RD_KAFKA_VTYPE_VALUE;
  fields[3].u.mem = {from.payload, from.len};
  fields[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  fields[4].u.i = RD_KAFKA_MSG_F_COPY;
  while (rd_kafka_error_t* error =
             rd_kafka_produceva(handle_.get(), fields.data(), fields.size())) {
    if (rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      Expect("produce", error);
    }
    rd_kafka_error_destroy(error);
    rd_kafka_poll(handle_.get(), kPollMs);
  }
  ++unacknowledged_;
}

void Producer::Commit(const Consumer& consumer, const rd_kafka_topic_partition_list_t& offsets) {
  // commit_transaction would wait for the acknowledgements too, but in steps of 10 ms.
  while (unacknowledged_ > 0) {
    rd_kafka_poll(handle_.get(), kPollMs);
  }
  rd_kafka_consumer_group_metadata_t* group = rd_kafka_consumer_group_metadata(consumer.handle());
  Expect("send_offsets_to_transaction",
         rd_kafka_send_offsets_to_transaction(handle_.get(), &offsets, group, kPatienceMs));
  rd_kafka_consumer_group_metadata_destroy(group);
  Expect("commit_transaction", rd_kafka_commit_transaction(handle_.get(), kPatienceMs));
}

}  // namespace paylog::bench::rivals
