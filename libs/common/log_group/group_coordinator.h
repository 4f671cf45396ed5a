#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/group.h"

namespace paylog::log_group {

// Shares partitions among the members of consumer groups, all in this process. The range protocol:
// each join and each leave begins a new generation of the group, topic by topic the partitions are
// cut into one run per member, and members are in the order in which they joined. A new generation
// holds from the moment it begins: an older one can commit nothing any more, so what it still had
// is reported as lost. Thread-safe. It knows nothing of how a log stores its records.
class GroupCoordinator {
 public:
  struct Subscription {
    std::string topic;
    std::int32_t partition_count = 0;
  };

  GroupCoordinator();
  ~GroupCoordinator();

  // The member must be destroyed before the coordinator.
  std::unique_ptr<log::GroupMember> Join(const std::string& group,
                                         std::vector<Subscription> subscriptions);

  // For simulation. A rebalance at any moment: a new generation, in which the members' places are
  // turned by `turn`.
  void Rebalance(const std::string& group, std::size_t turn);
  // As if the session of the member had timed out: the others share what it had, until its next
  // Poll finds out and joins again. REQUIRES: this coordinator made it.
  void Evict(const log::GroupMember& member);

  // While the lock is held no generation begins or ends, so that the check of a commit and the
  // commit are one step.
  [[nodiscard]] std::unique_lock<std::mutex> Freeze();
  // kIllegalGeneration unless the metadata may commit: that of a member in the current generation,
  // or of a group without members. REQUIRES: Freeze's lock is held.
  [[nodiscard]] base::Result<void> CheckCurrent(const log::GroupMetadata& metadata) const;

 private:
  class Member;
  struct Identity {};
  struct MemberRep;

  struct MemberState {
    std::vector<Subscription> subscriptions;
    std::vector<log::TopicPartition> assigned;  // In the current generation.
    bool evicted = false;                       // Gets nothing until it polls.
    bool woken = false;
    std::condition_variable changed;
  };
  struct Group {
    std::int64_t generation = 0;
    std::size_t turn = 0;                                           // See Rebalance.
    std::map<std::uint64_t, std::unique_ptr<MemberState>> members;  // By id, so by age.
  };

  void Leave(const std::string& group, std::uint64_t member_id);
  static void BeginGeneration(Group& group);
  static void AssignTopic(Group& group, const std::string& topic, std::int32_t partition_count);

  // Tells this coordinator's metadata from that of one that is gone.
  const std::shared_ptr<const Identity> identity_;
  mutable std::mutex mutex_;
  std::map<std::string, Group> groups_;
  std::uint64_t next_member_id_ = 1;
};

}  // namespace paylog::log_group
