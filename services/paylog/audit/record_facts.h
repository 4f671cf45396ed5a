#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "paylog/base/hash.h"
#include "paylog/log/headers.h"

namespace paylog::audit {

// The headers that say what a record is, found in one go. Valid while the headers are.
class RecordFacts {
 public:
  explicit RecordFacts(const log::Headers& headers);

  // Empty where there is none.
  [[nodiscard]] std::string_view source() const { return Text(kSource); }
  [[nodiscard]] std::string_view id() const { return Text(kId); }
  [[nodiscard]] std::string_view type() const { return Text(kType); }

  // Over them, the key and the value, each with its length: what two records must have in common to
  // be the same one. Times and traces are left out.
  [[nodiscard]] base::Hash256 Digest(const std::optional<std::string>& key,
                                     std::string_view value) const;

 private:
  enum Fact : std::size_t {
    kSource,
    kId,
    kType,
    kOrigin,
    kReason,
    kReasonPath,
    kReasonMessage,
    kFacts
  };
  static const std::array<std::string_view, kFacts> kNames;

  [[nodiscard]] std::string_view Text(Fact fact) const { return texts_[fact].value_or(""); }

  std::array<std::optional<std::string_view>, kFacts> texts_;
};

}  // namespace paylog::audit
