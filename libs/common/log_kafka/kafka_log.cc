#include "paylog/log_kafka/kafka_log.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "paylog/log/topic_difference.h"
#include "paylog/log_kafka/cluster.h"
#include "paylog/log_kafka/error_protocol.h"
#include "paylog/log_kafka/group_member.h"
#include "paylog/log_kafka/patience.h"
#include "paylog/log_kafka/producer.h"
#include "paylog/log_kafka/reader.h"
#include "paylog/log_kafka/topics.h"
#include "paylog/log_kafka/writer_pair.h"

namespace paylog::log_kafka {
namespace {

using base::Error;
using base::ErrorCode;
using std::chrono::milliseconds;

constexpr std::int32_t kReplicas = 3;
constexpr milliseconds kPromptAnswer{2'000};

const KafkaTopic* Find(const std::vector<KafkaTopic>& topics, const std::string& name) {
  const auto found = std::find_if(topics.begin(), topics.end(),
                                  [&](const KafkaTopic& topic) { return topic.spec.name == name; });
  return found != topics.end() ? &*found : nullptr;
}

std::set<std::string> NamesOf(std::span<const log::TopicSpec> specs) {
  std::set<std::string> names;
  for (const log::TopicSpec& spec : specs) {
    names.insert(spec.name);
  }
  return names;
}

// Those that are missing; kAlreadyExists where one is there with another specification.
base::Result<std::vector<log::TopicSpec>> Missing(const std::vector<KafkaTopic>& topics,
                                                  std::span<const log::TopicSpec> specs) {
  std::vector<log::TopicSpec> missing;
  for (const log::TopicSpec& wanted : specs) {
    if (const KafkaTopic* const existing = Find(topics, wanted.name)) {
      PAYLOG_TRY(log::CompareTopic(existing->spec, wanted));
    } else {
      missing.push_back(wanted);
    }
  }
  return missing;
}

}  // namespace

base::Result<std::unique_ptr<KafkaLog>> KafkaLog::Open(Options options) {
  auto cluster = std::make_unique<Cluster>(std::move(options));
  PAYLOG_TRY(cluster->Start());
  return std::unique_ptr<KafkaLog>(new KafkaLog(std::move(cluster)));
}

KafkaLog::KafkaLog(std::unique_ptr<Cluster> cluster) : cluster_(std::move(cluster)) {}
KafkaLog::~KafkaLog() = default;

base::Result<void> KafkaLog::CreateTopics(std::span<const log::TopicSpec> specs) {
  const milliseconds patience = cluster_->options().patience;
  PAYLOG_ASSIGN(const std::vector<KafkaTopic> existing, cluster_->ReadTopics(NamesOf(specs)));
  PAYLOG_ASSIGN(const std::vector<log::TopicSpec> missing, Missing(existing, specs));
  if (missing.empty()) {
    return {};
  }
  std::int32_t replicas = cluster_->options().replication_factor;
  if (replicas == 0) {
    PAYLOG_ASSIGN(const std::int32_t brokers, CountBrokers(cluster_->admin(), patience));
    replicas = std::clamp(brokers, 1, kReplicas);
  }
  PAYLOG_TRY(MakeTopics(cluster_->admin(), missing, replicas, /*dry=*/true, patience));
  auto made = MakeTopics(cluster_->admin(), missing, replicas, /*dry=*/false, patience);
  if (!made && made.error().code != ErrorCode::kAlreadyExists) {
    return made;
  }
  // Brokers learn of new topics one after another.
  return WithPatience(patience, [&](milliseconds left) -> base::Result<void> {
    PAYLOG_ASSIGN(const auto topics, ReadTopics(cluster_->admin(), NamesOf(specs), left));
    PAYLOG_ASSIGN(const auto still_missing, Missing(topics, specs));
    const bool all_led = std::all_of(missing.begin(), missing.end(), [&](const auto& spec) {
      const KafkaTopic* const topic = Find(topics, spec.name);
      return topic != nullptr && topic->all_led;
    });
    if (still_missing.empty() && all_led) {
      // The next broker that is asked may not know them yet.
      cluster_->Remember(topics);
      return {};
    }
    return Error{.code = ErrorCode::kTimedOut,
                 .context = "the new topics do not show yet",
                 .retriable = true};
  });
}

base::Result<void> KafkaLog::CheckTopics(std::span<const log::TopicSpec> specs) {
  PAYLOG_ASSIGN(const std::vector<KafkaTopic> topics, cluster_->ReadTopics(NamesOf(specs)));
  for (const log::TopicSpec& wanted : specs) {
    const KafkaTopic* const topic = Find(topics, wanted.name);
    if (topic == nullptr) {
      return Error{
          .code = ErrorCode::kNotFound,
          .context = "there is no topic " + wanted.name + " on " + cluster_->options().brokers};
    }
    PAYLOG_TRY(CompareWithCluster(*topic, wanted));
  }
  return {};
}

base::Result<std::vector<log::TopicSpec>> KafkaLog::ListTopics() {
  PAYLOG_ASSIGN(const std::vector<KafkaTopic> topics, cluster_->ReadTopics());
  std::vector<log::TopicSpec> specs;
  specs.reserve(topics.size());
  for (const KafkaTopic& topic : topics) {
    specs.push_back(topic.spec);
  }
  return specs;
}

base::Result<std::unique_ptr<log::Reader>> KafkaLog::NewReader(const log::TopicPartition& from,
                                                               log::Isolation wanted) {
  PAYLOG_TRY(cluster_->FindPartition(from));
  return std::unique_ptr<log::Reader>(
      std::make_unique<Reader>(*cluster_, from, log::WithoutReadAhead(wanted)));
}

base::Result<std::unique_ptr<log::TransactionalWriter>> KafkaLog::NewWriter(
    const std::string& transactional_id) {
  std::array<std::unique_ptr<Writer>, 2> writers;
  for (std::size_t i = 0; i < writers.size(); ++i) {
    const std::string id = transactional_id + '-' + std::to_string(i);
    PAYLOG_ASSIGN(ClientInstance client, cluster_->NewClient(ClientKind::kTransactionalWriter, id));
    writers[i] = std::make_unique<Writer>(*cluster_, id, std::move(client));
  }
  return std::unique_ptr<log::TransactionalWriter>(
      std::make_unique<WriterPair>(std::move(writers[0]), std::move(writers[1])));
}

base::Result<std::unique_ptr<log::Producer>> KafkaLog::NewProducer() {
  PAYLOG_ASSIGN(ClientInstance client, cluster_->NewClient(ClientKind::kProducer));
  return std::unique_ptr<log::Producer>(std::make_unique<Producer>(*cluster_, std::move(client)));
}

base::Result<std::unique_ptr<log::GroupMember>> KafkaLog::JoinGroup(
    const std::string& group, const std::vector<std::string>& topics) {
  return GroupMember::Join(*cluster_, group, topics);
}

base::Result<std::optional<base::Offset>> KafkaLog::CommittedOffset(
    const std::string& group, const log::TopicPartition& from) {
  using Committed = std::optional<base::Offset>;
  PAYLOG_TRY(cluster_->FindPartition(from));
  PAYLOG_ASSIGN(rd_kafka_t* const client, cluster_->GroupClient(group));
  // An open transaction that has staged an offset is over at the latest after its time-out, and the
  // broker's look for such.
  const milliseconds patience =
      cluster_->options().patience + TransactionTimeout(cluster_->options().properties) * 2;
  return WithPatience(patience, [&](milliseconds left) -> base::Result<Committed> {
    const auto asked = std::chrono::steady_clock::now();
    const PartitionList offsets(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(offsets.get(), from.topic.c_str(), from.partition.value());
    rd_kafka_resp_err_t code = rd_kafka_committed(
        client, offsets.get(), static_cast<int>(std::min(left, kPromptAnswer).count()));
    rd_kafka_poll(client, 0);
    const rd_kafka_topic_partition_t& found = offsets->elems[0];
    code = code != RD_KAFKA_RESP_ERR_NO_ERROR ? code : found.err;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return ErrorOf(code, "reading the offset of group " + group + " in " + from.ToString());
    }
    // A coordinator that was paused for longer may have been deposed meanwhile, and not know it.
    if (std::chrono::steady_clock::now() - asked > kPromptAnswer) {
      return ErrorOf(RD_KAFKA_RESP_ERR__TIMED_OUT, "the offset of group " + group + " came late");
    }
    return found.offset >= 0 ? Committed(base::Offset(found.offset)) : std::nullopt;
  });
}

base::Result<std::vector<std::string>> KafkaLog::FindWeaknesses(
    const std::vector<std::string>& topics) {
  PAYLOG_ASSIGN(const std::vector<KafkaTopic> existing,
                cluster_->ReadTopics({topics.begin(), topics.end()}));
  std::vector<std::string> weaknesses = WeaknessesOf(existing, topics);
  PAYLOG_ASSIGN(const std::string release,
                ReadBrokerRelease(cluster_->admin(), cluster_->options().patience));
  if (release.starts_with("3.6")) {
    weaknesses.emplace_back(
        "the brokers are of release 3.6: 3.6.0 fails transactions whose records "
        "are compressed; use 3.6.1 or newer");
  }
  return weaknesses;
}

}  // namespace paylog::log_kafka
