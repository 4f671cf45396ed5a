#include "paylog/model/command_id.h"

#include <algorithm>

#include "paylog/base/limits.h"

namespace paylog::model {

std::optional<CommandId> CommandId::Parse(std::string_view text) {
  const auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
  if (text.empty() || text.size() > base::kCommandIdLengthMax ||
      !std::all_of(text.begin(), text.end(), is_visible)) {
    return std::nullopt;
  }
  return CommandId(text);
}

}  // namespace paylog::model
