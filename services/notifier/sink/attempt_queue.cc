#include "paylog/notifier/sink/attempt_queue.h"

#include <utility>

#include "paylog/base/check.h"

namespace paylog::notifier {

AttemptQueue::AttemptQueue(AttemptQueueLimits limits) : limits_(limits) {
  CHECK(limits.under_way_max > 0 && limits.under_way_per_endpoint_max > 0);
}

void AttemptQueue::Push(QueuedAttempt attempt, Time give_up) {
  Line& line = lines_[attempt.attempt.endpoint->name];
  line.waiting.push_back({.attempt = std::move(attempt), .give_up = give_up});
  ++waiting_;
}

bool AttemptQueue::MayBegin(const Line& line) const {
  return !line.waiting.empty() && line.under_way < limits_.under_way_per_endpoint_max;
}

QueuedAttempt AttemptQueue::Take(Line& line) {
  QueuedAttempt attempt = std::move(line.waiting.front().attempt);
  line.waiting.pop_front();
  --waiting_;
  return attempt;
}

std::optional<QueuedAttempt> AttemptQueue::Next() {
  if (waiting_ == 0 || under_way_ == limits_.under_way_max) {
    return std::nullopt;
  }
  auto line = lines_.upper_bound(last_);
  for (std::size_t i = 0; i < lines_.size(); ++i, ++line) {
    if (line == lines_.end()) {
      line = lines_.begin();
    }
    if (MayBegin(line->second)) {
      last_ = line->first;
      ++line->second.under_way;
      ++under_way_;
      return Take(line->second);
    }
  }
  return std::nullopt;
}

void AttemptQueue::Ended(const std::string& endpoint) {
  const auto line = lines_.find(endpoint);
  CHECK(line != lines_.end() && line->second.under_way > 0);
  --line->second.under_way;
  --under_way_;
  DropIfIdle(line);
}

void AttemptQueue::DropIfIdle(Lines::iterator line) {
  if (line->second.waiting.empty() && line->second.under_way == 0) {
    lines_.erase(line);
  }
}

std::vector<QueuedAttempt> AttemptQueue::TakeExpired(Time now) {
  std::vector<QueuedAttempt> expired;
  for (auto line = lines_.begin(); line != lines_.end();) {
    const auto current = line++;
    std::deque<Waiting>& waiting = current->second.waiting;
    while (!waiting.empty() && waiting.front().give_up <= now) {
      expired.push_back(Take(current->second));
    }
    DropIfIdle(current);
  }
  return expired;
}

std::vector<QueuedAttempt> AttemptQueue::TakeAll() {
  return TakeExpired(Time::max());
}

}  // namespace paylog::notifier
