#include "paylog/audit/record_facts.h"

#include "paylog/codec/headers.h"

namespace paylog::audit {
namespace {

void Append(std::string& bytes, std::string_view part) {
  bytes += std::to_string(part.size());
  bytes += ':';
  bytes += part;
}

}  // namespace

const std::array<std::string_view, RecordFacts::kFacts> RecordFacts::kNames = {
    codec::kCeSource, codec::kCeId,       codec::kCeType,       codec::kOrigin,
    codec::kReason,   codec::kReasonPath, codec::kReasonMessage};

RecordFacts::RecordFacts(const log::Headers& headers) {
  for (const log::Header header : headers) {
    for (std::size_t fact = 0; fact < kFacts; ++fact) {
      if (header.name == kNames[fact]) {
        if (!texts_[fact]) {  // The first of its name counts.
          texts_[fact] = header.value;
        }
        break;
      }
    }
  }
}

base::Hash256 RecordFacts::Digest(const std::optional<std::string>& key,
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
