#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "paylog/base/result.h"
#include "paylog/log/record.h"

// Topics as Kafka has them, and as a specification wants them.
namespace paylog::log_kafka {

struct KafkaTopic {
  log::TopicSpec spec;
  std::int32_t replicas = 0;                   // Of the partition that has fewest.
  std::map<std::string, std::string> configs;  // By Kafka's names.
  bool all_led = true;                         // Every partition has a leader.
};

// Those of these names that exist, in order of name. No names: all but Kafka's own and those whose
// configuration we have no right to read.
base::Result<std::vector<KafkaTopic>> ReadTopics(rd_kafka_t* client,
                                                 const std::set<std::string>& names,
                                                 std::chrono::milliseconds timeout);

base::Result<std::int32_t> CountBrokers(rd_kafka_t* client, std::chrono::milliseconds timeout);

// Kafka's configuration for a specification.
std::map<std::string, std::string> ConfigsFor(const log::TopicSpec& spec);

// Asks for the topics; only checks that they could be made where `dry` is true. kAlreadyExists
// where somebody else made one meanwhile.
base::Result<void> MakeTopics(rd_kafka_t* client, std::span<const log::TopicSpec> specs,
                              std::int32_t replicas, bool dry, std::chrono::milliseconds timeout);

// kAlreadyExists with all that differs and the command that mends it.
base::Result<void> CompareWithCluster(const KafkaTopic& has, const log::TopicSpec& wanted);

// Of the topics named: what is allowed but not safe.
std::vector<std::string> WeaknessesOf(const std::vector<KafkaTopic>& topics,
                                      const std::vector<std::string>& names);
// The release that a broker says its protocol is of, such as "3.6-IV2"; empty where it says none,
// or may not tell us.
base::Result<std::string> ReadBrokerRelease(rd_kafka_t* client, std::chrono::milliseconds timeout);

}  // namespace paylog::log_kafka
