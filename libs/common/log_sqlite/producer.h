#pragma once

#include <deque>
#include <future>
#include <optional>

#include "paylog/log/writer.h"
#include "paylog/log_sqlite/engine.h"
#include "paylog/log_sqlite/stage.h"

namespace paylog::log_sqlite {

// Gathers records and hands them to the committer in bundles, several of which may be on their way.
// Destroying it waits for them. `engine` must outlive it.
class RecordProducer final : public log::Producer {
 public:
  explicit RecordProducer(Engine& engine) : engine_(engine), stage_(engine.catalog) {}
  ~RecordProducer() override;

  base::Result<void> Send(const log::TopicPartition& to, log::Record record) override;
  base::Result<void> Flush() override;

 private:
  void Submit();
  void AwaitOldest();

  Engine& engine_;
  Stage stage_;
  std::deque<std::future<Answer>> on_their_way_;
  std::optional<base::Error> error_;  // The first since the last Flush.
};

}  // namespace paylog::log_sqlite
