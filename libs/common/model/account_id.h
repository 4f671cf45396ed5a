#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "paylog/base/limits.h"
#include "paylog/base/short_text.h"
#include "paylog/model/currency.h"

namespace paylog::model {

// The name of an account: a customer's, [A-Za-z0-9][A-Za-z0-9._:-]{0,63}, or a system account,
// which begins with '$', exists once per partition, and which no command may name. Value; ordered
// bytewise.
class AccountId {
 public:
  // A customer's account; nullopt for anything else, system accounts included.
  static std::optional<AccountId> Parse(std::string_view text);
  // Either kind, as the journal writes it.
  static std::optional<AccountId> ParseAny(std::string_view text);
  // $external:EUR, where money enters and leaves.
  static AccountId External(const Currency& currency);
  // $transit:EUR, which holds what is between partitions.
  static AccountId Transit(const Currency& currency);

  // Valid while the id is there.
  [[nodiscard]] std::string_view value() const { return value_.view(); }
  [[nodiscard]] std::string ToString() const { return std::string(value()); }
  [[nodiscard]] bool is_system() const { return value().front() == '$'; }
  [[nodiscard]] bool is_transit() const { return value().starts_with("$transit:"); }

  friend bool operator==(const AccountId&, const AccountId&) = default;
  friend auto operator<=>(const AccountId&, const AccountId&) = default;

 private:
  explicit AccountId(std::string_view value) : value_(value) {}
  static AccountId SystemAccount(std::string_view prefix, const Currency& currency);

  base::ShortText<base::kAccountIdLengthMax> value_;
};

}  // namespace paylog::model

template <>
struct std::hash<paylog::model::AccountId> {
  // Not noexcept, and so the containers of libstdc++ keep each id's hash, and do not work it out
  // again for every neighbour that a look-up passes.
  std::size_t operator()(const paylog::model::AccountId& id) const {
    return std::hash<std::string_view>{}(id.value());
  }
};
