#include "paylog/model/command.h"

#include <array>

namespace paylog::model {
namespace {

constexpr std::array<std::string_view, kCommandTypeCount> kCommandTypeNames = {
    "open_account",  "update_account", "freeze_account", "unfreeze_account",
    "close_account", "deposit",        "withdraw",       "transfer"};
constexpr std::array<std::string_view, 3> kScopeNames = {"debits", "credits", "both"};

static_assert(std::variant_size_v<CommandBody> == kCommandTypeCount);

template <typename Enum, std::size_t N>
std::optional<Enum> Find(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) {
      return static_cast<Enum>(i);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view ToString(CommandType type) {
  return kCommandTypeNames.at(static_cast<std::size_t>(type));
}

std::optional<CommandType> ParseCommandType(std::string_view text) {
  return Find<CommandType>(kCommandTypeNames, text);
}

std::string_view ToString(FreezeScope scope) {
  return kScopeNames.at(static_cast<std::size_t>(scope));
}

std::optional<FreezeScope> ParseFreezeScope(std::string_view text) {
  return Find<FreezeScope>(kScopeNames, text);
}

}  // namespace paylog::model
