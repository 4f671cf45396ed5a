#include "paylog/service/log_options.h"

#include <charconv>
#include <string_view>

#include "paylog/service/kafka_properties.h"

namespace paylog::service {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view kSqlitePrefix = "sqlite:";
constexpr std::string_view kKafkaPrefix = "kafka:";
constexpr int kPortMax = 65'535;

bool IsBroker(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return false;
  }
  int port = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, port);
  return error == std::errc() && rest == end && port > 0 && port <= kPortMax;
}

bool AreBrokers(std::string_view text) {
  for (;;) {
    const std::size_t comma = text.find(',');
    if (!IsBroker(text.substr(0, comma))) {
      return false;
    }
    if (comma == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

base::Result<LogAddress> ParseLogAddress(const std::string& address) {
  if (address.starts_with(kSqlitePrefix) && address.size() > kSqlitePrefix.size()) {
    return LogAddress{.kind = LogKind::kSqlite, .place = address.substr(kSqlitePrefix.size())};
  }
  if (address.starts_with(kKafkaPrefix)) {
    std::string brokers = address.substr(kKafkaPrefix.size());
    if (AreBrokers(brokers)) {
      return LogAddress{.kind = LogKind::kKafka, .place = std::move(brokers)};
    }
  }
  return Error{.code = ErrorCode::kInvalidArgument,
               .context = "--log '" + address +
                          "' is not of the form sqlite:DIR or kafka:HOST:PORT[,HOST:PORT...]"};
}

base::Result<void> CheckLogOptions(const LogOptions& options) {
  PAYLOG_ASSIGN(const LogAddress address, ParseLogAddress(options.address));
  if (address.kind == LogKind::kSqlite &&
      (!options.kafka_properties.empty() || !options.kafka_config.empty() ||
       options.replication_factor != 0)) {
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = "options of Kafka, and --log " + options.address + " is none"};
  }
  for (const std::string& property : options.kafka_properties) {
    PAYLOG_TRY(CheckCommandLineProperty(property));
  }
  return {};
}

std::string SnapshotDirectory(const LogOptions& options, const LogAddress& address) {
  if (!options.snapshots.empty()) {
    return options.snapshots;
  }
  return address.kind == LogKind::kSqlite ? address.place + "/snapshots" : "./paylog-snapshots";
}

}  // namespace paylog::service
