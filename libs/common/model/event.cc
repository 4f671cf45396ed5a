#include "paylog/model/event.h"

#include <array>

namespace paylog::model {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<EventBody>> kEventNames = {
    "account_opened",    "account_updated",  "account_frozen",    "account_unfrozen",
    "account_closed",    "account_reopened", "payment_posted",    "transfer_sent",
    "transfer_credited", "transfer_refused", "transfer_returned", "command_rejected",
    "command_repeated",  "repeat_forwarded"};
constexpr std::array<std::string_view, 3> kStatusNames = {"completed", "rejected", "refused"};

}  // namespace

std::string_view EventTypeName(const EventBody& body) {
  return kEventNames.at(body.index());
}

const std::vector<Entry>& EntriesOf(const EventBody& body) {
  static const std::vector<Entry> none;
  return std::visit(
      [](const auto& event) -> const std::vector<Entry>& {
        if constexpr (requires { event.entries; }) {
          return event.entries;
        } else {
          return none;
        }
      },
      body);
}

std::string_view ToString(ResultStatus status) {
  return kStatusNames.at(static_cast<std::size_t>(status));
}

std::optional<ResultStatus> ParseResultStatus(std::string_view text) {
  for (std::size_t i = 0; i < kStatusNames.size(); ++i) {
    if (kStatusNames[i] == text) {
      return static_cast<ResultStatus>(i);
    }
  }
  return std::nullopt;
}

}  // namespace paylog::model
