#include "paylog/log_sim/sim_log.h"

#include <utility>

#include "paylog/log/topic_difference.h"
#include "paylog/log_sim/reader.h"
#include "paylog/log_sim/writer.h"

namespace paylog::log_sim {

base::Result<void> Client::Enter() {
  if (interleave && !dead) {
    interleave();
  }
  if (dead) {
    return base::Error{
        .code = base::ErrorCode::kShutdown, .context = "the process was killed", .fatal = true};
  }
  broker.RunDue();
  return {};
}

base::Result<void> Client::Fail(std::string_view fault) {
  if (broker.Happens(fault)) {
    return base::Error{.code = base::ErrorCode::kUnavailable,
                       .context = "simulated: " + std::string(fault),
                       .retriable = true};
  }
  return {};
}

// Forwards to the coordinator's member.
class SimLog::Member final : public log::GroupMember {
 public:
  Member(SimLog& log, std::unique_ptr<log::GroupMember> member)
      : log_(log), member_(std::move(member)) {
    log_.members_.push_back(this);
  }
  ~Member() override { std::erase(log_.members_, this); }

  base::Result<log::AssignmentChange> Poll(std::chrono::milliseconds wait) override {
    PAYLOG_TRY(log_.client_->Enter());
    PAYLOG_TRY(log_.client_->Fail(fault::kGroupFails));
    return member_->Poll(wait);
  }
  void Wakeup() override { member_->Wakeup(); }
  [[nodiscard]] const log::GroupMember& member() const { return *member_; }

 private:
  SimLog& log_;
  const std::unique_ptr<log::GroupMember> member_;
};

SimLog::SimLog(Broker& broker, std::function<void()> interleave)
    : client_(new Client{.broker = broker, .interleave = std::move(interleave)}) {}

SimLog::~SimLog() = default;

std::int64_t SimLog::EpochOf(const std::string& transactional_id) const {
  const std::lock_guard guard(client_->epochs_mutex);
  const auto found = client_->epochs.find(transactional_id);
  return found != client_->epochs.end() ? found->second : 0;
}

void SimLog::LoseSession() {
  for (const Member* const member : members_) {
    client_->broker.groups().Evict(member->member());
  }
}

base::Result<void> SimLog::CreateTopics(std::span<const log::TopicSpec> specs) {
  PAYLOG_TRY(client_->Enter());
  return client_->broker.CreateTopics(specs);
}

base::Result<void> SimLog::CheckTopics(std::span<const log::TopicSpec> specs) {
  PAYLOG_TRY(client_->Enter());
  return log::CompareTopics(client_->broker.ListTopics(), specs);
}

base::Result<std::vector<log::TopicSpec>> SimLog::ListTopics() {
  PAYLOG_TRY(client_->Enter());
  return client_->broker.ListTopics();
}

base::Result<std::unique_ptr<log::Reader>> SimLog::NewReader(const log::TopicPartition& from,
                                                             log::Isolation isolation) {
  PAYLOG_TRY(client_->Enter());
  PAYLOG_TRY(client_->broker.FindPartition(from));
  return std::unique_ptr<log::Reader>(
      std::make_unique<Reader>(client_, from, isolation != log::Isolation::kReadUncommitted));
}

base::Result<std::unique_ptr<log::TransactionalWriter>> SimLog::NewWriter(
    const std::string& transactional_id) {
  PAYLOG_TRY(client_->Enter());
  return std::unique_ptr<log::TransactionalWriter>(
      std::make_unique<Writer>(client_, transactional_id));
}

base::Result<std::unique_ptr<log::Producer>> SimLog::NewProducer() {
  PAYLOG_TRY(client_->Enter());
  return std::unique_ptr<log::Producer>(std::make_unique<Producer>(client_));
}

base::Result<std::unique_ptr<log::GroupMember>> SimLog::JoinGroup(
    const std::string& group, const std::vector<std::string>& topics) {
  PAYLOG_TRY(client_->Enter());
  std::vector<log_group::GroupCoordinator::Subscription> subscriptions;
  for (const std::string& topic : topics) {
    PAYLOG_ASSIGN(const log::TopicSpec spec, client_->broker.FindTopic(topic));
    subscriptions.push_back({.topic = topic, .partition_count = spec.partition_count});
  }
  return std::unique_ptr<log::GroupMember>(std::make_unique<Member>(
      *this, client_->broker.groups().Join(group, std::move(subscriptions))));
}

base::Result<std::optional<base::Offset>> SimLog::CommittedOffset(const std::string& group,
                                                                  const log::TopicPartition& from) {
  PAYLOG_TRY(client_->Enter());
  PAYLOG_TRY(client_->broker.FindPartition(from));
  PAYLOG_TRY(client_->Fail(fault::kOffsetFails));
  return client_->broker.CommittedOffset(group, from);
}

}  // namespace paylog::log_sim
