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
class RecordIdentity {
 public:
  explicit RecordIdentity(const log::Headers& headers);

  // Empty where there is none.
  [[nodiscard]] std::string_view source() const { return Text(kSource); }
  [[nodiscard]] std::string_view id() const { return Text(kId); }
  [[nodiscard]] std::string_view type() const { return Text(kType); }

  // Over them, the key and the value, each with its length: what two records must have in common to
  // be the same one. Times and traces are left out.
  [[nodiscard]] base::Hash256 Digest(const std::optional<std::string>& key,
                                     std::string_view value) const;

 private:
  enum Part : std::size_t {
    kSource,
    kId,
    kType,
    kOrigin,
    kReason,
    kReasonPath,
    kReasonMessage,
    kParts
  };
  static const std::array<std::string_view, kParts> kNames;

  [[nodiscard]] std::string_view Text(Part part) const { return texts_[part].value_or(""); }

  std::array<std::optional<std::string_view>, kParts> texts_;
};

}  // namespace paylog::audit
