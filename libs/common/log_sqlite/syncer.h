#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log_sqlite/catalog.h"
#include "paylog/log_sqlite/failure.h"
#include "paylog/log_sqlite/storage.h"
#include "paylog/log_sqlite/tail_cache.h"

namespace paylog::log_sqlite {

// To whoever asked the committer for something.
using Answer = base::Result<std::int64_t>;

// What one SQLite transaction wrote, and who waits for it.
struct Written {
  std::optional<Head> head;  // None where nothing was written.
  std::vector<TailBatch> batches;
  TailCache::Offsets offsets;
  std::vector<Topic> topics;
  std::vector<std::pair<std::promise<Answer>, Answer>> answers;
};

// The one thread that waits for the disk: while it syncs what was written, the committer writes on,
// and one sync is enough for all of that. Then come, in this order: the head, the readers, the
// answers. It also syncs the head, within a second of a commit. Thread-safe; what it refers to must
// outlive it.
class Syncer {
 public:
  struct Parts {
    Storage& storage;
    Catalog& catalog;
    TailCache& tail;
    Failure& failure;
  };

  explicit Syncer(Parts parts);
  // Syncs and answers what was submitted, then ends.
  ~Syncer();
  Syncer(const Syncer&) = delete;
  Syncer& operator=(const Syncer&) = delete;

  // In the order of writing.
  void Submit(Written written);
  // Waits until all that was submitted is durable and seen by everybody.
  base::Result<void> Drain();
  // Ends the log: what the disk has is unknown. Whoever waits hears of it.
  void Fail(const base::Error& cause);

 private:
  void Run();
  // Waits for something written. None: the head is due. nullopt: the end.
  std::optional<std::vector<Written>> Take();
  void Process(std::vector<Written>& written);
  void Publish(const Written& written);
  void SyncHeadIfDue();

  Parts parts_;

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Written> queue_;
  bool stopping_ = false;

  bool head_is_synced_ = true;  // This and the next are used by the syncer's thread only.
  std::chrono::steady_clock::time_point head_due_;
  std::thread thread_;  // Last: it uses all the others.
};

}  // namespace paylog::log_sqlite
