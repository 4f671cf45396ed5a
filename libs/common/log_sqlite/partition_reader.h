#pragma once

#include <chrono>
#include <memory>

#include "paylog/log/reader.h"
#include "paylog/log_sqlite/engine.h"

namespace paylog::log_sqlite {

// Reads batches from the tail's cache, and from the database where they have left it. No
// transaction is in the log before it is committed, so there is nothing uncommitted to see.
// `engine` must outlive it.
class PartitionReader final : public log::Reader {
 public:
  PartitionReader(Engine& engine, PartitionRef partition, View view)
      : engine_(engine), partition_(std::move(partition)), view_(view) {}

  base::Result<void> Seek(base::Offset offset) override;
  [[nodiscard]] base::Offset position() const override { return position_; }
  base::Result<log::PolledRecords> Poll(const log::PollLimits& limits) override;
  base::Result<base::Offset> EndOffset() override;
  base::Result<base::Offset> BeginningOffset() override;
  void Wakeup() override;

 private:
  base::Result<void> LoadBatchAtPosition();
  // Takes records from the batch at the position; false when a limit is reached.
  bool TakeFromBatch(const log::PollLimits& limits, std::size_t& bytes, log::PolledRecords& polled);

  Engine& engine_;
  const PartitionRef partition_;
  const View view_;
  base::Offset position_;
  std::shared_ptr<const DecodedBatch> batch_;  // The one that was read last.
  // The same, where nobody else has it: then its records are given away, up to an offset.
  std::shared_ptr<DecodedBatch> own_batch_;
  base::Offset given_until_;
  bool woken_ = false;  // Guarded by the tail's mutex.
};

}  // namespace paylog::log_sqlite
