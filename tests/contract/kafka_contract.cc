#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include <unistd.h>

#include "log_contract.h"
#include "paylog/log_kafka/kafka_log.h"

namespace paylog::contract {
namespace {

// The address of the broker that ctest has started, or empty.
std::string BrokerAddress() {
  const char* const directory = std::getenv("PAYLOG_TEST_KAFKA_DIR");
  if (directory == nullptr) {
    return "";
  }
  std::ifstream file(std::string(directory) + "/bootstrap");
  std::string address;
  std::getline(file, address);
  return address;
}

// All tests share one broker, so each takes names of its own.
class KafkaFixture final : public LogFixture {
 public:
  KafkaFixture() {
    static std::atomic<int> count = 0;
    prefix_ = "contract-" + std::to_string(getpid()) + '-' + std::to_string(count++) + '-';
    Reopen();
  }

  log::Log& log() override { return *log_; }
  [[nodiscard]] std::string prefix() const override { return prefix_; }
  void Reopen() override {
    log_.reset();
    log_ = Must(log_kafka::KafkaLog::Open({.brokers = BrokerAddress()}));
  }

 private:
  std::string prefix_;
  std::unique_ptr<log_kafka::KafkaLog> log_;
};

auto Kafka() {
  return testing::Values(Adapter{.name = "Kafka",
                                 .make = [] { return std::make_unique<KafkaFixture>(); },
                                 .fence_may_be_unclear = true});
}

PAYLOG_INSTANTIATE_CONTRACT(Kafka());

}  // namespace
}  // namespace paylog::contract

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!GTEST_FLAG_GET(list_tests) && paylog::contract::BrokerAddress().empty()) {
    std::cout
        << "skipped: no Kafka broker; ctest starts one where there is a JDK (scripts/kafka)\n";
    const char* const all = std::getenv("PAYLOG_REQUIRE_ALL");
    constexpr int kSkipped = 77;
    return all != nullptr && std::string(all) == "1" ? EXIT_FAILURE : kSkipped;
  }
  return RUN_ALL_TESTS();
}
