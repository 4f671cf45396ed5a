#pragma once

#include <cstdint>
#include <string_view>

namespace paylog::sqlite {

// XXH3-64 of the content. With the key of its row as `seed`, content under another key is found out
// too; seed 0 is the same as none. Against damage, not against forgery.
std::uint64_t Checksum(std::string_view content, std::uint64_t seed = 0);

}  // namespace paylog::sqlite
