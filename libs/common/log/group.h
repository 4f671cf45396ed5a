#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/record.h"

namespace paylog::log {

// Proof of membership for commits of input offsets. It is handed out with the assignment and never
// fetched later: a deposed owner that could fetch fresh metadata could move the offset back.
// Copyable value; what stands behind it belongs to the adapter.
class GroupMetadata {
 public:
  // Adapters derive from it (a librdkafka handle, a generation).
  struct Rep {
    virtual ~Rep() = default;
  };

  // A group without members: any transactional writer may commit under it. For progress markers
  // such as the place reached in an input file.
  static GroupMetadata Standalone(std::string group) { return {std::move(group), nullptr}; }

  GroupMetadata(std::string group, std::shared_ptr<const Rep> rep)
      : group_(std::move(group)), rep_(std::move(rep)) {}

  [[nodiscard]] const std::string& group() const { return group_; }
  [[nodiscard]] const Rep* rep() const { return rep_.get(); }

 private:
  std::string group_;
  std::shared_ptr<const Rep> rep_;  // Immutable and shared between the workers of one assignment.
};

// All partitions that this member has from now on, and the metadata of their generation.
struct Assigned {
  std::vector<TopicPartition> partitions;
  GroupMetadata metadata;
};
// They are no longer this member's. Its writers may still finish or abort what they have begun: the
// fence decides. `lost`: somebody else may own them already.
struct Revoked {
  std::vector<TopicPartition> partitions;
  bool lost = false;
};
// Nothing changed within the wait.
struct NoChange {};
using AssignmentChange = std::variant<NoChange, Assigned, Revoked>;

// A place in a consumer group. It decides who owns which partition and nothing else: reading is the
// Reader's, committing the TransactionalWriter's. Destroying it leaves the group. Used by one
// thread at a time; only Wakeup may come from any thread.
class GroupMember {
 public:
  virtual ~GroupMember() = default;

  // Waits for the next change. Every Assigned after the first is preceded by a Revoked of all that
  // was assigned before (the "range" protocol), even where a partition comes back.
  virtual base::Result<AssignmentChange> Poll(std::chrono::milliseconds wait) = 0;

  virtual void Wakeup() = 0;
};

}  // namespace paylog::log
