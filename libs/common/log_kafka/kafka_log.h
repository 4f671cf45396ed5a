#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/log.h"

namespace paylog::log_kafka {

// librdkafka's configuration properties by name, such as "security.protocol".
using Properties = std::map<std::string, std::string>;

struct Options {
  std::string brokers;    // "host:port[,host:port...]", where the client begins.
  Properties properties;  // They win over paylog's defaults, but not over what correctness needs.
  // Of topics that CreateTopics makes; 0: three, or as many as there are brokers.
  std::int16_t replication_factor = 0;
  // Trouble that does not end the process, one line each; called from any thread. May be empty.
  std::function<void(const std::string&)> warn;
  // How long Open, and each look-up later, waits for a broker.
  std::chrono::milliseconds patience{10'000};
};

class Cluster;

// The log on Kafka brokers (ADR 0008), through librdkafka's C API. Thread-safe, like what it makes
// is by its own header; everything it makes must be destroyed before it.
//
// Failure: what time may cure is retriable (kTimedOut, kUnavailable); refused credentials or rights
// are fatal. Nothing else ends a process that has once been served.
class KafkaLog final : public log::Log {
 public:
  // Connects and reads the cluster's metadata. kInvalidArgument for a property that librdkafka does
  // not take or that would break a promise of the port; kUnavailable where no broker answers within
  // the patience, with the last reason that a broker gave.
  static base::Result<std::unique_ptr<KafkaLog>> Open(Options options);
  ~KafkaLog() override;

  // Keeps every record for ever (or compacts), with min.insync.replicas 2 where there are three
  // replicas or more, and unclean elections off.
  base::Result<void> CreateTopics(std::span<const log::TopicSpec> specs) override;
  // Beyond the specification: records must not go after a time or beyond a size, and no replica
  // that is behind may become leader.
  base::Result<void> CheckTopics(std::span<const log::TopicSpec> specs) override;
  base::Result<std::vector<log::TopicSpec>> ListTopics() override;
  base::Result<std::unique_ptr<log::Reader>> NewReader(const log::TopicPartition& from,
                                                       log::Isolation isolation) override;
  base::Result<std::unique_ptr<log::TransactionalWriter>> NewWriter(
      const std::string& transactional_id) override;
  base::Result<std::unique_ptr<log::Producer>> NewProducer() override;
  base::Result<std::unique_ptr<log::GroupMember>> JoinGroup(
      const std::string& group, const std::vector<std::string>& topics) override;
  base::Result<std::optional<base::Offset>> CommittedOffset(
      const std::string& group, const log::TopicPartition& from) override;

  // What is allowed but not durable or not safe: fewer than three replicas or min.insync.replicas
  // below 2 on these topics, brokers of release 3.6 (3.6.0 fails transactions with compression).
  base::Result<std::vector<std::string>> FindWeaknesses(const std::vector<std::string>& topics);

 private:
  explicit KafkaLog(std::unique_ptr<Cluster> cluster);

  std::unique_ptr<Cluster> cluster_;
};

}  // namespace paylog::log_kafka
