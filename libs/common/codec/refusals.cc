#include "paylog/codec/refusals.h"

#include <utility>

#include "paylog/base/check.h"

namespace paylog::codec {

void Refusals::Add(model::Refusal refusal) {
  CHECK(refusal.code != model::ResultCode::kOk);
  // InfoOf answers with rows of one table, which stands in order of precedence.
  if (empty() || &model::InfoOf(refusal.code) < &model::InfoOf(first_.code)) {
    first_ = std::move(refusal);
  }
}

}  // namespace paylog::codec
