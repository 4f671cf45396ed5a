#include "paylog/service/flags.h"

#include <charconv>
#include <cstdlib>

#include <CLI/CLI.hpp>

namespace paylog::service {
namespace {

std::string DefaultAddress() {
  const char* const named = std::getenv("PAYLOG_LOG");
  return named != nullptr && *named != '\0' ? named : "sqlite:./paylog-data";
}

}  // namespace

void AddLogFlags(CLI::App& command, LogOptions& options) {
  options.address = DefaultAddress();
  command
      .add_option("--log", options.address,
                  "The log: sqlite:DIR, or kafka:HOST:PORT[,HOST:PORT...]. $PAYLOG_LOG, or "
                  "sqlite:./paylog-data")
      ->capture_default_str()
      ->type_name("LOG")
      ->group(kLogFlagsGroup);
  command
      .add_option("--kafka-property", options.kafka_properties,
                  "NAME=VALUE of librdkafka; may be repeated. No secrets: those come from a file, "
                  "or from the environment (PAYLOG_KAFKA_SASL_PASSWORD)")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE")
      ->group(kLogFlagsGroup);
  command
      .add_option("--kafka-config", options.kafka_config,
                  "A file with lines of NAME=VALUE of librdkafka")
      ->type_name("FILE")
      ->group(kLogFlagsGroup);
}

void AddSnapshotsFlag(CLI::App& command, LogOptions& options) {
  command
      .add_option("--snapshots", options.snapshots,
                  "Directory of ledger snapshots, of one instance alone. DIR/snapshots of an "
                  "embedded log, ./paylog-snapshots/log-N for Kafka")
      ->type_name("DIR");
}

void AddStrictFlag(CLI::App& command, bool& strict) {
  command.add_flag("--strict", strict,
                   "Refuse what is otherwise warned of, such as fewer than three replicas");
}

void AddSnapshotEventsFlag(CLI::App& command, std::int64_t& snapshot_events) {
  CLI::Option* const option =
      command.add_option("--snapshot-events", snapshot_events,
                         "Save ledger state after so many events of a partition");
  TakeWholeNumber(*option->capture_default_str(), 1);
}

void AddBatchRecordsFlag(CLI::App& command, std::size_t& batch_records_max) {
  CLI::Option* const option = command.add_option(
      "--batch-records", batch_records_max,
      "Records of one transaction at most: more are faster, fewer answer sooner");
  TakeWholeNumber(*option->capture_default_str(), 1);
}

CLI::Option* AddWebhooksFlag(CLI::App& command, std::string& endpoint_file) {
  return command
      .add_option("--webhooks", endpoint_file,
                  "Send results as webhooks to the endpoints of this file")
      ->type_name("FILE");
}

void TakeWholeNumber(CLI::Option& option, std::int64_t min) {
  option.type_name("N")->check(CLI::Validator(
      [min](const std::string& text) {
        std::int64_t number = 0;
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data(), end, number);
        const bool good = error == std::errc() && rest == end && number >= min;
        return good ? std::string()
                    : "'" + text + "' is not a whole number of at least " + std::to_string(min);
      },
      ""));
}

}  // namespace paylog::service
