#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "paylog/base/hash.h"
#include "paylog/notifier/core/circuit_breaker.h"
#include "paylog/notifier/core/endpoint.h"

namespace paylog::notifier {

struct GateOptions {
  // Attempts to one endpoint under way at once: no more than the sender begins at once, so that
  // none waits there while its time runs out.
  int attempts_max = 8;
  CircuitBreakerOptions breaker;
};

// The answer to whether an attempt may begin now.
struct Admission {
  enum class Kind {
    kGo,     // It may; End must follow.
    kLater,  // Not now; the waiter is woken, or asks again at `ask_at`.
    kNever,  // The endpoint is disabled.
  };
  Kind kind = Kind::kLater;
  std::optional<base::TimestampMs> ask_at;
  bool circuit_open = false;  // Why, where it is kLater: otherwise too many are under way.
};

// The endpoints of a process, each with what holds back its attempts: how many are under way, a
// circuit breaker, and whether it is disabled. Shared by all partitions, so that none has to learn
// for itself what the others know. Thread-safe.
class EndpointGates {
 public:
  using Waker = std::function<void()>;  // From any thread; must not call the gates.

  EndpointGates(std::vector<Endpoint> endpoints, const GateOptions& options);

  [[nodiscard]] const std::vector<std::shared_ptr<const Endpoint>>& endpoints() const {
    return endpoints_;
  }
  // nullptr where the endpoint file has none of this name.
  [[nodiscard]] std::shared_ptr<const Endpoint> Find(const std::string& name) const;

  // From now on nothing goes to this URL of the endpoint. True where that is new; without effect
  // where there is no such endpoint, or it has another URL.
  bool Disable(const std::string& name, const base::Hash256& url_sha256);
  // Has somebody told all that the log knows of disabled endpoints?
  [[nodiscard]] bool has_learned() const { return learned_; }
  void SetLearned() { learned_ = true; }

  // REQUIRES of what follows: Find(name) != nullptr.

  // `waiter` names who asks; it is called at most once for each answer kLater.
  Admission TryBegin(const std::string& name, base::TimestampMs now, std::int32_t waiter,
                     Waker waker);
  // True where the circuit opened with this.
  bool End(const std::string& name, bool succeeded, base::TimestampMs now);

  [[nodiscard]] bool IsDisabled(const std::string& name) const;

  // Of a partition: how many deliveries were never tried, by endpoint. Endpoints that Find does not
  // know are passed over.
  void SetUntried(std::int32_t partition, std::map<std::string, std::int64_t> untried);
  // Was everything tried once? What an open circuit holds back counts as tried.
  [[nodiscard]] bool AllTried() const;

 private:
  struct Gate {
    std::shared_ptr<const Endpoint> endpoint;
    CircuitBreaker breaker;
    int under_way = 0;
    bool disabled = false;
    std::map<std::int32_t, Waker> waiting;
  };

  [[nodiscard]] Gate& GateOf(const std::string& name) const;

  const GateOptions options_;
  std::vector<std::shared_ptr<const Endpoint>> endpoints_;
  std::atomic<bool> learned_{false};
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Gate>> gates_;                   // None comes or goes.
  std::map<std::int32_t, std::map<std::string, std::int64_t>> untried_;  // By partition.
};

}  // namespace paylog::notifier
