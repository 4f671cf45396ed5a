#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "paylog/notifier/core/sender.h"

namespace paylog::notifier {

// An attempt and who is to hear of it.
struct QueuedAttempt {
  Attempt attempt;
  Sender::Done done;
};

struct AttemptQueueLimits {
  std::size_t under_way_max = 1;
  std::size_t under_way_per_endpoint_max = 1;
};

// Which attempt begins next: in the order of arrival within an endpoint, and the endpoints in turn,
// so that no endpoint waits for another's queue. Time enters as data. Not thread-safe.
class AttemptQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // REQUIRES: limits of at least 1.
  explicit AttemptQueue(AttemptQueueLimits limits);

  // It waits until `give_up` at most.
  void Push(QueuedAttempt attempt, Time give_up);
  // One that may begin now, and from now on is under way; nullopt: none.
  std::optional<QueuedAttempt> Next();
  // One of this endpoint is no longer under way. REQUIRES: there is one.
  void Ended(const std::string& endpoint);
  // Those that have waited for too long. They are not in the queue any more.
  std::vector<QueuedAttempt> TakeExpired(Time now);
  // All that wait.
  std::vector<QueuedAttempt> TakeAll();

  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  [[nodiscard]] std::size_t under_way() const { return under_way_; }

 private:
  struct Waiting {
    QueuedAttempt attempt;
    Time give_up;
  };
  struct Line {
    std::deque<Waiting> waiting;
    std::size_t under_way = 0;
  };
  using Lines = std::map<std::string, Line>;  // By the endpoint's name; none is empty and idle.

  [[nodiscard]] bool MayBegin(const Line& line) const;
  QueuedAttempt Take(Line& line);
  void DropIfIdle(Lines::iterator line);

  const AttemptQueueLimits limits_;
  Lines lines_;
  std::string last_;  // The endpoint whose turn it was.
  std::size_t waiting_ = 0;
  std::size_t under_way_ = 0;
};

}  // namespace paylog::notifier
