// Opens two accounts, pays money in and transfers some of it, with librdkafka: payments BOOTSTRAP
// PREFIX
//
//     c++ -std=c++20 -o payments payments.cc -lrdkafka++

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <librdkafka/rdkafkacpp.h>
#include <nlohmann/json.hpp>

namespace {

using nlohmann::json;

constexpr const char* kCommands = "payments.commands";
constexpr const char* kResults = "payments.results";
constexpr int kRequestMs = 10'000;
constexpr std::chrono::seconds kAnswerTime{60};

[[noreturn]] void Fail(const std::string& why) {
  std::cerr << why << '\n';
  std::exit(1);
}

void Check(RdKafka::ErrorCode code) {
  if (code != RdKafka::ERR_NO_ERROR) {
    Fail(RdKafka::err2str(code));
  }
}

std::unique_ptr<RdKafka::Conf> MakeConf(
    const std::vector<std::pair<std::string, std::string>>& properties) {
  std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string error;
  for (const auto& [name, value] : properties) {
    if (conf->set(name, value, error) != RdKafka::Conf::CONF_OK) {
      Fail(error);
    }
  }
  return conf;
}

// Owns a producer and a reader of all results. One command is under way at a time.
class Payments {
 public:
  explicit Payments(const std::string& bootstrap) {
    std::string error;
    const auto producing = MakeConf({
        {"bootstrap.servers", bootstrap},
        // Keys must lie where a Java client puts them. librdkafka's own default is another hash.
        {"partitioner", "murmur2_random"},
        // Retries of the client make no second record, and keep the order.
        {"enable.idempotence", "true"},
    });
    producer_.reset(RdKafka::Producer::create(producing.get(), error));
    const auto consuming = MakeConf({
        {"bootstrap.servers", bootstrap},
        // Results of transactions that were aborted are none.
        {"isolation.level", "read_committed"},
        // Required by the library. Nobody joins the group: partitions are assigned below.
        {"group.id", "example-cpp"},
        {"enable.auto.commit", "false"},
    });
    consumer_.reset(RdKafka::KafkaConsumer::create(consuming.get(), error));
    if (!producer_ || !consumer_) {
      Fail(error);
    }
    FollowFromTheEnd();
  }

  // Sends the command and waits for its result. Sent again under the same id, it is not carried out
  // again.
  json Submit(const json& command) {
    // The key is the account that the command is about; of a transfer, the one that pays.
    const auto paying = command.find("debtor_account");
    const std::string account = paying != command.end() ? *paying : command.at("account");
    std::string value = command.dump();
    Check(producer_->produce(kCommands, RdKafka::Topic::PARTITION_UA,
                             RdKafka::Producer::RK_MSG_COPY, value.data(), value.size(),
                             account.data(), account.size(), 0, nullptr));
    Check(producer_->flush(kRequestMs));
    return ResultOf(account, command.at("command_id"));
  }

 private:
  // The end of the results, before the first command is sent: nothing is missed, nothing old is
  // read.
  void FollowFromTheEnd() {
    std::string error;
    const std::unique_ptr<RdKafka::Topic> topic(
        RdKafka::Topic::create(consumer_.get(), kResults, nullptr, error));
    RdKafka::Metadata* found = nullptr;
    Check(consumer_->metadata(false, topic.get(), &found, kRequestMs));
    const std::unique_ptr<RdKafka::Metadata> metadata(found);
    std::vector<RdKafka::TopicPartition*> partitions;
    for (const auto* partition : *metadata->topics()->front()->partitions()) {
      std::int64_t low = 0;
      std::int64_t end = 0;
      Check(consumer_->query_watermark_offsets(kResults, partition->id(), &low, &end, kRequestMs));
      partitions.push_back(RdKafka::TopicPartition::create(kResults, partition->id(), end));
    }
    Check(consumer_->assign(partitions));
    RdKafka::TopicPartition::destroy(partitions);
  }

  json ResultOf(const std::string& account, const std::string& command_id) {
    const auto deadline = std::chrono::steady_clock::now() + kAnswerTime;
    while (std::chrono::steady_clock::now() < deadline) {
      const std::unique_ptr<RdKafka::Message> message(consumer_->consume(500));
      if (message->err() == RdKafka::ERR__TIMED_OUT) {
        continue;
      }
      Check(message->err());
      const auto* text = static_cast<const char*>(message->payload());
      json result = json::parse(text, text + message->len());
      // An id is unique within its account.
      if (result.at("account") == account && result.at("command_id") == command_id) {
        return result;
      }
    }
    Fail(command_id + ": no result; send it again under the same id");
  }

  std::unique_ptr<RdKafka::Producer> producer_;
  std::unique_ptr<RdKafka::KafkaConsumer> consumer_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    Fail("payments BOOTSTRAP PREFIX");
  }
  const std::string alice = std::string(argv[2]) + "-alice";
  const std::string bob = std::string(argv[2]) + "-bob";
  const std::vector<json> commands = {
      {{"type", "open_account"}, {"command_id", "o-1"}, {"account", alice}, {"currency", "EUR"}},
      {{"type", "open_account"}, {"command_id", "o-2"}, {"account", bob}, {"currency", "EUR"}},
      {{"type", "deposit"},
       {"command_id", "d-1"},
       {"account", alice},
       {"amount", 10'000},
       {"currency", "EUR"}},
      {{"type", "transfer"},
       {"command_id", "t-1"},
       {"debtor_account", alice},
       {"creditor_account", bob},
       {"amount", 1'250},
       {"currency", "EUR"},
       {"reference", "invoice 7"}},
  };
  Payments payments(argv[1]);
  // Each is answered before the next is sent: an account must have been answered as opened before
  // it is paid into.
  for (const auto& command : commands) {
    const json result = payments.Submit(command);
    std::cout << result.at("command_id").get<std::string>() << ' '
              << result.at("status").get<std::string>() << ' '
              << result.at("code").get<std::string>() << '\n';
    if (result.at("status") != "completed") {
      Fail(result.at("message"));
    }
  }
}
