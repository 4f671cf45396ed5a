#pragma once

#include <string>
#include <string_view>

#include "paylog/base/result.h"

namespace paylog::store {

// zstd, level 1. Thread-safe.
std::string Compress(std::string_view bytes);
// kCorrupt for anything that Compress does not return.
base::Result<std::string> Decompress(std::string_view bytes);

}  // namespace paylog::store
