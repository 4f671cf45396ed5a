#include "paylog/model/currency.h"

#include <algorithm>

namespace paylog::model {
namespace {

constexpr Currency kTable[] = {
#include "iso4217_table.inc"
};

}  // namespace

std::span<const Currency> Currency::All() {
  return kTable;
}

std::optional<Currency> Currency::Parse(std::string_view code) {
  const auto* const found = std::lower_bound(
      std::begin(kTable), std::end(kTable), code,
      [](const Currency& currency, std::string_view wanted) { return currency.code() < wanted; });
  if (found == std::end(kTable) || found->code() != code) {
    return std::nullopt;
  }
  return *found;
}

}  // namespace paylog::model
