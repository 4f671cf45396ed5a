#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/store/key_cursor.h"
#include "paylog/store/meta_row.h"
#include "paylog/store/parts.h"
#include "paylog/store/run_format.h"
#include "paylog/store/run_writer.h"

namespace paylog::store {

// So many become one of the next level.
inline constexpr std::ptrdiff_t kRunsOfALevel = 4;

// Four runs of a level that follow each other, on their way to become one of the next level, a
// slice at a time. What is written before it is whole belongs to no snapshot: it is lost with the
// process, as garbage. The table must outlive it. Not thread-safe.
class RunMerge {
 public:
  // `runs`: oldest first, of a level from 1 to RunMerges::kLevelMax; `number`: that of the run
  // which they become.
  RunMerge(PartTable& parts, std::vector<SharedRun> runs, std::int64_t number);

  // Writes so many segments more, or the rest. The run, once it is whole; then, or after an error,
  // there must be no other call.
  base::Result<SharedRun> Advance(std::size_t segments);

  [[nodiscard]] const std::vector<SharedRun>& runs() const { return runs_; }
  [[nodiscard]] std::int64_t number() const { return number_; }
  [[nodiscard]] std::uint64_t level() const { return runs_.front()->entry.level; }
  // How many segments each Write adds so that the run is whole when the level has got two more.
  [[nodiscard]] std::size_t slice() const;

 private:
  const std::vector<SharedRun> runs_;
  const std::int64_t number_;
  MergeCursor merged_;
  RunWriter writer_;
};

// The merges of keys that are written once: four runs of a level become one of the next, from level
// 1 on. Each is spread over the Writes that bring its level two more, so that all Writes take
// about the same time, however much is remembered; but a merge that was abandoned again and again
// is brought to its end at once. The table must outlive it. Not thread-safe.
class RunMerges {
 public:
  // Runs of higher ones, of which only a forged file has some, stay as they are.
  static constexpr std::uint64_t kLevelMax = 15;

  explicit RunMerges(PartTable& parts) : parts_(parts) {}

  // To be called once in a Write, with the list of runs as it is to become, the newest last. Begins
  // the merges that are due, adds a slice to each, and puts those that are whole in the place of
  // what they were made of.
  base::Result<void> GoOn(std::vector<SharedRun>& runs, RunNumbers& numbers);
  // REQUIRED where GoOn, or the Write that it was called in, failed. What is due begins anew.
  void Abandon() { merges_.clear(); }

  // The numbers of the runs that are not whole yet.
  [[nodiscard]] std::set<std::int64_t> UnderWay() const;

 private:
  void Begin(const std::vector<SharedRun>& runs, RunNumbers& numbers);

  PartTable& parts_;
  std::vector<std::unique_ptr<RunMerge>> merges_;  // One of a level at most.
};

}  // namespace paylog::store
