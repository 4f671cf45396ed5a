#pragma once

#include "paylog/model/command.h"

namespace paylog::codec {

// Keeps, of all that is wrong with a body, what stands first in the order of precedence; of two
// with the same code, the one found first. Internal to codec. Not thread-safe.
class Refusals {
 public:
  // REQUIRES: refusal.code != kOk
  void Add(model::Refusal refusal);

  [[nodiscard]] bool empty() const { return first_.code == model::ResultCode::kOk; }
  [[nodiscard]] const model::Refusal& first() const { return first_; }

 private:
  model::Refusal first_;
};

}  // namespace paylog::codec
