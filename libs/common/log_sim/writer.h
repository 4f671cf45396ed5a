#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "paylog/log/writer.h"
#include "paylog/log_sim/sim_log.h"

namespace paylog::log_sim {

// Transactions on the broker. Records wait here until they are delivered: some early, the rest at
// the commit, partition by partition, with others at work in between.
class Writer final : public log::TransactionalWriter {
 public:
  Writer(std::shared_ptr<Client> client, std::string transactional_id)
      : client_(std::move(client)), id_(std::move(transactional_id)) {}

  base::Result<void> Init() override;
  base::Result<void> Begin() override;
  base::Result<void> Append(const log::TopicPartition& to, log::Record record) override;
  base::Result<void> CommitOffset(const log::GroupMetadata& group, const log::TopicPartition& from,
                                  base::Offset next) override;
  base::Result<void> Commit() override;
  base::Result<void> Abort() override;

 private:
  enum class State {
    kNew,
    kReady,
    kOpen,
    kMustAbort,  // A call of this transaction was refused.
    kOver,       // Only destruction is left.
  };
  struct Progress {
    log::GroupMetadata group;
    log::TopicPartition from;
    base::Offset next;
  };

  base::Result<void> TryAppend(const log::TopicPartition& to, log::Record record);
  base::Result<void> TryCommit();
  base::Result<void> Deliver(const log::TopicPartition& to);
  base::Result<void> DeliverAll();
  base::Result<std::vector<Broker::StagedOffset>> CheckOffsets();
  // The state that an error leaves.
  void After(const base::Error& error);

  const std::shared_ptr<Client> client_;
  const std::string id_;
  State state_ = State::kNew;
  Broker::Owner owner_;
  std::map<log::TopicPartition, std::vector<log::Record>> staged_;
  std::vector<Progress> offsets_;
};

// Records without a transaction, each on its own.
class Producer final : public log::Producer {
 public:
  explicit Producer(std::shared_ptr<Client> client) : client_(std::move(client)) {}
  base::Result<void> Send(const log::TopicPartition& to, log::Record record) override;
  base::Result<void> Flush() override;

 private:
  const std::shared_ptr<Client> client_;
  std::vector<std::pair<log::TopicPartition, log::Record>> sent_;
};

}  // namespace paylog::log_sim
