#include "paylog/log_kafka/cluster.h"

#include <algorithm>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/log_kafka/error_protocol.h"
#include "paylog/log_kafka/patience.h"

namespace paylog::log_kafka {
namespace {

using base::Error;
using base::ErrorCode;
using std::chrono::milliseconds;

// How long one request for metadata may take before troubles are looked at.
constexpr milliseconds kLook{500};
// A new client that has not learned of the topics by then works all the same, only later.
constexpr milliseconds kLearn{1'000};
// One request; a broker that is being elected answers the next.
constexpr milliseconds kRequest{3'000};

ClientKind KindOf(log::Isolation isolation) {
  return isolation == log::Isolation::kReadCommitted ? ClientKind::kReadCommitted
                                                     : ClientKind::kReadUncommitted;
}

}  // namespace

Cluster::Cluster(Options options, std::map<std::string, log::TopicSpec> known)
    : options_(std::move(options)), troubles_(options_.warn), topics_(std::move(known)) {}

base::Result<void> Cluster::Start() {
  PAYLOG_ASSIGN(admin_, NewClient(ClientKind::kReadUncommitted));
  auto connected = WithPatience(options_.patience, [&](milliseconds left) -> base::Result<void> {
    const rd_kafka_metadata_t* metadata = nullptr;
    const milliseconds wait = std::min(left, kLook);
    const rd_kafka_resp_err_t code =
        rd_kafka_metadata(admin(), 1, nullptr, &metadata, static_cast<int>(wait.count()));
    rd_kafka_poll(admin(), 0);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_metadata_destroy(metadata);
      return {};
    }
    Error error = ErrorOf(code, "no broker of " + options_.brokers + " answers", troubles_.last());
    if (troubles_.refused()) {
      error.code = ErrorCode::kRefused;
      error.retriable = false;
    }
    return error;
  });
  return connected;
}

base::Result<ClientInstance> Cluster::NewClient(ClientKind kind, const std::string& name) {
  PAYLOG_ASSIGN(ClientInstance client, ClientInstance::New(options_, kind, name, troubles_));
  if (kind != ClientKind::kGroupMember && kind != ClientKind::kGroupOffsets && admin_.has_value()) {
    client.LearnTopics(kLearn);
  }
  return client;
}

base::Result<std::shared_ptr<ClientInstance>> Cluster::TakeReader(
    log::Isolation isolation, const log::TopicPartition& partition) {
  const std::scoped_lock lock(readers_mutex_);
  for (ReadersClient& candidate : readers_clients_) {
    if (candidate.isolation == isolation && candidate.reads.insert(partition).second) {
      return candidate.client;
    }
  }
  PAYLOG_ASSIGN(ReadersClient * made, AddReadersClient(isolation));
  made->reads.insert(partition);
  return made->client;
}

base::Result<std::shared_ptr<ClientInstance>> Cluster::QueryClient(log::Isolation isolation) {
  const std::scoped_lock lock(readers_mutex_);
  for (const ReadersClient& candidate : readers_clients_) {
    if (candidate.isolation == isolation) {
      return candidate.client;
    }
  }
  PAYLOG_ASSIGN(const ReadersClient* const made, AddReadersClient(isolation));
  return made->client;
}

// The lock is held meanwhile: those who want a client will share this one.
base::Result<Cluster::ReadersClient*> Cluster::AddReadersClient(log::Isolation isolation) {
  PAYLOG_ASSIGN(ClientInstance made, NewClient(KindOf(isolation)));
  readers_clients_.push_back({.isolation = isolation,
                              .client = std::make_shared<ClientInstance>(std::move(made)),
                              .reads = {}});
  return &readers_clients_.back();
}

void Cluster::ReturnReader(const std::shared_ptr<ClientInstance>& client,
                           const log::TopicPartition& partition) {
  const std::scoped_lock lock(readers_mutex_);
  const auto found =
      std::find_if(readers_clients_.begin(), readers_clients_.end(),
                   [&](const ReadersClient& known) { return known.client == client; });
  CHECK(found != readers_clients_.end() && found->reads.erase(partition) == 1);
}

base::Result<rd_kafka_t*> Cluster::GroupClient(const std::string& group) {
  const std::scoped_lock lock(mutex_);
  auto found = group_clients_.find(group);
  if (found == group_clients_.end()) {
    PAYLOG_ASSIGN(ClientInstance client, NewClient(ClientKind::kGroupOffsets, group));
    found = group_clients_.emplace(group, std::move(client)).first;
  }
  return found->second.get();
}

base::Result<std::vector<KafkaTopic>> Cluster::ReadTopics(const std::set<std::string>& names) {
  return WithPatience(options_.patience, [&](milliseconds left) {
    return log_kafka::ReadTopics(admin(), names, std::min(left, kRequest));
  });
}

base::Result<log::TopicSpec> Cluster::FindTopic(const std::string& topic) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto known = topics_.find(topic); known != topics_.end()) {
      return known->second;
    }
  }
  PAYLOG_ASSIGN(const std::vector<KafkaTopic> topics, ReadTopics({topic}));
  Remember(topics);
  const std::scoped_lock lock(mutex_);
  if (const auto known = topics_.find(topic); known != topics_.end()) {
    return known->second;
  }
  return Error{.code = ErrorCode::kNotFound, .context = "there is no topic " + topic};
}

void Cluster::Remember(const std::vector<KafkaTopic>& topics) {
  const std::scoped_lock lock(mutex_);
  for (const KafkaTopic& topic : topics) {
    topics_[topic.spec.name] = topic.spec;
  }
}

base::Result<void> Cluster::FindPartition(const log::TopicPartition& partition) {
  PAYLOG_ASSIGN(const log::TopicSpec topic, FindTopic(partition.topic));
  return CheckPartition(partition, topic);
}

base::Result<void> CheckPartition(const log::TopicPartition& partition,
                                  const log::TopicSpec& topic) {
  const std::int32_t index = partition.partition.value();
  if (index < 0 || index >= topic.partition_count) {
    return Error{.code = ErrorCode::kNotFound,
                 .context = "there is no partition " + partition.ToString() + "; the topic has " +
                            std::to_string(topic.partition_count)};
  }
  return {};
}

}  // namespace paylog::log_kafka
