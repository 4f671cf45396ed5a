#pragma once

#include <memory>

#include "paylog/log/reader.h"
#include "paylog/log_sim/sim_log.h"

namespace paylog::log_sim {

// Reads a partition of the broker. A wait passes simulated time, where time is simulated.
class Reader final : public log::Reader {
 public:
  Reader(std::shared_ptr<Client> client, log::TopicPartition from, bool committed_only)
      : client_(std::move(client)), from_(std::move(from)), committed_only_(committed_only) {}

  base::Result<void> Seek(base::Offset offset) override;
  [[nodiscard]] base::Offset position() const override { return position_; }
  base::Result<log::PolledRecords> Poll(const log::PollLimits& limits) override;
  base::Result<base::Offset> EndOffset() override;
  base::Result<base::Offset> BeginningOffset() override;
  void Wakeup() override;

 private:
  const std::shared_ptr<Client> client_;
  const log::TopicPartition from_;
  const bool committed_only_;
  base::Offset position_;
  bool woken_ = false;  // Guarded by the broker.
};

}  // namespace paylog::log_sim
