#include "paylog/log_group/group_coordinator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::log_group {
namespace {

constexpr std::chrono::hours kWaitMax{24};  // So that no deadline overflows.

}  // namespace

struct GroupCoordinator::MemberRep final : log::GroupMetadata::Rep {
  std::shared_ptr<const Identity> coordinator;
  std::uint64_t member_id = 0;
  std::int64_t generation = 0;
};

class GroupCoordinator::Member final : public log::GroupMember {
 public:
  Member(GroupCoordinator& coordinator, std::string group, std::uint64_t id)
      : coordinator_(coordinator), group_(std::move(group)), id_(id) {}
  ~Member() override { coordinator_.Leave(group_, id_); }

  [[nodiscard]] const std::string& group() const { return group_; }
  [[nodiscard]] std::uint64_t id() const { return id_; }

  base::Result<log::AssignmentChange> Poll(std::chrono::milliseconds wait) override;
  void Wakeup() override;

 private:
  struct Held {
    std::int64_t generation = 0;
    std::vector<log::TopicPartition> partitions;
  };

  GroupCoordinator& coordinator_;
  const std::string group_;
  const std::uint64_t id_;
  std::optional<Held> held_;  // What Poll reported last.
};

base::Result<log::AssignmentChange> GroupCoordinator::Member::Poll(std::chrono::milliseconds wait) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(wait, kWaitMax);
  std::unique_lock lock(coordinator_.mutex_);
  Group& group = coordinator_.groups_.at(group_);
  MemberState& state = *group.members.at(id_);
  state.changed.wait_until(lock, deadline, [&] {
    return !held_ || held_->generation != group.generation || state.woken;
  });
  if (!held_) {
    if (std::exchange(state.evicted, false)) {
      BeginGeneration(group);
    }
    held_ = Held{.generation = group.generation, .partitions = state.assigned};
    auto rep = std::make_shared<MemberRep>();
    rep->coordinator = coordinator_.identity_;
    rep->member_id = id_;
    rep->generation = group.generation;
    return log::AssignmentChange(
        log::Assigned{.partitions = held_->partitions, .metadata = {group_, std::move(rep)}});
  }
  if (held_->generation != group.generation) {
    log::Revoked revoked{.partitions = std::move(held_->partitions), .lost = true};
    held_.reset();
    return log::AssignmentChange(std::move(revoked));
  }
  state.woken = false;
  return log::AssignmentChange(log::NoChange{});
}

void GroupCoordinator::Member::Wakeup() {
  const std::lock_guard guard(coordinator_.mutex_);
  MemberState& state = *coordinator_.groups_.at(group_).members.at(id_);
  state.woken = true;
  state.changed.notify_all();
}

GroupCoordinator::GroupCoordinator() : identity_(std::make_shared<const Identity>()) {}
GroupCoordinator::~GroupCoordinator() = default;

std::unique_ptr<log::GroupMember> GroupCoordinator::Join(const std::string& group,
                                                         std::vector<Subscription> subscriptions) {
  const std::lock_guard guard(mutex_);
  const std::uint64_t id = next_member_id_++;
  auto state = std::make_unique<MemberState>();
  state->subscriptions = std::move(subscriptions);
  Group& joined = groups_[group];
  joined.members.emplace(id, std::move(state));
  BeginGeneration(joined);
  return std::make_unique<Member>(*this, group, id);
}

void GroupCoordinator::Leave(const std::string& group, std::uint64_t member_id) {
  const std::lock_guard guard(mutex_);
  Group& left = groups_.at(group);
  left.members.erase(member_id);
  BeginGeneration(left);
}

void GroupCoordinator::Rebalance(const std::string& group, std::size_t turn) {
  const std::lock_guard guard(mutex_);
  Group& turned = groups_[group];
  turned.turn = turn;
  BeginGeneration(turned);
}

void GroupCoordinator::Evict(const log::GroupMember& member) {
  const auto* const evicted = dynamic_cast<const Member*>(&member);
  CHECK(evicted != nullptr);
  const std::lock_guard guard(mutex_);
  Group& group = groups_.at(evicted->group());
  group.members.at(evicted->id())->evicted = true;
  BeginGeneration(group);
}

void GroupCoordinator::BeginGeneration(Group& group) {
  ++group.generation;
  std::map<std::string, std::int32_t> topics;
  for (const auto& [id, member] : group.members) {
    member->assigned.clear();
    for (const Subscription& subscription : member->subscriptions) {
      topics.emplace(subscription.topic, subscription.partition_count);
    }
  }
  for (const auto& [topic, partition_count] : topics) {
    AssignTopic(group, topic, partition_count);
  }
  for (const auto& [id, member] : group.members) {
    member->changed.notify_all();
  }
}

void GroupCoordinator::AssignTopic(Group& group, const std::string& topic,
                                   std::int32_t partition_count) {
  std::vector<MemberState*> subscribers;
  for (const auto& [id, member] : group.members) {
    const auto& wanted = member->subscriptions;
    if (!member->evicted && std::any_of(wanted.begin(), wanted.end(),
                                        [&](const Subscription& s) { return s.topic == topic; })) {
      subscribers.push_back(member.get());
    }
  }
  if (subscribers.empty()) {
    return;  // Whoever was evicted comes back.
  }
  std::rotate(subscribers.begin(),
              subscribers.begin() + static_cast<std::ptrdiff_t>(group.turn % subscribers.size()),
              subscribers.end());
  const auto members = static_cast<std::int32_t>(subscribers.size());
  std::int32_t next = 0;
  for (std::int32_t i = 0; i < members; ++i) {
    const std::int32_t share = partition_count / members + (i < partition_count % members ? 1 : 0);
    for (const std::int32_t last = next + share; next < last; ++next) {
      subscribers[static_cast<std::size_t>(i)]->assigned.push_back(
          {.topic = topic, .partition = base::PartitionId(next)});
    }
  }
  CHECK(next == partition_count);
}

std::unique_lock<std::mutex> GroupCoordinator::Freeze() {
  return std::unique_lock(mutex_);
}

base::Result<void> GroupCoordinator::CheckCurrent(const log::GroupMetadata& metadata) const {
  if (metadata.rep() == nullptr) {
    return {};
  }
  const auto* const rep = dynamic_cast<const MemberRep*>(metadata.rep());
  const auto group = groups_.find(metadata.group());
  if (rep != nullptr && rep->coordinator == identity_ && group != groups_.end() &&
      group->second.generation == rep->generation &&
      group->second.members.contains(rep->member_id)) {
    return {};
  }
  return base::Error{.code = base::ErrorCode::kIllegalGeneration,
                     .context = "group " + metadata.group() +
                                " has moved on: the assignment under which this was to be "
                                "committed is over"};
}

}  // namespace paylog::log_group
