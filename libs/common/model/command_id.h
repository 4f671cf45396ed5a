#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "paylog/base/limits.h"
#include "paylog/base/short_text.h"

namespace paylog::model {

// The caller's name for a command, 1 to 64 visible ASCII characters; with the command's account it
// identifies the command for ever. Value.
class CommandId {
 public:
  static std::optional<CommandId> Parse(std::string_view text);

  // Valid while the id is there.
  [[nodiscard]] std::string_view value() const { return value_.view(); }
  [[nodiscard]] std::string ToString() const { return std::string(value()); }

  friend bool operator==(const CommandId&, const CommandId&) = default;
  friend auto operator<=>(const CommandId&, const CommandId&) = default;

 private:
  explicit CommandId(std::string_view value) : value_(value) {}

  base::ShortText<base::kCommandIdLengthMax> value_;
};

}  // namespace paylog::model
