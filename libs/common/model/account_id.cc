#include "paylog/model/account_id.h"

#include <algorithm>

#include "paylog/base/limits.h"

namespace paylog::model {
namespace {

constexpr std::string_view kExternalPrefix = "$external:";
constexpr std::string_view kTransitPrefix = "$transit:";

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool IsAccountCharacter(char c) {
  return IsAlphanumeric(c) || c == '.' || c == '_' || c == ':' || c == '-';
}

bool IsSystemAccount(std::string_view text) {
  for (const std::string_view prefix : {kExternalPrefix, kTransitPrefix}) {
    if (text.starts_with(prefix) && Currency::Parse(text.substr(prefix.size()))) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<AccountId> AccountId::Parse(std::string_view text) {
  if (text.empty() || text.size() > base::kAccountIdLengthMax || !IsAlphanumeric(text.front()) ||
      !std::all_of(text.begin(), text.end(), IsAccountCharacter)) {
    return std::nullopt;
  }
  return AccountId(text);
}

std::optional<AccountId> AccountId::ParseAny(std::string_view text) {
  if (IsSystemAccount(text)) {
    return AccountId(text);
  }
  return Parse(text);
}

AccountId AccountId::SystemAccount(std::string_view prefix, const Currency& currency) {
  AccountId id(prefix);
  id.value_.Append(currency.code());
  return id;
}

AccountId AccountId::External(const Currency& currency) {
  return SystemAccount(kExternalPrefix, currency);
}

AccountId AccountId::Transit(const Currency& currency) {
  return SystemAccount(kTransitPrefix, currency);
}

}  // namespace paylog::model
