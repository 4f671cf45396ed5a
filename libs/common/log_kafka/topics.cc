#include "paylog/log_kafka/topics.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "paylog/log/topic_difference.h"
#include "paylog/log_kafka/error_protocol.h"
#include "paylog/log_kafka/handles.h"

namespace paylog::log_kafka {
namespace {

using base::Error;
using base::ErrorCode;
using std::chrono::milliseconds;

using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Destroyer<rd_kafka_metadata_destroy>>;
using AdminOptions = Handle<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using NewTopic = Handle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using ConfigResource = Handle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;

// What Kafka counts beyond our records: a batch's header, lengths, time and offset.
constexpr std::int64_t kBatchOverhead = 4'096;
constexpr std::int32_t kReplicasForSafety = 3;

base::Result<Metadata> ReadMetadata(rd_kafka_t* client, milliseconds timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t code = rd_kafka_metadata(client, 1, nullptr, &raw, Millis(timeout));
  rd_kafka_poll(client, 0);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ErrorOf(code, "reading the topics");
  }
  return Metadata(raw);
}

bool IsKafkasOwn(std::string_view topic) {
  return topic.starts_with("__");
}

AdminOptions NewOptions(rd_kafka_t* client, rd_kafka_admin_op_t operation, milliseconds timeout) {
  AdminOptions options(rd_kafka_AdminOptions_new(client, operation));
  std::array<char, 256> reason{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), Millis(timeout), reason.data(),
                                            reason.size());
  return options;
}

base::Result<Event> AwaitEvent(const Queue& queue, milliseconds timeout, std::string_view what) {
  constexpr milliseconds kMargin{1'000};  // The request has a time-out of its own.
  Event event(rd_kafka_queue_poll(queue.get(), Millis(timeout + kMargin)));
  if (event == nullptr) {
    return ErrorOf(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  }
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* const reason = rd_kafka_event_error_string(event.get());
    return ErrorOf(code, what, reason != nullptr ? reason : "");
  }
  return event;
}

using Configs = std::map<std::string, std::string>;

Configs EntriesOf(const rd_kafka_ConfigResource_t* resource) {
  Configs configs;
  std::size_t count = 0;
  const rd_kafka_ConfigEntry_t** const entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* const value = rd_kafka_ConfigEntry_value(entries[i]);
    configs[rd_kafka_ConfigEntry_name(entries[i])] = value != nullptr ? value : "";
  }
  return configs;
}

// By the resource's name.
base::Result<std::map<std::string, Configs>> DescribeConfigs(rd_kafka_t* client,
                                                             rd_kafka_ResourceType_t type,
                                                             const std::vector<std::string>& names,
                                                             milliseconds timeout,
                                                             bool skip_refused) {
  std::vector<ConfigResource> resources;
  std::vector<rd_kafka_ConfigResource_t*> raw;
  for (const std::string& name : names) {
    resources.emplace_back(rd_kafka_ConfigResource_new(type, name.c_str()));
    raw.push_back(resources.back().get());
  }
  const Queue queue(rd_kafka_queue_new(client));
  const AdminOptions options = NewOptions(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout);
  rd_kafka_DescribeConfigs(client, raw.data(), raw.size(), options.get(), queue.get());
  PAYLOG_ASSIGN(const Event event, AwaitEvent(queue, timeout, "reading configurations"));
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** const results = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  std::map<std::string, Configs> configs;
  for (std::size_t i = 0; i < count; ++i) {
    const char* const name = rd_kafka_ConfigResource_name(results[i]);
    if (const auto code = rd_kafka_ConfigResource_error(results[i]);
        code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      // Being made or deleted; or somebody else's.
      if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || (skip_refused && IsRefusal(code))) {
        continue;
      }
      return ErrorOf(code, std::string("reading the configuration of ") + name);
    }
    configs[name] = EntriesOf(results[i]);
  }
  return configs;
}

std::string Find(const Configs& configs, const std::string& name) {
  const auto found = configs.find(name);
  return found != configs.end() ? found->second : "";
}

