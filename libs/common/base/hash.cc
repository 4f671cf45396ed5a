#include "paylog/base/hash.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "paylog/base/check.h"

namespace paylog::base {
namespace {

struct FreeAlgorithm {
  void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::uint8_t kNoDigit = 0xf0;

// The two digits of each byte. Tables, since a replay reads and writes two hashes for each event.
constexpr std::array<std::array<char, 2>, 256> MakeDigitPairs() {
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t byte = 0; byte < pairs.size(); ++byte) {
    pairs[byte] = {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return pairs;
}
constexpr std::array<std::array<char, 2>, 256> kDigitPairs = MakeDigitPairs();

// The value of each character as a digit.
constexpr std::array<std::uint8_t, 256> MakeDigitValues() {
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& value : values) {
    value = kNoDigit;
  }
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> kDigitValues = MakeDigitValues();

}  // namespace

std::string Hash256::ToHex() const {
  const std::array<char, 64> digits = HexDigits();
  return {digits.begin(), digits.end()};
}

std::array<char, 64> Hash256::HexDigits() const {
  std::array<char, 64> hex;
  char* to = hex.data();
  for (const std::uint8_t byte : bytes) {
    to = std::copy_n(kDigitPairs[byte].data(), 2, to);
  }
  return hex;
}

std::optional<Hash256> Hash256::FromHex(std::string_view hex) {
  Hash256 hash;
  if (hex.size() != hash.bytes.size() * 2) {
    return std::nullopt;
  }
  std::uint8_t all = 0;
  for (std::size_t i = 0; i < hash.bytes.size(); ++i) {
    const std::uint8_t high = kDigitValues[static_cast<unsigned char>(hex[2 * i])];
    const std::uint8_t low = kDigitValues[static_cast<unsigned char>(hex[2 * i + 1])];
    all |= high | low;
    hash.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return all < 16 ? std::optional(hash) : std::nullopt;
}

Hash256 Sha256(std::string_view bytes) {
  // Fetching the algorithm costs more than hashing a small record, so each thread keeps it.
  thread_local const std::unique_ptr<EVP_MD, FreeAlgorithm> algorithm(
      EVP_MD_fetch(nullptr, "SHA256", nullptr));
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  Hash256 hash;
  CHECK(EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) == 1);
  CHECK(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1);
  CHECK(EVP_DigestFinal_ex(context.get(), hash.bytes.data(), nullptr) == 1);
  return hash;
}

Hash256 HmacSha256(std::string_view key, std::string_view message) {
  CHECK(key.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
  Hash256 hash;
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(),
             hash.bytes.data(), nullptr) != nullptr);
  return hash;
}

Hash256 AddDigests(const Hash256& a, const Hash256& b) {
  Hash256 sum;
  unsigned carry = 0;
  for (std::size_t i = sum.bytes.size(); i-- > 0;) {
    carry += static_cast<unsigned>(a.bytes[i]) + b.bytes[i];
    sum.bytes[i] = static_cast<std::uint8_t>(carry & 0xff);
    carry >>= 8;
  }
  return sum;
}

}  // namespace paylog::base
