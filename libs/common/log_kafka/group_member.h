#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "paylog/log/group.h"
#include "paylog/log_kafka/client.h"
#include "paylog/log_kafka/cluster.h"

namespace paylog::log_kafka {

// A place in a consumer group that fetches nothing: librdkafka is told to consume no partition,
// whatever was assigned. A revocation is answered at the next Poll, so that the caller's writers
// can finish what they have begun before anyone else gets the partitions.
class GroupMember final : public log::GroupMember {
 public:
  static base::Result<std::unique_ptr<log::GroupMember>> Join(
      Cluster& cluster, const std::string& group, const std::vector<std::string>& topics);
  ~GroupMember() override;

  base::Result<log::AssignmentChange> Poll(std::chrono::milliseconds wait) override;
  void Wakeup() override;

 private:
  GroupMember(Cluster& cluster, std::string group, ClientInstance client);

  base::Result<log::AssignmentChange> OnRebalance(rd_kafka_event_t& event);
  void AnswerRevocation();

  Cluster& cluster_;
  const std::string group_;
  ClientInstance client_;
  Queue queue_;  // The consumer's.
  std::vector<log::TopicPartition> assigned_;
  bool revocation_unanswered_ = false;
  std::atomic<bool> woken_{false};
};

}  // namespace paylog::log_kafka
