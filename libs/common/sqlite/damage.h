#pragma once

#include <string>
#include <utility>

#include "paylog/base/error.h"

namespace paylog::sqlite {

// The error for stored bytes that are not what was written.
inline base::Error Damaged(std::string context) {
  return {.code = base::ErrorCode::kCorrupt, .context = std::move(context)};
}

}  // namespace paylog::sqlite
