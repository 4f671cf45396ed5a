#pragma once

#include <optional>
#include <string>
#include <string_view>

// Base64 of RFC 4648, section 4, with padding. Pure and thread-safe.
namespace paylog::base {

std::string EncodeBase64(std::string_view bytes);
// nullopt unless `text` is exactly what EncodeBase64 makes of some bytes: no white space, no other
// alphabet, nothing left out.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace paylog::base
