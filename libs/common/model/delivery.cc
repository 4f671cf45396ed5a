#include "paylog/model/delivery.h"

#include <array>

namespace paylog::model {
namespace {

constexpr std::array<std::string_view, 3> kStateNames = {"delivered", "retrying", "dead"};
constexpr std::array<std::string_view, std::variant_size_v<DeliveryEvent>> kDeliveryTypeNames = {
    "delivery_scheduled", "delivery_attempted", "endpoint_disabled"};

}  // namespace

std::string_view ToString(DeliveryState state) {
  return kStateNames[static_cast<std::size_t>(state)];
}

std::optional<DeliveryState> ParseDeliveryState(std::string_view text) {
  for (std::size_t i = 0; i < kStateNames.size(); ++i) {
    if (kStateNames[i] == text) {
      return static_cast<DeliveryState>(i);
    }
  }
  return std::nullopt;
}

std::string_view TypeNameOf(const DeliveryEvent& event) {
  return kDeliveryTypeNames[event.index()];
}

}  // namespace paylog::model
