#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "paylog/log/writer.h"
#include "paylog/log_sqlite/engine.h"
#include "paylog/log_sqlite/stage.h"

namespace paylog::log_sqlite {

// Keeps a transaction in memory until Commit, so that nothing of an open, aborted or abandoned one
// is ever in the log, and no reader waits for one. `engine` must outlive it.
class Writer final : public log::TransactionalWriter {
 public:
  Writer(Engine& engine, std::string transactional_id)
      : engine_(engine), id_(std::move(transactional_id)), stage_(engine.catalog) {}

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
    kOver,       // Fenced, or the outcome is unknown: only destruction is left.
  };

  void Drop();
  [[nodiscard]] bool IsOpen() const {
    return state_ == State::kOpen || state_ == State::kMustAbort;
  }

  Engine& engine_;
  const std::string id_;
  State state_ = State::kNew;
  std::int64_t epoch_ = 0;
  Stage stage_;
  std::vector<StagedOffset> offsets_;
};

}  // namespace paylog::log_sqlite
