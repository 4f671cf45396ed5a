#pragma once

#include <cstdint>

#include "paylog/model/currency.h"

namespace paylog::model {

// An amount in the currency's minor unit (cents). In a command it is 1 to kAmountMinorMax; in an
// event's entry it has a sign. Plain value without arithmetic: balances are 128 bits wide and add
// with base::CheckedAdd.
struct Money {
  std::int64_t minor = 0;
  Currency currency;

  friend bool operator==(const Money&, const Money&) = default;
};

}  // namespace paylog::model
