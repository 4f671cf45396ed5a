#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace paylog::model {

// The caller's name for a command, 1 to 64 visible ASCII characters; with the command's account it
// identifies the command for ever. Value.
class CommandId {
 public:
  static std::optional<CommandId> Parse(std::string_view text);

  [[nodiscard]] const std::string& value() const { return value_; }

  friend bool operator==(const CommandId&, const CommandId&) = default;
  friend auto operator<=>(const CommandId&, const CommandId&) = default;

 private:
  explicit CommandId(std::string value) : value_(std::move(value)) {}
  std::string value_;
};

}  // namespace paylog::model
