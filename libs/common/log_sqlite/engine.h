#pragma once

#include <memory>

#include "paylog/log_group/group_coordinator.h"
#include "paylog/log_sqlite/catalog.h"
#include "paylog/log_sqlite/committer.h"
#include "paylog/log_sqlite/failure.h"
#include "paylog/log_sqlite/storage.h"
#include "paylog/log_sqlite/syncer.h"
#include "paylog/log_sqlite/tail_cache.h"

namespace paylog::log_sqlite {

// The parts of an open log, which readers, writers and members share. Thread-safe, as each part is.
class Engine {
 public:
  Engine(std::unique_ptr<Storage> opened, const base::Clock& clock, std::size_t tail_cache_bytes);

 private:
  std::unique_ptr<Storage> storage_;

 public:
  // In the order in which they depend on each other.
  Storage& storage;
  Failure failure;
  Catalog catalog;
  TailCache tail;
  log_group::GroupCoordinator groups;
  Syncer syncer;
  Committer committer;

 private:
  // Shows the opened state to readers before the committer's thread begins.
  Committer::Parts Prepare(const base::Clock& clock);
};

}  // namespace paylog::log_sqlite
