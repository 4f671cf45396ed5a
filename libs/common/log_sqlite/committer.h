#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "paylog/base/clock.h"
#include "paylog/base/result.h"
#include "paylog/log/group.h"
#include "paylog/log_group/group_coordinator.h"
#include "paylog/log_sqlite/batch_codec.h"
#include "paylog/log_sqlite/failure.h"
#include "paylog/log_sqlite/storage.h"
#include "paylog/log_sqlite/syncer.h"
#include "paylog/log_sqlite/tail_cache.h"

namespace paylog::log_sqlite {

// Records for one partition, encoded on the writer's thread. Offsets count from 0 until the commit
// gives them their place.
struct StagedBatch {
  std::int32_t partition_index = 0;
  log::TimestampType timestamps = log::TimestampType::kProducer;
  std::string blob;
  std::shared_ptr<DecodedBatch> decoded;
};

struct StagedOffset {
  log::GroupMetadata group;
  log::TopicPartition from;
  base::Offset next;
};

struct WriterEpoch {
  std::string transactional_id;
  std::int64_t epoch = 0;
};

// A transaction, whole. Without a writer: records of a Producer, which nobody fences.
struct CommitTransaction {
  std::optional<WriterEpoch> writer;
  std::vector<StagedBatch> batches;  // Those of one partition in order.
  std::vector<StagedOffset> offsets;
};
// Answers with the new epoch.
struct RaiseEpoch {
  std::string transactional_id;
};
struct CreateTopics {
  std::vector<log::TopicSpec> specs;
};
struct CompactTopic {
  std::string topic;
};
using Request = std::variant<CommitTransaction, RaiseEpoch, CreateTopics, CompactTopic>;

// The one thread that writes. It takes all requests that wait, accepts or refuses each on its own,
// in order of arrival, and puts the accepted ones into one SQLite transaction. Then it shows them
// to those who read ahead, and leaves the rest to the syncer. Thread-safe; what it refers to must
// outlive it.
class Committer {
 public:
  struct Parts {
    Storage& storage;
    TailCache& tail;
    Syncer& syncer;
    log_group::GroupCoordinator& groups;
    Failure& failure;
    const base::Clock& clock;
  };

  explicit Committer(Parts parts);
  // Carries out what was submitted, then ends.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  std::future<Answer> Submit(Request request);
  Answer Execute(Request request) { return Submit(std::move(request)).get(); }

 private:
  struct Pending {
    Request request;
    std::promise<Answer> answer;
  };
  // The requests that share a SQLite transaction.
  struct Shared {
    CommitPlan plan;
    Written written;
  };

  void Run();
  // Waits for requests. nullopt: the end.
  std::optional<std::vector<Pending>> Take();
  void Process(std::vector<Pending> pending);
  void CommitShared(Shared& shared);
  void KeepHouse();

  Answer Stage(Request& request, Shared& shared);
  Answer StageTransaction(CommitTransaction& request, Shared& shared);
  Answer StageEpoch(const RaiseEpoch& request, Shared& shared);
  Answer StageTopics(const CreateTopics& request, Shared& shared);
  base::Result<void> CheckTransaction(const CommitTransaction& request) const;
  void StageBatch(StagedBatch& staged, Shared& shared);
  Answer Compact(const CompactTopic& request);

  Parts parts_;
  LogState state_;  // With what the plan in hand changes; only the committer's thread uses it.

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Pending> queue_;
  bool stopping_ = false;

  std::thread thread_;  // Last: it uses all the others.
};

}  // namespace paylog::log_sqlite
