#include "paylog/base/base64.h"

#include <limits>

#include <openssl/evp.h>

#include "paylog/base/check.h"

namespace paylog::base {
namespace {

constexpr std::size_t kSizeMax = std::numeric_limits<int>::max() / 2;  // OpenSSL counts in int.

const unsigned char* Data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* Data(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  CHECK(bytes.size() <= kSizeMax);
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with NUL.
  const int size = EVP_EncodeBlock(Data(text), Data(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > kSizeMax) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(Data(bytes), Data(text), static_cast<int>(text.size())) < 0) {
    return std::nullopt;
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (padding > bytes.size()) {
    return std::nullopt;
  }
  bytes.resize(bytes.size() - padding);
  // OpenSSL takes white space around it, and bits that should be zero.
  if (EncodeBase64(bytes) != text) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace paylog::base