KafkaTopic FromMetadata(const rd_kafka_metadata_topic_t& topic) {
  KafkaTopic read;
  read.spec.name = topic.topic;
  read.spec.partition_count = topic.partition_cnt;
  read.replicas = topic.partition_cnt > 0 ? topic.partitions[0].replica_cnt : 0;
  for (int p = 0; p < topic.partition_cnt; ++p) {
    read.replicas = std::min(read.replicas, topic.partitions[p].replica_cnt);
    read.all_led = read.all_led && topic.partitions[p].leader >= 0;
  }
  return read;
}

void TakeConfigs(Configs configs, KafkaTopic& topic) {
  topic.spec.timestamps = Find(configs, "message.timestamp.type") == "LogAppendTime"
                              ? log::TimestampType::kLogAppend
                              : log::TimestampType::kProducer;
  topic.spec.retention = Find(configs, "cleanup.policy").find("compact") != std::string::npos
                             ? log::Retention::kCompact
                             : log::Retention::kKeep;
  const std::string limit = Find(configs, "max.message.bytes");
  topic.spec.record_bytes_max = std::strtoll(limit.c_str(), nullptr, 10) - kBatchOverhead;
  topic.configs = std::move(configs);
}

}  // namespace

base::Result<std::vector<KafkaTopic>> ReadTopics(rd_kafka_t* client,
                                                 const std::set<std::string>& names,
                                                 milliseconds timeout) {
  PAYLOG_ASSIGN(const Metadata metadata, ReadMetadata(client, timeout));
  std::map<std::string, KafkaTopic> topics;
  std::vector<std::string> found_names;
  for (int t = 0; t < metadata->topic_cnt; ++t) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[t];
    const bool wanted = names.empty() ? !IsKafkasOwn(topic.topic) : names.contains(topic.topic);
    if (wanted && topic.partition_cnt > 0) {
      topics[topic.topic] = FromMetadata(topic);
      found_names.emplace_back(topic.topic);
    }
  }
  if (found_names.empty()) {
    return std::vector<KafkaTopic>();
  }
  PAYLOG_ASSIGN(auto configs, DescribeConfigs(client, RD_KAFKA_RESOURCE_TOPIC, found_names, timeout,
                                              /*skip_refused=*/names.empty()));
  std::vector<KafkaTopic> read;
  for (auto& [name, topic] : topics) {
    if (const auto found = configs.find(name); found != configs.end()) {
      TakeConfigs(std::move(found->second), topic);
      read.push_back(std::move(topic));
    }
  }
  return read;
}

base::Result<std::int32_t> CountBrokers(rd_kafka_t* client, milliseconds timeout) {
  PAYLOG_ASSIGN(const Metadata metadata, ReadMetadata(client, timeout));
  return metadata->broker_cnt;
}

Configs ConfigsFor(const log::TopicSpec& spec) {
  const bool compact = spec.retention == log::Retention::kCompact;
  const bool append = spec.timestamps == log::TimestampType::kLogAppend;
  return {{"cleanup.policy", compact ? "compact" : "delete"},
          {"retention.ms", "-1"},
          {"retention.bytes", "-1"},
          {"message.timestamp.type", append ? "LogAppendTime" : "CreateTime"},
          {"max.message.bytes", std::to_string(spec.record_bytes_max + kBatchOverhead)},
          {"unclean.leader.election.enable", "false"}};
}

base::Result<void> MakeTopics(rd_kafka_t* client, std::span<const log::TopicSpec> specs,
                              std::int32_t replicas, bool dry, milliseconds timeout) {
  std::vector<NewTopic> topics;
  std::vector<rd_kafka_NewTopic_t*> raw;
  for (const log::TopicSpec& spec : specs) {
    std::array<char, 256> reason{};
    topics.emplace_back(rd_kafka_NewTopic_new(spec.name.c_str(), spec.partition_count, replicas,
                                              reason.data(), reason.size()));
    if (topics.back() == nullptr) {
      return Error{.code = ErrorCode::kInvalidArgument,
                   .context = "topic '" + spec.name + "': " + reason.data()};
    }
    raw.push_back(topics.back().get());
    for (const auto& [name, value] : ConfigsFor(spec)) {
      rd_kafka_NewTopic_set_config(raw.back(), name.c_str(), value.c_str());
    }
    rd_kafka_NewTopic_set_config(raw.back(), "min.insync.replicas",
                                 replicas >= kReplicasForSafety ? "2" : "1");
  }
  const Queue queue(rd_kafka_queue_new(client));
  const AdminOptions options = NewOptions(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout);
  std::array<char, 256> reason{};
  rd_kafka_AdminOptions_set_validate_only(options.get(), dry ? 1 : 0, reason.data(), reason.size());
  rd_kafka_CreateTopics(client, raw.data(), raw.size(), options.get(), queue.get());
  PAYLOG_ASSIGN(const Event event, AwaitEvent(queue, timeout, "making topics"));
  std::size_t count = 0;
  const rd_kafka_topic_result_t** const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto code = rd_kafka_topic_result_error(results[i]);
        code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* const why = rd_kafka_topic_result_error_string(results[i]);
      return ErrorOf(code, std::string("topic ") + rd_kafka_topic_result_name(results[i]),
                     why != nullptr ? why : "");
    }
  }
  return {};
}

