#pragma once

#include <string>
#include <string_view>

#include "paylog/base/result.h"
#include "paylog/model/inbox.h"

// Messages between ledger partitions, in ledger.inbox. Deterministic and thread-safe.
namespace paylog::codec {

// One object with "v" and "type": "credit", "return" or "repeat".
std::string EncodeMessage(const model::LedgerMessage& message);
// kCorrupt for anything that EncodeMessage does not write, with the path.
base::Result<model::LedgerMessage> DecodeMessage(std::string_view value);

}  // namespace paylog::codec
