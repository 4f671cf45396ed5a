#pragma once

#include <chrono>
#include <string>

#include "paylog/base/result.h"
#include "paylog/log_kafka/handles.h"
#include "paylog/log_kafka/kafka_log.h"

// From what the user wants and what correctness needs to librdkafka's configuration.
namespace paylog::log_kafka {

// Each kind of client has its own defaults: see configuration.cc, which gives the reasons.
enum class ClientKind {
  kReadCommitted,
  kReadUncommitted,
  kGroupMember,
  kGroupOffsets,  // Looks up committed offsets, stable ones only.
  kTransactionalWriter,
  kProducer,
};

// So many time-outs of a transaction a call waits: librdkafka itself gives up on a commit or an
// Init after about two.
inline constexpr int kPatienceInTimeouts = 3;

// Of transactions, from the properties or the default.
std::chrono::milliseconds TransactionTimeout(const Properties& properties);

// kInvalidArgument names a property that librdkafka does not take, or that paylog sets itself. What
// correctness needs was read back. `name` is the group or the transactional id, where there is one.
base::Result<Conf> MakeConf(const Options& options, ClientKind kind, const std::string& name = "");

}  // namespace paylog::log_kafka
