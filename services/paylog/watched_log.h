#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "paylog/cli/progress_bar.h"
#include "paylog/log/log.h"
#include "paylog/service/stop_signal.h"

namespace paylog::cli {

// Another log, for a long reading: shows how far it is, and ends with kShutdown where a signal asks
// for it. Reading only; the rest is kRefused. As thread-safe as `target`. All must outlive it.
class WatchedLog final : public log::Log {
 public:
  // `total`: records that will be read; nullopt where nobody knows.
  WatchedLog(log::Log& target, const service::StopSignal& stop, ProgressBar& bar,
             std::optional<std::int64_t> total)
      : target_(target), stop_(stop), bar_(bar), total_(total) {}

  base::Result<void> CreateTopics(std::span<const log::TopicSpec> specs) override;
  base::Result<void> CheckTopics(std::span<const log::TopicSpec> specs) override;
  base::Result<std::vector<log::TopicSpec>> ListTopics() override;
  base::Result<std::unique_ptr<log::Reader>> NewReader(const log::TopicPartition& from,
                                                       log::Isolation isolation) override;
  base::Result<std::unique_ptr<log::TransactionalWriter>> NewWriter(
      const std::string& transactional_id) override;
  base::Result<std::unique_ptr<log::Producer>> NewProducer() override;
  base::Result<std::unique_ptr<log::GroupMember>> JoinGroup(
      const std::string& group, const std::vector<std::string>& topics) override;
  base::Result<std::optional<base::Offset>> CommittedOffset(
      const std::string& group, const log::TopicPartition& from) override;

 private:
  class WatchedReader;
  // kShutdown once a signal came; counts what was read.
  base::Result<void> Look(std::int64_t records);

  log::Log& target_;
  const service::StopSignal& stop_;
  ProgressBar& bar_;
  const std::optional<std::int64_t> total_;
  std::mutex mutex_;  // Guards the bar and what it shows.
  std::int64_t records_ = 0;
};

}  // namespace paylog::cli
