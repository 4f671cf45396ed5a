#include "paylog/notifier/sink/webhook_signature.h"

#include <algorithm>

#include "paylog/base/base64.h"
#include "paylog/base/check.h"
#include "paylog/base/hash.h"

namespace paylog::notifier {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kKeyBytesMin = 24;
constexpr std::size_t kKeyBytesMax = 64;
constexpr std::int64_t kMillisecondsPerSecond = 1'000;

// A '.' in it would make the signed text ambiguous, and a line break would forge headers.
bool IsWebhookId(std::string_view id) {
  return !id.empty() &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~' && c != '.'; });
}

std::string Signature(std::string_view key, std::string_view signed_text) {
  const base::Hash256 mac = base::HmacSha256(key, signed_text);
  return "v1," +
         base::EncodeBase64({reinterpret_cast<const char*>(mac.bytes.data()), mac.bytes.size()});
}

}  // namespace

base::Result<std::string> DecodeSecret(std::string_view secret) {
  if (secret.empty()) {
    return base::InvalidArgument("the secret is empty");
  }
  if (secret.starts_with("whsk_") || secret.starts_with("whpk_")) {
    return base::InvalidArgument(
        "this is a key for ed25519 (v1a); a symmetric one begins with whsec_");
  }
  if (!secret.starts_with(kSecretPrefix)) {
    return base::InvalidArgument("the secret does not begin with whsec_");
  }
  auto key = base::DecodeBase64(secret.substr(kSecretPrefix.size()));
  if (!key) {
    return base::InvalidArgument("what follows whsec_ is not base64 with padding");
  }
  if (key->size() < kKeyBytesMin || key->size() > kKeyBytesMax) {
    return base::InvalidArgument("the secret has " + std::to_string(key->size()) +
                                 " bytes; it must have " + std::to_string(kKeyBytesMin) + " to " +
                                 std::to_string(kKeyBytesMax));
  }
  return *std::move(key);
}

WebhookHeaders SignWebhook(const std::vector<std::string>& keys, std::string_view id,
                           base::TimestampMs time, std::string_view payload) {
  CHECK(!keys.empty());
  CHECK(IsWebhookId(id));
  WebhookHeaders headers{.id = std::string(id),
                         .timestamp = std::to_string(time.value() / kMillisecondsPerSecond),
                         .signature = {}};
  std::string signed_text = headers.id + '.' + headers.timestamp + '.';
  signed_text += payload;
  for (const std::string& key : keys) {
    CHECK(key.size() >= kKeyBytesMin && key.size() <= kKeyBytesMax);
    headers.signature += headers.signature.empty() ? "" : " ";
    headers.signature += Signature(key, signed_text);
  }
  return headers;
}

}  // namespace paylog::notifier
