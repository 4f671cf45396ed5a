#pragma once

#include <string>
#include <string_view>

#include "paylog/model/command.h"

namespace paylog::codec {

// Keeps, of all that is wrong with a body, what stands first in the order of precedence; of two
// with the same code, the one found first. Internal to codec. Not thread-safe.
class Refusals {
 public:
  // `message` is a sentence that names the place itself.
  void Add(model::ResultCode code, std::string path, std::string message);

  [[nodiscard]] bool empty() const { return first_.code == model::ResultCode::kOk; }
  [[nodiscard]] const model::Refusal& first() const { return first_; }

 private:
  model::Refusal first_;
};

}  // namespace paylog::codec
