#pragma once

#include <string>
#include <string_view>

#include "paylog/base/result.h"
#include "paylog/model/account.h"

// Accounts, as ledger.balances has them. Deterministic and thread-safe. Decoding gives kCorrupt,
// with the path, for anything else.
namespace paylog::codec {

// A record of ledger.balances. `partition` completes the account's position.
std::string EncodeAccount(const model::Account& account, base::PartitionId partition);
base::Result<model::Account> DecodeAccount(std::string_view value);

}  // namespace paylog::codec
