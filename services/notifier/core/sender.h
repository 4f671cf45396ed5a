#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "paylog/base/strong_type.h"
#include "paylog/notifier/core/endpoint.h"

namespace paylog::notifier {

// One try to deliver a webhook. Plain value.
struct Attempt {
  std::shared_ptr<const Endpoint> endpoint;
  std::string id;          // webhook-id; the same at every try.
  std::string payload;     // The same bytes at every try.
  base::TimestampMs time;  // webhook-timestamp, in whole seconds there.
};

// What came of it. Plain value.
struct AttemptOutcome {
  int status = 0;     // Of the HTTP response; 0: none came.
  std::string error;  // Why there was no response, in words; empty otherwise.
  std::optional<std::chrono::seconds> retry_after;  // What the receiver asked for.

  friend bool operator==(const AttemptOutcome&, const AttemptOutcome&) = default;
};

// 2xx: the receiver has it.
bool IsDelivered(const AttemptOutcome& outcome);
// 410: the receiver wants nothing more from this endpoint.
bool IsGone(const AttemptOutcome& outcome);

// The seam between the notifier and HTTP. Thread-safe.
class Sender {
 public:
  // Called exactly once for each Send, from any thread but never from within Send.
  using Done = std::function<void(AttemptOutcome)>;

  // Attempts under way are cut off; their Done is called, with an error, before this returns.
  virtual ~Sender() = default;

  // Begins the attempt and returns at once, however many others are under way. It ends by itself
  // within a time-out.
  virtual void Send(Attempt attempt, Done done) = 0;
};

}  // namespace paylog::notifier
