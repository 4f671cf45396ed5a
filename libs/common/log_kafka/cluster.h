#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/log.h"
#include "paylog/log_kafka/client.h"
#include "paylog/log_kafka/kafka_log.h"
#include "paylog/log_kafka/topics.h"

namespace paylog::log_kafka {

// What everything made from one KafkaLog shares: options, troubles, the topics' limits, and clients
// that are costly to make. Thread-safe.
class Cluster {
 public:
  // `known` topics are not looked up.
  explicit Cluster(Options options, std::map<std::string, log::TopicSpec> known = {});

  // Connects: see KafkaLog::Open.
  base::Result<void> Start();

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] Troubles& troubles() { return troubles_; }
  // For requests that belong to nobody; safe to use from any thread.
  [[nodiscard]] rd_kafka_t* admin() const { return admin_->get(); }

  base::Result<ClientInstance> NewClient(ClientKind kind, const std::string& name = "");

  // A client to read this partition with, shared with those who read others: one fetch asks a
  // broker for all that is read there. Give it back.
  base::Result<std::shared_ptr<ClientInstance>> TakeReader(log::Isolation isolation,
                                                           const log::TopicPartition& partition);
  // REQUIRES: it was taken for this partition, and consumes nothing of it any more.
  void ReturnReader(const std::shared_ptr<ClientInstance>& client,
                    const log::TopicPartition& partition);

  // A client to ask for offsets with; nobody's own.
  base::Result<std::shared_ptr<ClientInstance>> QueryClient(log::Isolation isolation);

  // A client that looks up the group's committed offsets; owned by the cluster, kept for the group.
  base::Result<rd_kafka_t*> GroupClient(const std::string& group);

  // The topic as it is; looked up once. kNotFound.
  base::Result<log::TopicSpec> FindTopic(const std::string& topic);
  // From now on FindTopic has these without asking, whichever broker it would ask.
  void Remember(const std::vector<KafkaTopic>& topics);
  // kNotFound for a topic or partition that does not exist.
  base::Result<void> FindPartition(const log::TopicPartition& partition);
  // See log_kafka::ReadTopics.
  base::Result<std::vector<KafkaTopic>> ReadTopics(const std::set<std::string>& names = {});

 private:
  const Options options_;
  Troubles troubles_;
  std::optional<ClientInstance> admin_;

  // librdkafka reads a partition once in each client.
  struct ReadersClient {
    log::Isolation isolation;
    std::shared_ptr<ClientInstance> client;
    std::set<log::TopicPartition> reads;
  };

  // REQUIRES: readers_mutex_ is held.
  base::Result<ReadersClient*> AddReadersClient(log::Isolation isolation);

  std::mutex mutex_;
  std::map<std::string, log::TopicSpec> topics_;
  std::map<std::string, ClientInstance> group_clients_;

  std::mutex readers_mutex_;
  std::vector<ReadersClient> readers_clients_;
};

// kNotFound for one that the topic does not have.
base::Result<void> CheckPartition(const log::TopicPartition& partition,
                                  const log::TopicSpec& topic);

}  // namespace paylog::log_kafka
