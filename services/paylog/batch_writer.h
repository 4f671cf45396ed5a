#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/log.h"

namespace paylog::cli {

// Writes batches of records, each in one transaction that also marks the place it reaches. Trouble
// that time may cure is waited out: a commit of unknown outcome is looked up by its place, and
// written again only where it did not take. Used by one thread.
class BatchWriter {
 public:
  struct Entry {
    log::TopicPartition to;
    log::Record record;
  };
  struct Options {
    std::string transactional_id;
    // Where places are committed; nullopt: nowhere, and a batch of unknown outcome is written
    // again.
    std::optional<log::GroupMetadata> group;
    log::TopicPartition place;
    std::function<bool()> stopped;  // Ends the waiting for better times.
  };

  BatchWriter(log::Log& log, Options options) : log_(log), options_(std::move(options)) {}

  // `reached` is greater than that of the batch before. kFenced where another process has the same
  // transactional id; otherwise what time does not cure, or the last trouble once stopped.
  base::Result<void> Write(const std::vector<Entry>& batch, std::int64_t reached);

 private:
  base::Result<void> TryWrite(const std::vector<Entry>& batch, std::int64_t reached);
  base::Result<void> EnsureWriter();
  void AfterTrouble(const base::Error& error);

  log::Log& log_;
  const Options options_;
  std::unique_ptr<log::TransactionalWriter> writer_;  // nullptr: to be made anew.
  bool transaction_open_ = false;
  bool outcome_unknown_ = false;
};

}  // namespace paylog::cli
