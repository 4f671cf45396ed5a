#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/group.h"
#include "paylog/log/reader.h"
#include "paylog/log/record.h"
#include "paylog/log/writer.h"

namespace paylog::log {

// A message log: topics of partitions of records, on Kafka, in a directory, or simulated. Services
// never know which. Thread-safe; everything it makes must be destroyed before it.
//
// What every adapter promises (tests/contract shows it):
//  1. Within a partition records keep the order in which they were committed; offsets only grow.
//  2. A transaction's records and input offsets become visible all together or not at all; whoever
//     reads ahead (see Isolation) sees its records before its offsets.
//  3. An acknowledged commit survives the death of any process.
//  4. After Init of a transactional id no earlier owner of that id can commit anything.
//  5. There is no order between partitions: two transactions that write to the same two partitions
//     may stand in them in opposite orders.
// Damage is reported (kCorrupt, kLostRecords), never skipped.
class Log {
 public:
  virtual ~Log() = default;

  // Makes the topics that do not exist, all or none. kAlreadyExists where one exists with another
  // specification; the message says what differs.
  virtual base::Result<void> CreateTopics(std::span<const TopicSpec> specs) = 0;
  // Changes nothing. kNotFound for a topic that is missing, kAlreadyExists for one that was made or
  // changed to another specification; the message says what differs and how to mend it.
  virtual base::Result<void> CheckTopics(std::span<const TopicSpec> specs) = 0;
  // In order of name.
  virtual base::Result<std::vector<TopicSpec>> ListTopics() = 0;

  virtual base::Result<std::unique_ptr<Reader>> NewReader(const TopicPartition& from,
                                                          Isolation isolation) = 0;
  virtual base::Result<std::unique_ptr<TransactionalWriter>> NewWriter(
      const std::string& transactional_id) = 0;
  virtual base::Result<std::unique_ptr<Producer>> NewProducer() = 0;

  // Joins the group for all partitions of the topics. Members of one group share them: each
  // partition belongs to at most one member in a generation.
  virtual base::Result<std::unique_ptr<GroupMember>> JoinGroup(
      const std::string& group, const std::vector<std::string>& topics) = 0;

  // The stable committed offset: waits for a transaction that has staged one and is still open.
  // nullopt where the group never committed one for this partition.
  virtual base::Result<std::optional<base::Offset>> CommittedOffset(const std::string& group,
                                                                    const TopicPartition& from) = 0;
};

}  // namespace paylog::log
