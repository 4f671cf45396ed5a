#include "paylog/audit/record_identity.h"

#include "paylog/codec/headers.h"

namespace paylog::audit {
namespace {

void Append(std::string& bytes, std::string_view part) {
  bytes += std::to_string(part.size());
  bytes += ':';
  bytes += part;
}

}  // namespace

const std::array<std::string_view, RecordIdentity::kParts> RecordIdentity::kNames = {
    codec::kCeSource, codec::kCeId,       codec::kCeType,       codec::kOrigin,
    codec::kReason,   codec::kReasonPath, codec::kReasonMessage};

RecordIdentity::RecordIdentity(const log::Headers& headers) {
  for (const log::Header header : headers) {
    for (std::size_t part = 0; part < kParts; ++part) {
      if (header.name == kNames[part]) {
        if (!texts_[part]) {  // The first of its name counts.
          texts_[part] = header.value;
        }
        break;
      }
    }
  }
}

base::Hash256 RecordIdentity::Digest(const std::optional<std::string>& key,
                                     std::string_view value) const {
  std::string bytes;
  bytes.reserve((key ? key->size() : 0) + value.size() + 256);
  bytes += key ? 'k' : '-';
  Append(bytes, key ? std::string_view(*key) : std::string_view());
  for (const auto& text : texts_) {
    Append(bytes, text.value_or(""));
  }
  bytes += value;
  return base::Sha256(bytes);
}

}  // namespace paylog::audit
