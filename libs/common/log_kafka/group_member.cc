#include "paylog/log_kafka/group_member.h"

#include <cstring>
#include <utility>

#include "paylog/log_kafka/error_protocol.h"
#include "paylog/log_kafka/writer.h"

namespace paylog::log_kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Tells librdkafka that we have taken note of an assignment, and that it shall fetch nothing.
void ConsumeNothing(rd_kafka_t* client) {
  const PartitionList none(rd_kafka_topic_partition_list_new(0));
  rd_kafka_assign(client, none.get());
}

std::vector<log::TopicPartition> PartitionsOf(const rd_kafka_topic_partition_list_t* list) {
  std::vector<log::TopicPartition> partitions;
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    partitions.push_back(
        {.topic = list->elems[i].topic, .partition = base::PartitionId(list->elems[i].partition)});
  }
  return partitions;
}

// The generation stands behind the seven characters of the format's name. Metadata without one
// would let anyone commit, so it must never be handed out.
bool HasGeneration(const rd_kafka_consumer_group_metadata_t* metadata) {
  constexpr std::size_t kNameLength = 7;
  void* bytes = nullptr;
  std::size_t size = 0;
  if (const KafkaError error(rd_kafka_consumer_group_metadata_write(metadata, &bytes, &size));
      error != nullptr) {
    return false;
  }
  std::int32_t generation = -1;
  if (size >= kNameLength + sizeof(generation)) {
    std::memcpy(&generation, static_cast<const char*>(bytes) + kNameLength, sizeof(generation));
  }
  rd_kafka_mem_free(nullptr, bytes);
  return generation >= 0;
}

}  // namespace

GroupMember::GroupMember(Cluster& cluster, std::string group, ClientInstance client)
    : cluster_(cluster),
      group_(std::move(group)),
      client_(std::move(client)),
      queue_(rd_kafka_queue_get_consumer(client_.get())) {}

base::Result<std::unique_ptr<log::GroupMember>> GroupMember::Join(
    Cluster& cluster, const std::string& group, const std::vector<std::string>& topics) {
  PAYLOG_ASSIGN(ClientInstance client, cluster.NewClient(ClientKind::kGroupMember, group));
  const PartitionList names(rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
  for (const std::string& topic : topics) {
    PAYLOG_TRY(cluster.FindTopic(topic));
    rd_kafka_topic_partition_list_add(names.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  // Everything that must be polled comes through the consumer's queue.
  rd_kafka_poll_set_consumer(client.get());
  if (const auto code = rd_kafka_subscribe(client.get(), names.get());
      code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ErrorOf(code, "joining group " + group);
  }
  return std::unique_ptr<log::GroupMember>(new GroupMember(cluster, group, std::move(client)));
}

GroupMember::~GroupMember() {
  AnswerRevocation();
  queue_.reset();
  // Leaves the group at once, so that the others need not wait for the session to time out.
  rd_kafka_consumer_close(client_.get());
}

base::Result<log::AssignmentChange> GroupMember::Poll(milliseconds wait) {
  AnswerRevocation();
  const auto deadline = steady_clock::now() + wait;
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    const bool woken = woken_.exchange(false);
    const Event event(rd_kafka_queue_poll(
        queue_.get(), woken ? 0 : static_cast<int>(std::max(left, milliseconds(0)).count())));
    if (event == nullptr) {
      if (woken || woken_ || steady_clock::now() >= deadline) {
        return log::AssignmentChange(log::NoChange());
      }
      continue;
    }
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
      return OnRebalance(*event);
    }
    const rd_kafka_resp_err_t code = rd_kafka_event_error(event.get());
    const char* const text = rd_kafka_event_error_string(event.get());
    const std::string reason = text != nullptr ? text : "";
    if (IsRefusal(code)) {
      return ErrorOf(code, "group " + group_, reason);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      cluster_.troubles().Note(code, "group " + group_ + ": " + reason);
    }
  }
}

base::Result<log::AssignmentChange> GroupMember::OnRebalance(rd_kafka_event_t& event) {
  if (rd_kafka_event_error(&event) != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    revocation_unanswered_ = true;
    return log::AssignmentChange(
        log::Revoked{.partitions = std::exchange(assigned_, {}),
                     .lost = rd_kafka_assignment_lost(client_.get()) != 0});
  }
  // Captured here and never fetched later: see log::GroupMetadata.
  ConsumerGroupMetadata metadata(rd_kafka_consumer_group_metadata(client_.get()));
  ConsumeNothing(client_.get());
  if (metadata == nullptr || !HasGeneration(metadata.get())) {
    return log::AssignmentChange(log::NoChange());  // Lost again; another assignment follows.
  }
  assigned_ = PartitionsOf(rd_kafka_event_topic_partition_list(&event));
  return log::AssignmentChange(log::Assigned{
      .partitions = assigned_,
      .metadata =
          log::GroupMetadata(group_, std::make_shared<const MemberMetadata>(std::move(metadata)))});
}

void GroupMember::AnswerRevocation() {
  if (revocation_unanswered_) {
    revocation_unanswered_ = false;
    rd_kafka_assign(client_.get(), nullptr);
  }
}

void GroupMember::Wakeup() {
  woken_ = true;
  rd_kafka_queue_yield(queue_.get());
}

}  // namespace paylog::log_kafka
