#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "paylog/base/result.h"

namespace paylog::sqlite {

// zstd, level 1. Thread-safe.
std::string Compress(std::string_view bytes);
// kCorrupt for anything that Compress does not return, and for what it makes of more than
// `raw_bytes_max`: damage must not ask for all memory.
base::Result<std::string> Decompress(std::string_view bytes, std::size_t raw_bytes_max);

}  // namespace paylog::sqlite
