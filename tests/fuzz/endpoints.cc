#include <algorithm>
#include <string>

#include "paylog/base/base64.h"
#include "paylog/base/check.h"
#include "paylog/codec/endpoints_codec.h"
#include "paylog/codec/utf8.h"
#include "paylog/notifier/sink/webhook_signature.h"
#include "paylog/notifier/sink/webhook_url.h"
#include "paylog/tests/fuzz/targets.h"

namespace paylog::fuzz {
namespace {

void CheckError(const base::Error& error) {
  CHECK(error.code == base::ErrorCode::kInvalidArgument);
  CHECK(!error.context.empty() && !codec::FindInvalidUtf8(error.context));
}

void CheckUrl(const std::string& text) {
  const auto url = notifier::ParseWebhookUrl(text);
  if (!url) {
    CheckError(url.error());
    return;
  }
  CHECK(!url->host.empty() && !url->port.empty());
  CHECK(
      std::all_of(url->port.begin(), url->port.end(), [](char c) { return c >= '0' && c <= '9'; }));
  // What a message shows of it is printable, and has no part of the path.
  const std::string place = url->Place();
  CHECK(std::all_of(place.begin(), place.end(), [](char c) { return c > ' ' && c <= '~'; }));
  const auto secure = notifier::CheckSecure(*url);
  CHECK(secure || secure.error().code == base::ErrorCode::kInvalidArgument);
  CHECK(!secure || url->is_https);
}

void CheckSecret(std::string_view text) {
  const auto key = notifier::DecodeSecret(text);
  if (!key) {
    CheckError(key.error());
    return;
  }
  CHECK(key->size() >= 24 && key->size() <= 64);
  CHECK("whsec_" + base::EncodeBase64(*key) == text);
}

void CheckEndpoints(std::string_view text) {
  const auto entries = codec::DecodeEndpoints(text);
  if (!entries) {
    CheckError(entries.error());
    CHECK(entries.error().context.starts_with("$"));
    return;
  }
  CHECK(!entries->empty());
  for (const codec::EndpointEntry& entry : *entries) {
    CHECK(!entry.name.empty() && entry.name.find_first_of(". \r\n:") == std::string::npos);
    CHECK(!entry.secret_files.empty());
    CheckUrl(entry.url);
  }
}

}  // namespace

void FuzzOneEndpoints(Bytes input) {
  const std::string_view text = TextOf(input);
  CheckEndpoints(text);
  CheckUrl(std::string(text));
  CheckSecret(text);
}

std::vector<std::string> EndpointsSeeds() {
  return {"https://shop.example/hook?v=1",
          "https://user:word@shop.example/",
          "http://127.1:8080/",
          "https://[::ffff:127.0.0.1]:8443/",
          "https://[fe80::1%25eth0]/",
          "https://0x7f.1/#top",
          "https://localhost./",
          "https://%31%32%37.1/",
          "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
          "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
}

}  // namespace paylog::fuzz
