#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "paylog/base/hash.h"
#include "paylog/base/strong_type.h"
#include "paylog/model/delivery.h"

namespace paylog::notifier {

// A delivery that has not come to its end.
struct PendingDelivery {
  model::DeliveryScheduled scheduled;
  std::int32_t attempts = 0;  // That ended.
  base::TimestampMs due;      // Of the next one.
  base::Offset place;         // In notifier.deliveries, or before.
};

// What the notifier knows of one partition: a fold of its events. Not thread-safe.
class Deliveries {
 public:
  // In order of time; what is due at the same time, in the order of its results.
  struct Place {
    base::TimestampMs due;
    base::Offset result;
    std::string id;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  using Line = std::set<Place>;

  // `place`: where the event stands, or an offset before that. An attempt of a delivery that is not
  // pending is passed over: its end was written before what was read.
  void Apply(const model::DeliveryEvent& event, base::Offset place);

  [[nodiscard]] const PendingDelivery* Find(const std::string& id) const;
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }
  // By endpoint, those that are to be sent, now or later. No line is empty.
  [[nodiscard]] const std::map<std::string, Line>& lines() const { return lines_; }
  // By endpoint: how many no attempt was made of.
  [[nodiscard]] const std::map<std::string, std::int64_t>& untried() const { return untried_; }
  // Takes it out of its line until the next event about it: it is being sent.
  // REQUIRES: it is pending.
  void LeaveLine(const std::string& id);

  // Endpoints whose receiver wants no more, with the URL's hash and the event's place.
  struct Disabled {
    base::Hash256 url_sha256;
    base::Offset place;
  };
  [[nodiscard]] const std::map<std::string, Disabled>& disabled() const { return disabled_; }

  // The first place that is still needed to rebuild this; nullopt: none is.
  [[nodiscard]] std::optional<base::Offset> NeededFrom() const;

 private:
  void Add(const model::DeliveryScheduled& scheduled, base::Offset place);
  void Advance(const model::DeliveryAttempted& attempted);
  static Place PlaceOf(const PendingDelivery& delivery);
  void CountUntried(const std::string& endpoint, std::int64_t change);

  std::unordered_map<std::string, PendingDelivery> pending_;  // By id.
  std::map<std::string, Line> lines_;
  std::map<std::string, std::int64_t> untried_;
  std::multiset<base::Offset> places_;  // Of all pending.
  std::map<std::string, Disabled> disabled_;
};

}  // namespace paylog::notifier
