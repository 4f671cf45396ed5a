#include "paylog/simulation/webhook_log.h"

#include <exception>
#include <utility>

#include <nlohmann/json.hpp>

namespace paylog::simulation {
namespace {

using Json = nlohmann::json;

class LogReader {
 public:
  WebhookLog Read(const History& history) {
    for (std::int32_t p = 0; p < history.partition_count; ++p) {
      const log::TopicPartition at{.topic = "notifier.deliveries",
                                   .partition = base::PartitionId(p)};
      const auto commitments = history.commitments.find(at);
      const auto& records = history.log.at(at);
      for (std::size_t i = 0; i < records.size(); ++i) {
        where_ = at.ToString() + " offset " + std::to_string(records[i].offset.value());
        try {
          Take(p, Json::parse(records[i].value), commitments->second.at(i));
        } catch (const std::exception& thrown) {  // As the JSON library tells it.
          Report(thrown.what());
        }
      }
    }
    return std::move(log_);
  }

 private:
  void Report(const std::string& what) {
    log_.violations.push_back({.check = "webhook-event", .what = where_ + ": " + what});
  }

  void Take(std::int32_t partition, const Json& event, const Commitment& committed) {
    const std::string type = event.at("type");
    if (type == "delivery_scheduled") {
      Schedule(partition, event, committed);
    } else if (type == "delivery_attempted") {
      Advance(partition, event, committed);
    } else if (type == "endpoint_disabled") {
      log_.disabled.push_back({.partition = partition,
                               .endpoint = event.at("endpoint"),
                               .url_sha256 = event.at("url_sha256"),
                               .committed = committed});
    } else {
      Report("there is no event " + type);
    }
  }

  void Schedule(std::int32_t partition, const Json& event, const Commitment& committed) {
    LoggedDelivery delivery{.partition = partition,
                            .endpoint = event.at("endpoint"),
                            .account = event.at("account"),
                            .result = event.at("result").at("offset"),
                            .time = event.at("time"),
                            .payload = event.at("payload"),
                            .committed = committed,
                            .steps = {}};
    if (event.at("result").at("partition") != partition) {
      Report("it names a result of another partition");
    }
    const std::string id = event.at("id");
    if (id.size() != 44 || !id.starts_with("msg_") ||
        id.find_first_not_of("0123456789abcdef", 4) != std::string::npos) {
      Report("the id is " + id);
    }
    if (!log_.deliveries.emplace(id, std::move(delivery)).second) {
      Report("it is scheduled already: " + id);
    }
  }

  // Attempts are counted one by one, and the end is the end.
  void Advance(std::int32_t partition, const Json& event, const Commitment& committed) {
    const auto found = log_.deliveries.find(event.at("id").get<std::string>());
    if (found == log_.deliveries.end()) {
      Report("it was never scheduled");
      return;
    }
    LoggedDelivery& delivery = found->second;
    DeliveryStep step{.attempts = event.at("attempts"),
                      .status = event.at("status"),
                      .state = event.at("state"),
                      .next = std::nullopt,
                      .time = event.at("time"),
                      .error = event.value("error", ""),
                      .committed = committed};
    if (event.contains("next")) {
      step.next = event.at("next").get<std::int64_t>();
    }
    const std::int64_t before = delivery.steps.empty() ? 0 : delivery.steps.back().attempts;
    const bool given_up = step.state == "dead" && step.attempts == before;
    if (delivery.partition != partition ||
        delivery.endpoint != event.at("endpoint").get<std::string>() ||
        (!delivery.steps.empty() && delivery.steps.back().is_end()) ||
        (!given_up && step.attempts != before + 1) ||
        step.next.has_value() != (step.state == "retrying")) {
      Report("it does not follow from what stands before it");
    }
    delivery.steps.push_back(std::move(step));
  }

  WebhookLog log_;
  std::string where_;
};

}  // namespace

WebhookLog ReadWebhookLog(const History& history) {
  return LogReader().Read(history);
}

}  // namespace paylog::simulation
