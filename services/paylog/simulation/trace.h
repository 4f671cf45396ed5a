#pragma once

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <string_view>

#include "paylog/base/error.h"
#include "paylog/runtime/observer.h"
#include "paylog/simulation/random.h"

namespace paylog::simulation {

// What runs should meet now and then, besides faults, events and codes: counted as "path: NAME".
inline constexpr std::string_view kPaths[] = {
    "attempt by a zombie",
    "attempt cut off by a kill",
    "attempt cut off by a stop",
    "circuit closed",
    "circuit opened",
    "circuit probed",
    "commit",
    "deliveries rebuilt while some are pending",
    "events followed",
    "following failed",
    "outcomes written at the end",
    "owner stands by",
    "partitions assigned",
    "partitions revoked",
    "rebuilt from a snapshot",
    "rebuilt from the beginning",
    "sent again",
    "several hear of a result",
    "snapshot discarded",
    "snapshot of another partition",
    "snapshot saved",
    "snapshot set back",
    "standby promoted",
    "take-over, state kept",
    "take-over, state rebuilt",
    "trouble, abort required",
    "trouble, fenced",
    "trouble, illegal generation",
    "trouble, lost records",
    "trouble, tainted",
    "trouble, timed out",
    "trouble, unavailable",
    "trouble, unknown outcome",
    "webhook dead, 410",
    "webhook dead, after ten attempts",
    "webhook delivered",
    "webhook given up after a week",
    "webhook given up, endpoint disabled",
    "webhook received twice",
    "webhook retrying",
    "webhook sent after more than a week",
    "webhook signed with two secrets",
};

// What happened, line by line: its digest tells two runs apart, and what happened is counted by
// name, so that a path that is never taken shows.
class Trace {
 public:
  // `out` may be null; otherwise it gets each line, and must outlive the trace.
  explicit Trace(std::ostream* out) : out_(out) {}

  void Line(std::int64_t step, std::string_view who, std::string_view what) {
    std::string line = std::to_string(step);
    line.append(" ").append(who).append(": ").append(what).append("\n");
    digest_ = Mix(digest_ ^ HashName(line));
    if (out_ != nullptr) {
      *out_ << line;
    }
  }
  void Count(std::string_view name, std::int64_t times = 1) {
    const auto found = counts_.try_emplace(std::string(name), 0).first;
    found->second += times;
  }

  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] const std::map<std::string, std::int64_t>& counts() const { return counts_; }

 private:
  std::ostream* const out_;
  std::uint64_t digest_ = 0;
  std::map<std::string, std::int64_t> counts_;
};

// Traces what a process's stage tells.
class Witness final : public runtime::StageObserver {
 public:
  Witness(Trace& trace, const std::int64_t& step, std::string name)
      : trace_(trace), step_(step), name_(std::move(name)) {}

  void OnAssigned(const std::vector<log::TopicPartition>& inputs) override;
  void OnRevoked(bool lost) override;
  void OnTakenOver(const log::TopicPartition& input, base::Offset next, bool kept) override;
  void OnRebuilt(const log::TopicPartition& input, base::Sequence snapshot,
                 std::int64_t replayed) override;
  void OnFollowed(const log::TopicPartition& input, base::Sequence last) override;
  void OnFollowTrouble(const log::TopicPartition& input, const base::Error& error) override;
  void OnCommitted(const log::TopicPartition& input, base::Offset next) override;
  void OnTrouble(const log::TopicPartition& input, const base::Error& error) override;
  void OnSnapshotSaved(const log::TopicPartition& input, base::Sequence last) override;

 private:
  void Say(const std::string& what, std::string_view counted);

  Trace& trace_;
  const std::int64_t& step_;
  const std::string name_;
};

}  // namespace paylog::simulation
