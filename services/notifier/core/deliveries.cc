#include "paylog/notifier/core/deliveries.h"

#include <algorithm>
#include <variant>

#include "paylog/base/check.h"

namespace paylog::notifier {

void Deliveries::Apply(const model::DeliveryEvent& event, base::Offset place) {
  if (const auto* const scheduled = std::get_if<model::DeliveryScheduled>(&event)) {
    Add(*scheduled, place);
  } else if (const auto* const attempted = std::get_if<model::DeliveryAttempted>(&event)) {
    Advance(*attempted);
  } else {
    const auto& disabled = std::get<model::EndpointDisabled>(event);
    disabled_.insert_or_assign(disabled.endpoint,
                               Disabled{.url_sha256 = disabled.url_sha256, .place = place});
  }
}

void Deliveries::Add(const model::DeliveryScheduled& scheduled, base::Offset place) {
  const auto [added, is_new] = pending_.try_emplace(
      scheduled.id,
      PendingDelivery{
          .scheduled = scheduled, .attempts = 0, .due = scheduled.time, .place = place});
  if (!is_new) {
    return;
  }
  lines_[scheduled.endpoint].insert(PlaceOf(added->second));
  CountUntried(scheduled.endpoint, 1);
  places_.insert(place);
}

void Deliveries::Advance(const model::DeliveryAttempted& attempted) {
  const auto found = pending_.find(attempted.id);
  if (found == pending_.end()) {
    return;
  }
  PendingDelivery& delivery = found->second;
  LeaveLine(attempted.id);
  if (delivery.attempts == 0) {
    CountUntried(delivery.scheduled.endpoint, -1);
  }
  if (attempted.state != model::DeliveryState::kRetrying) {
    places_.erase(places_.find(delivery.place));
    pending_.erase(found);
    return;
  }
  delivery.attempts = attempted.attempts;
  delivery.due = *attempted.next;
  lines_[delivery.scheduled.endpoint].insert(PlaceOf(delivery));
}

const PendingDelivery* Deliveries::Find(const std::string& id) const {
  const auto found = pending_.find(id);
  return found == pending_.end() ? nullptr : &found->second;
}

void Deliveries::LeaveLine(const std::string& id) {
  const PendingDelivery* const delivery = Find(id);
  CHECK(delivery != nullptr);
  const auto line = lines_.find(delivery->scheduled.endpoint);
  if (line == lines_.end()) {
    return;
  }
  line->second.erase(PlaceOf(*delivery));
  if (line->second.empty()) {
    lines_.erase(line);
  }
}

std::optional<base::Offset> Deliveries::NeededFrom() const {
  std::optional<base::Offset> first;
  if (!places_.empty()) {
    first = *places_.begin();
  }
  for (const auto& [endpoint, disabled] : disabled_) {
    first = first ? std::min(*first, disabled.place) : disabled.place;
  }
  return first;
}

Deliveries::Place Deliveries::PlaceOf(const PendingDelivery& delivery) {
  return {
      .due = delivery.due, .result = delivery.scheduled.result.offset, .id = delivery.scheduled.id};
}

void Deliveries::CountUntried(const std::string& endpoint, std::int64_t change) {
  const auto count = untried_.try_emplace(endpoint, 0).first;
  count->second += change;
  if (count->second == 0) {
    untried_.erase(count);
  }
}

}  // namespace paylog::notifier
