#include "paylog/notifier/sink/test_outcomes.h"

#include <utility>

#include <gtest/gtest.h>

namespace paylog::notifier {
namespace {

constexpr auto kDeadline = std::chrono::minutes(1);

}  // namespace

Sender::Done Outcomes::Of(const std::string& id) {
  return [this, id](AttemptOutcome outcome) {
    const std::scoped_lock lock(mutex_);
    EXPECT_TRUE(outcomes_.emplace(id, std::move(outcome)).second) << id << " is answered twice";
    changed_.notify_all();
  };
}

AttemptOutcome Outcomes::Wait(const std::string& id) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kDeadline, [&] { return outcomes_.contains(id); })) {
    ADD_FAILURE() << id << " is not answered";
    return {.status = -1};
  }
  return outcomes_[id];
}

void Outcomes::WaitForAll(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    Wait(id);
  }
}

bool Outcomes::Has(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  return outcomes_.contains(id);
}

std::size_t Outcomes::size() const {
  const std::scoped_lock lock(mutex_);
  return outcomes_.size();
}

std::shared_ptr<Endpoint> TestEndpoint(const std::string& name, const std::string& url) {
  return std::make_shared<Endpoint>(Endpoint{.name = name,
                                             .url = url,
                                             .secrets = {std::string(24, 'k')},
                                             .accounts = {},
                                             .statuses = {},
                                             .allow_insecure = true});
}

Attempt TestAttempt(const std::shared_ptr<const Endpoint>& endpoint, const std::string& id) {
  return {.endpoint = endpoint,
          .id = id,
          .payload = R"({"id":")" + id + "\"}",
          .time = base::TimestampMs(1'614'265'330'999)};
}

}  // namespace paylog::notifier
