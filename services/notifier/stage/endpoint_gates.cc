#include "paylog/notifier/stage/endpoint_gates.h"

#include <algorithm>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::notifier {

EndpointGates::EndpointGates(std::vector<Endpoint> endpoints, const GateOptions& options)
    : options_(options) {
  endpoints_.reserve(endpoints.size());
  for (Endpoint& endpoint : endpoints) {
    endpoints_.push_back(std::make_shared<const Endpoint>(std::move(endpoint)));
    gates_.emplace(endpoints_.back()->name,
                   std::make_unique<Gate>(Gate{.endpoint = endpoints_.back(),
                                               .breaker = CircuitBreaker(options_.breaker),
                                               .waiting = {}}));
  }
}

std::shared_ptr<const Endpoint> EndpointGates::Find(const std::string& name) const {
  const auto found = gates_.find(name);
  return found == gates_.end() ? nullptr : found->second->endpoint;
}

EndpointGates::Gate& EndpointGates::GateOf(const std::string& name) const {
  const auto found = gates_.find(name);
  CHECK(found != gates_.end());
  return *found->second;
}

Admission EndpointGates::TryBegin(const std::string& name, base::TimestampMs now,
                                  std::int32_t waiter, Waker waker) {
  const std::scoped_lock lock(mutex_);
  Gate& gate = GateOf(name);
  if (gate.disabled) {
    return {.kind = Admission::Kind::kNever, .ask_at = std::nullopt};
  }
  const bool full = gate.under_way >= options_.attempts_max;
  if (!full && gate.breaker.TryBegin(now)) {
    ++gate.under_way;
    return {.kind = Admission::Kind::kGo, .ask_at = std::nullopt};
  }
  gate.waiting.insert_or_assign(waiter, std::move(waker));
  return {.kind = Admission::Kind::kLater,
          .ask_at = full ? std::nullopt : gate.breaker.probe_at(),
          .circuit_open = !gate.breaker.is_closed()};
}

bool EndpointGates::End(const std::string& name, bool succeeded, base::TimestampMs now) {
  std::map<std::int32_t, Waker> waiting;
  bool opened = false;
  {
    const std::scoped_lock lock(mutex_);
    Gate& gate = GateOf(name);
    CHECK(gate.under_way > 0);
    --gate.under_way;
    opened = gate.breaker.End(succeeded, now);
    waiting = std::exchange(gate.waiting, {});
  }
  for (const auto& [waiter, wake] : waiting) {
    wake();
  }
  return opened;
}

bool EndpointGates::Disable(const std::string& name, const base::Hash256& url_sha256) {
  const std::scoped_lock lock(mutex_);
  const auto found = gates_.find(name);
  if (found == gates_.end() || found->second->disabled ||
      base::Sha256(found->second->endpoint->url) != url_sha256) {
    return false;
  }
  found->second->disabled = true;
  return true;
}

bool EndpointGates::IsDisabled(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  return GateOf(name).disabled;
}

void EndpointGates::SetUntried(std::int32_t partition,
                               std::map<std::string, std::int64_t> untried) {
  const std::scoped_lock lock(mutex_);
  untried_.insert_or_assign(partition, std::move(untried));
}

bool EndpointGates::AllTried() const {
  const std::scoped_lock lock(mutex_);
  return std::none_of(untried_.begin(), untried_.end(), [&](const auto& of_partition) {
    return std::any_of(of_partition.second.begin(), of_partition.second.end(),
                       [&](const auto& of_endpoint) {
                         const auto gate = gates_.find(of_endpoint.first);
                         return gate != gates_.end() && gate->second->breaker.is_closed();
                       });
  });
}

}  // namespace paylog::notifier
