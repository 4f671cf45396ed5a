#include "paylog/simulation/record_form.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <exception>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "paylog/base/murmur2.h"

namespace paylog::simulation {
namespace {

using Json = nlohmann::json;

bool IsHash(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// A result says why, unless all went well.
bool IsSentence(const Json& result) {
  const bool said = result.contains("message");
  return result.at("code") == "ok" ? !said
                                   : said && !result.at("message").get<std::string>().empty();
}

// One record, and where it stands.
class Form {
 public:
  Form(const log::TopicPartition& at, std::int32_t partition_count, const log::StoredRecord& record)
      : at_(at), partition_count_(partition_count), record_(record) {}

  // What is wrong with it, in words; empty where nothing is.
  std::string Check() {
    CheckKind();
    if (kind_ == "delivery" || kind_ == "dead_webhook") {
      CheckNotifiers();
      return wrong_;
    }
    CheckSource();
    if (at_.topic != "payments.dead-letters" && kind_ != "command") {
      CheckValue(Json::parse(record_.value));
    }
    if ((at_.topic == "ledger.inbox" || at_.topic == "payments.results") &&
        base::PartitionOf(record_.key.value_or(""), partition_count_) != at_.partition) {
      wrong_ += " partition";
    }
    return wrong_;
  }

 private:
  void Expect(std::string_view header, const std::string& value) {
    if (HeaderOf(record_, header) != value) {
      wrong_ += ' ' + std::string(header);
    }
  }

  void CheckKind() {
    if (at_.topic == "ledger.inbox") {
      kind_ = source_.starts_with("paylog/validator/") ? "command" : "message";
    } else if (at_.topic == "ledger.journal") {
      kind_ = "event";
    } else if (at_.topic == "ledger.balances") {
      kind_ = "balance";
    } else if (at_.topic == "notifier.deliveries") {
      kind_ = "delivery";
    } else if (at_.topic == "payments.results") {
      kind_ = "result";
    } else {
      kind_ = IsDeadWebhook(record_) ? "dead_webhook" : "dead_letter";
    }
    Expect("ce_specversion", "1.0");
    Expect("ce_type", "paylog." + kind_ + ".v1");
    Expect("content-type", kind_ == "dead_letter" ? "" : "application/json");
  }

  // What the notifier writes about a result of the same partition, or about an endpoint.
  void CheckNotifiers() {
    const std::string own = std::to_string(at_.partition.value());
    Expect("ce_source", "paylog/notifier/" + own);
    Expect("ce_time", TimeText(record_.timestamp.value()));
    if (kind_ == "dead_webhook") {
      Expect("ce_id", record_.key.value_or(""));
      return;  // The rest is looked at with its delivery.
    }
    const Json event = Json::parse(record_.value);
    const std::string type = event.at("type");
    const std::string key = event.at(type == "endpoint_disabled" ? "endpoint" : "id");
    std::string happened = "scheduled";
    if (type == "endpoint_disabled") {
      happened = std::to_string(event.at("time").get<std::int64_t>());
    } else if (type == "delivery_attempted") {
      happened = std::to_string(event.at("attempts").get<std::int64_t>()) + ':' +
                 event.at("state").get<std::string>();
    }
    Expect("ce_id", key + ':' + happened);
    const bool has_origin =
        HeaderOf(record_, "paylog_origin").starts_with("payments.results/" + own + '/');
    if (record_.key != key || record_.timestamp.value() != event.at("time") ||
        has_origin != (type != "endpoint_disabled") || event.at("v") != 1) {
      wrong_ += " key, timestamp, origin or version";
    }
  }

  void CheckSource() {
    const std::string own = std::to_string(at_.partition.value());
    const std::string origin = HeaderOf(record_, "paylog_origin");
    if (kind_ == "balance") {
      Expect("ce_source", "paylog/ledger/" + own);
      return;
    }
    if (!origin.starts_with("payments.commands/")) {
      wrong_ += " paylog_origin";
    }
    if (kind_ == "dead_letter" && !origin.starts_with("payments.commands/" + own + '/')) {
      wrong_ += " partition";
    }
    if (source_.starts_with("paylog/validator/")) {
      Expect("ce_id", origin);
    } else if (kind_ != "message") {  // Its timestamp is the log's.
      Expect("ce_time", TimeText(record_.timestamp.value()));
    } else if (HeaderOf(record_, "ce_time").empty()) {
      wrong_ += " ce_time";
    }
    if (kind_ == "event") {
      Expect("ce_source", "paylog/ledger/" + own);
    }
  }

  void CheckValue(const Json& value) {
    if (!value.at("v").is_number_integer() || value.at("v") != 1) {
      wrong_ += " v";
    }
    if (kind_ != "message" && record_.key != value.at("account").get<std::string>()) {
      wrong_ += " key";
    }
    if (kind_ == "result" && !IsSentence(value)) {
      wrong_ += " message";
    }
    if (kind_ == "event") {
      if (!IsHash(value.at("body_sha256").get<std::string>())) {
        wrong_ += " body_sha256";
      }
      const auto sequence = value.at("sequence").get<std::int64_t>();
      Expect("ce_id", std::to_string(at_.partition.value()) + ':' + std::to_string(sequence));
      if (!value.at("rules").is_number_integer() || value.at("rules") != 1) {
        wrong_ += " rules";
      }
    }
  }

  const log::TopicPartition& at_;
  const std::int32_t partition_count_;
  const log::StoredRecord& record_;
  const std::string source_ = HeaderOf(record_, "ce_source");
  std::string kind_;
  std::string wrong_;
};

}  // namespace

std::string HeaderOf(const log::StoredRecord& record, std::string_view name) {
  return std::string(record.FindHeader(name).value_or(""));
}

std::string TimeText(std::int64_t milliseconds) {
  const std::time_t seconds = milliseconds / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &utc);
  const std::string thousandths = std::to_string(1000 + milliseconds % 1000).substr(1);
  return std::string(text.data(), size) + thousandths + 'Z';
}

bool IsDeadWebhook(const log::StoredRecord& record) {
  return record.FindHeader("ce_type") == "paylog.dead_webhook.v1";
}

std::vector<Violation> FindMalformed(const History& history) {
  std::vector<Violation> violations;
  for (const auto& [at, records] : history.log) {
    if (at.topic == "payments.commands" || at.topic == "paylog.settings") {
      continue;  // Others write the first; the second has one record, which every start reads.
    }
    for (const log::StoredRecord& record : records) {
      const std::string where = at.ToString() + " offset " + std::to_string(record.offset.value());
      try {
        if (const std::string wrong = Form(at, history.partition_count, record).Check();
            !wrong.empty()) {
          violations.push_back(
              {.check = "form", .what = std::string(where).append(": wrong").append(wrong)});
        }
      } catch (const std::exception& thrown) {  // As the JSON library tells what it cannot read.
        violations.push_back({.check = "form", .what = where + ": " + thrown.what()});
      }
    }
  }
  return violations;
}

}  // namespace paylog::simulation
