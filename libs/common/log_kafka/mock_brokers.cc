#include "paylog/log_kafka/mock_brokers.h"

#include <array>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::log_kafka {
namespace {

constexpr std::int32_t kBroker = 1;
constexpr int kTimeoutMs = 5'000;

}  // namespace

MockBrokers::MockBrokers(Properties properties) {
  std::array<char, 256> reason{};
  handle_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), reason.data(), reason.size()));
  CHECK(handle_ != nullptr);
  mock_.reset(rd_kafka_mock_cluster_new(handle_.get(), 1));
  CHECK(rd_kafka_mock_topic_create(mock_.get(), kTopic, 1, 1) == RD_KAFKA_RESP_ERR_NO_ERROR);
  cluster_ =
      std::make_unique<Cluster>(Options{.brokers = rd_kafka_mock_cluster_bootstraps(mock_.get()),
                                        .properties = std::move(properties)},
                                std::map<std::string, log::TopicSpec>{{kTopic, {.name = kTopic}}});
  CHECK(cluster_->Start().has_value());
}

void MockBrokers::FailNext(Request request, const std::vector<rd_kafka_resp_err_t>& errors) {
  rd_kafka_mock_push_request_errors_array(mock_.get(), static_cast<std::int16_t>(request),
                                          errors.size(), errors.data());
}

void MockBrokers::DelayNext(Request request, std::int64_t milliseconds) {
  const auto pushed = rd_kafka_mock_broker_push_request_error_rtts(
      mock_.get(), kBroker, static_cast<std::int16_t>(request), 1, RD_KAFKA_RESP_ERR_NO_ERROR,
      static_cast<int>(milliseconds));
  CHECK(pushed == RD_KAFKA_RESP_ERR_NO_ERROR);
}

std::size_t MockBrokers::WaitingFor(Request request) {
  std::size_t count = 0;
  CHECK(rd_kafka_mock_broker_error_stack_cnt(mock_.get(), kBroker,
                                             static_cast<std::int16_t>(request),
                                             &count) == RD_KAFKA_RESP_ERR_NO_ERROR);
  return count;
}

std::unique_ptr<Writer> MockBrokers::NewWriter(const std::string& id) {
  auto client = cluster_->NewClient(ClientKind::kTransactionalWriter, id);
  CHECK(client.has_value());
  return std::make_unique<Writer>(*cluster_, id, std::move(client).value());
}

std::int64_t MockBrokers::CountRecords() {
  std::int64_t low = 0;
  std::int64_t high = 0;
  CHECK(rd_kafka_query_watermark_offsets(cluster_->admin(), kTopic, 0, &low, &high, kTimeoutMs) ==
        RD_KAFKA_RESP_ERR_NO_ERROR);
  return high - low;
}

base::Result<void> CommitOne(log::TransactionalWriter& writer) {
  PAYLOG_TRY(writer.Begin());
  PAYLOG_TRY(writer.Append(MockedPartition(), {.key = "k", .value = "v"}));
  PAYLOG_TRY(
      writer.CommitOffset(log::GroupMetadata::Standalone("g"), MockedPartition(), base::Offset(1)));
  return writer.Commit();
}

}  // namespace paylog::log_kafka
