#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "paylog/base/error.h"

namespace paylog::audit {

// The first place where the log is not what it must be. Plain value.
struct Difference {
  std::string where;     // "ledger.journal, partition 2, sequence 41"
  std::string what;      // A sentence.
  std::string expected;  // The record as it must be; empty where there must be none.
  std::string found;     // The record as it is; empty where there is none.
};

// A check ends well, with a difference, or because the log could not be read.
class Verdict {
 public:
  Verdict() = default;
  Verdict(Difference difference) : state_(std::move(difference)) {}
  Verdict(base::Error error) : state_(std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  // nullptr unless it ended so.
  [[nodiscard]] const Difference* difference() const { return std::get_if<Difference>(&state_); }
  [[nodiscard]] const base::Error* error() const { return std::get_if<base::Error>(&state_); }

 private:
  std::variant<std::monostate, Difference, base::Error> state_;
};

}  // namespace paylog::audit