base::Result<void> CompareWithCluster(const KafkaTopic& has, const log::TopicSpec& wanted) {
  std::string text = log::DescribeDifference(has.spec, wanted);
  const bool other_partitions = has.spec.partition_count != wanted.partition_count;
  std::string mend;
  const auto add = [](std::string& list, const char* separator,
                      std::initializer_list<std::string_view> words) {
    list += list.empty() ? "" : separator;
    for (const std::string_view word : words) {
      list += word;
    }
  };
  for (const auto& [name, value] : ConfigsFor(wanted)) {
    if (const std::string is = Find(has.configs, name); is != value) {
      add(text, ", ", {name, " is ", is, ", not ", value});
      add(mend, ",", {name, "=", value});
    }
  }
  if (text.empty()) {
    return {};
  }
  const std::string remedy =
      other_partitions ? "partitions cannot be taken back: keys would lie elsewhere; make a new log"
                       : "mend it with kafka-configs --alter --entity-type topics --entity-name " +
                             wanted.name + " --add-config " + mend;
  return Error{.code = ErrorCode::kAlreadyExists,
               .context = "topic " + wanted.name + ": its " + text + "; " + remedy};
}

std::vector<std::string> WeaknessesOf(const std::vector<KafkaTopic>& topics,
                                      const std::vector<std::string>& names) {
  std::string few_replicas;
  std::string few_in_sync;
  const auto add = [](std::string& list, const std::string& topic, const std::string& figure) {
    list += (list.empty() ? "" : ", ") + topic + " (" + figure + ')';
  };
  for (const KafkaTopic& topic : topics) {
    if (std::find(names.begin(), names.end(), topic.spec.name) == names.end()) {
      continue;
    }
    if (topic.replicas < kReplicasForSafety) {
      add(few_replicas, topic.spec.name, std::to_string(topic.replicas));
    }
    const std::string in_sync = Find(topic.configs, "min.insync.replicas");
    if (std::strtol(in_sync.c_str(), nullptr, 10) < 2) {
      add(few_in_sync, topic.spec.name, in_sync);
    }
  }
  std::vector<std::string> weaknesses;
  if (!few_replicas.empty()) {
    weaknesses.push_back("fewer than 3 replicas, so that losing machines loses records: " +
                         few_replicas);
  }
  if (!few_in_sync.empty()) {
    weaknesses.push_back(
        "min.insync.replicas below 2, so that what was acknowledged may stand on "
        "one machine only: " +
        few_in_sync);
  }
  return weaknesses;
}

base::Result<std::string> ReadBrokerRelease(rd_kafka_t* client, milliseconds timeout) {
  PAYLOG_ASSIGN(const Metadata metadata, ReadMetadata(client, timeout));
  if (metadata->broker_cnt == 0) {
    return std::string();
  }
  const std::string id = std::to_string(metadata->brokers[0].id);
  // Rights to read it are not needed otherwise.
  PAYLOG_ASSIGN(const auto configs, DescribeConfigs(client, RD_KAFKA_RESOURCE_BROKER, {id}, timeout,
                                                    /*skip_refused=*/true));
  const auto found = configs.find(id);
  return found != configs.end() ? Find(found->second, "inter.broker.protocol.version") : "";
}

}  // namespace paylog::log_kafka
