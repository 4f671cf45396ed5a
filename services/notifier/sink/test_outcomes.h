#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "paylog/notifier/core/sender.h"

namespace paylog::notifier {

// Gathers what Senders answer, by webhook-id. For tests. Thread-safe; must outlive the sender.
class Outcomes {
 public:
  // For Send. Each id is answered once; a second time is a failure of the test.
  Sender::Done Of(const std::string& id);

  // Waits until this id is answered. Fails the test, and answers -1, after a minute.
  AttemptOutcome Wait(const std::string& id);
  // Waits until all of these are.
  void WaitForAll(const std::vector<std::string>& ids);
  [[nodiscard]] bool Has(const std::string& id) const;
  [[nodiscard]] std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, AttemptOutcome> outcomes_;
};

// An endpoint with one key and allow_insecure, named as given.
std::shared_ptr<Endpoint> TestEndpoint(const std::string& name, const std::string& url);
// An attempt with a small payload.
Attempt TestAttempt(const std::shared_ptr<const Endpoint>& endpoint, const std::string& id);

}  // namespace paylog::notifier
