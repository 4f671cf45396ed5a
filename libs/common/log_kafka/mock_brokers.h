#pragma once

#include <memory>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "paylog/log_kafka/cluster.h"
#include "paylog/log_kafka/handles.h"
#include "paylog/log_kafka/writer.h"

namespace paylog::log_kafka {

// Requests by Kafka's protocol guide.
enum class Request : std::int16_t {
  kProduce = 0,
  kListOffsets = 2,
  kFindCoordinator = 10,
  kInitProducerId = 22,
  kAddPartitionsToTxn = 24,
  kAddOffsetsToTxn = 25,
  kEndTxn = 26,
  kTxnOffsetCommit = 28,
};

// For tests: librdkafka's own simulated broker, which answers with errors and delays as it is told.
// It knows no isolation: what is in its partitions is there, committed or not.
class MockBrokers {
 public:
  static constexpr const char* kTopic = "mocked";

  explicit MockBrokers(Properties properties);

  // The next requests of this kind are answered with these errors, one each.
  void FailNext(Request request, const std::vector<rd_kafka_resp_err_t>& errors);
  // The next request of this kind is answered, but so late.
  void DelayNext(Request request, std::int64_t milliseconds);
  // How many of FailNext and DelayNext wait for their request.
  [[nodiscard]] std::size_t WaitingFor(Request request);

  [[nodiscard]] Cluster& cluster() { return *cluster_; }
  [[nodiscard]] std::unique_ptr<Writer> NewWriter(const std::string& id = "mocked-0");
  // Records in the topic's only partition.
  [[nodiscard]] std::int64_t CountRecords();

 private:
  Client handle_;  // Of the mock.
  Handle<rd_kafka_mock_cluster_t, rd_kafka_mock_cluster_destroy> mock_;
  std::unique_ptr<Cluster> cluster_;
};

inline log::TopicPartition MockedPartition() {
  return {.topic = MockBrokers::kTopic, .partition = base::PartitionId(0)};
}

// One transaction with one record and an offset.
base::Result<void> CommitOne(log::TransactionalWriter& writer);

}  // namespace paylog::log_kafka
