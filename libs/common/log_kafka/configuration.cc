#include "paylog/log_kafka/configuration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "paylog/base/check.h"

namespace paylog::log_kafka {
namespace {

using base::Error;
using base::ErrorCode;

// The user may not touch these: a promise of the log port hangs on each.
constexpr std::array kFixed = {
    std::pair{"acks", "all"},
    std::pair{"enable.idempotence", "true"},
    std::pair{"auto.offset.reset", "error"},  // The default, largest, skips money without a word.
    std::pair{"check.crcs", "true"},
    std::pair{"enable.auto.commit", "false"},
    std::pair{"enable.auto.offset.store", "false"},
    std::pair{"enable.partition.eof", "true"},  // Readers pass control records by it.
    std::pair{"allow.auto.create.topics", "false"},
    // cooperative-sticky loses assignments before librdkafka 2.10.0 (#4059).
    std::pair{"partition.assignment.strategy", "range"},
};
constexpr std::array kOwn = {
    "bootstrap.servers", "metadata.broker.list", "transactional.id", "group.id", "isolation.level",
    // A static member that is fenced never hears of it, and does not leave.
    "group.instance.id"};

// A dead writer's open transaction holds up its partitions for so long.
constexpr std::chrono::milliseconds kTransactionTimeout{10'000};

Properties Defaults(std::chrono::milliseconds transaction_timeout, ClientKind kind) {
  // A request that is not answered in half the time of a transaction is as good as lost: the
  // connection is closed and the writer tainted.
  const auto socket_timeout = std::max(transaction_timeout / 2, std::chrono::milliseconds(500));
  Properties defaults = {
      {"client.id", "paylog"},
      {"socket.keepalive.enable", "true"},
      {"socket.nagle.disable", "true"},
      {"socket.timeout.ms", std::to_string(socket_timeout.count())},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"message.max.bytes", "2000000"},
      // Readers learn that they are at the end when a fetch comes back empty, and one that begins
      // waits for the fetch of those with whom it shares the client.
      {"fetch.wait.max.ms", "50"},
      {"fetch.error.backoff.ms", "100"},
      {"queued.max.messages.kbytes", "16384"},
      // One of two instances is noticed to be dead after the first, a rebalance after the second.
      {"session.timeout.ms", "10000"},
      {"heartbeat.interval.ms", "500"},
      {"transaction.timeout.ms", std::to_string(transaction_timeout.count())},
      {"message.timeout.ms", std::to_string(transaction_timeout.count())},
      // A commit flushes, whatever this is: it is for large transactions.
      {"linger.ms", "50"},
      // Far below the topics' limit of a batch, so that only a single record can be too large.
      {"batch.size", "524288"},
      {"retry.backoff.ms", "50"},
  };
  if (kind == ClientKind::kTransactionalWriter) {
    // Where librdkafka has lost the look-up of a group's coordinator (its issue 5456), a commit
    // would wait until some connection of the client comes or goes.
    defaults["connections.max.idle.ms"] =
        std::to_string((transaction_timeout * kPatienceInTimeouts).count());
  }
  return defaults;
}

base::Result<void> Set(rd_kafka_conf_t& conf, const std::string& name, const std::string& value) {
  std::array<char, 512> reason{};
  if (rd_kafka_conf_set(&conf, name.c_str(), value.c_str(), reason.data(), reason.size()) ==
      RD_KAFKA_CONF_OK) {
    return {};
  }
  // The reason repeats a bad value, which may be a secret: only the name is passed on.
  return Error{.code = ErrorCode::kInvalidArgument,
               .context = "librdkafka does not take the property " + name + " or its value"};
}

std::string Get(const rd_kafka_conf_t& conf, const char* name) {
  std::array<char, 1024> value{};
  std::size_t size = value.size();
  if (rd_kafka_conf_get(&conf, name, value.data(), &size) != RD_KAFKA_CONF_OK) {
    return "";
  }
  return {value.data(), size > 0 ? size - 1 : 0};
}

base::Result<void> CheckUnclaimed(const Properties& properties) {
  for (const auto& [name, value] : properties) {
    const bool own = std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end();
    const bool fixed = std::any_of(kFixed.begin(), kFixed.end(), [&](const auto& property) {
      return name == property.first && value != property.second;
    });
    if (own || fixed) {
      return Error{.code = ErrorCode::kInvalidArgument,
                   .context = "the property " + name + " is set by paylog and cannot be changed"};
    }
  }
  return {};
}

// What librdkafka took, not what it was told.
void CheckReadBack(const rd_kafka_conf_t& conf) {
  for (const auto& [name, value] : kFixed) {
    const std::string taken = Get(conf, name);
    // acks is an alias of request.required.acks, whose "all" reads back as -1.
    CHECK(taken == value || (std::string_view(name) == "acks" && taken == "-1"));
  }
}

bool IsWriter(ClientKind kind) {
  return kind == ClientKind::kTransactionalWriter || kind == ClientKind::kProducer;
}

}  // namespace

std::chrono::milliseconds TransactionTimeout(const Properties& properties) {
  const auto found = properties.find("transaction.timeout.ms");
  if (found == properties.end()) {
    return kTransactionTimeout;
  }
  std::int64_t milliseconds = 0;
  const std::string& text = found->second;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  const bool good = error == std::errc() && milliseconds > 0;
  return good ? std::chrono::milliseconds(milliseconds) : kTransactionTimeout;
}

base::Result<Conf> MakeConf(const Options& options, ClientKind kind, const std::string& name) {
  PAYLOG_TRY(CheckUnclaimed(options.properties));
  if (TransactionTimeout(options.properties) > kTransactionTimeout) {
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = "the property transaction.timeout.ms is at most " +
                            std::to_string(kTransactionTimeout.count()) +
                            ": for so long a dead writer holds up its partitions"};
  }
  Conf conf(rd_kafka_conf_new());
  for (const auto& [property, value] : Defaults(TransactionTimeout(options.properties), kind)) {
    PAYLOG_TRY(Set(*conf, property, value));
  }
  for (const auto& [property, value] : options.properties) {
    PAYLOG_TRY(Set(*conf, property, value));
  }
  for (const auto& [property, value] : kFixed) {
    PAYLOG_TRY(Set(*conf, property, value));
  }
  PAYLOG_TRY(Set(*conf, "bootstrap.servers", options.brokers));
  if (!IsWriter(kind)) {
    const bool all = kind == ClientKind::kReadUncommitted;
    PAYLOG_TRY(Set(*conf, "isolation.level", all ? "read_uncommitted" : "read_committed"));
  }
  if (kind == ClientKind::kTransactionalWriter) {
    PAYLOG_TRY(Set(*conf, "transactional.id", name));
  }
  if (kind == ClientKind::kGroupMember || kind == ClientKind::kGroupOffsets) {
    PAYLOG_TRY(Set(*conf, "group.id", name));
  }
  CheckReadBack(*conf);
  if (!IsWriter(kind)) {
    const bool all = kind == ClientKind::kReadUncommitted;
    CHECK(Get(*conf, "isolation.level") == (all ? "read_uncommitted" : "read_committed"));
  }
  return conf;
}

}  // namespace paylog::log_kafka
