#include "paylog/log_sqlite/engine.h"

#include <utility>

namespace paylog::log_sqlite {

Engine::Engine(std::unique_ptr<Storage> opened, const base::Clock& clock,
               std::size_t tail_cache_bytes)
    : storage_(std::move(opened)),
      storage(*storage_),
      failure(storage.path()),
      tail(tail_cache_bytes, failure),
      syncer({.storage = storage, .catalog = catalog, .tail = tail, .failure = failure}),
      committer(Prepare(clock)) {}

Committer::Parts Engine::Prepare(const base::Clock& clock) {
  const LogState& state = storage.opened_state();
  tail.AddPartitions(state.partitions);
  tail.Confirm({}, state.offsets);
  for (const auto& [name, topic] : state.topics) {
    catalog.Add(topic);
  }
  return {.storage = storage,
          .tail = tail,
          .syncer = syncer,
          .groups = groups,
          .failure = failure,
          .clock = clock};
}

}  // namespace paylog::log_sqlite
