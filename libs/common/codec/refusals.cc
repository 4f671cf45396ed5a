#include "paylog/codec/refusals.h"

#include <utility>

#include "paylog/base/check.h"

namespace paylog::codec {

void Refusals::Add(model::ResultCode code, std::string path, std::string message) {
  CHECK(code != model::ResultCode::kOk);
  // InfoOf answers with rows of one table, which stands in order of precedence.
  if (!empty() && &model::InfoOf(code) >= &model::InfoOf(first_.code)) {
    return;
  }
  first_ = {.code = code, .path = std::move(path), .message = std::move(message)};
}

}  // namespace paylog::codec
