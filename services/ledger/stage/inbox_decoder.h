#pragma once

#include <optional>
#include <string_view>

#include "paylog/base/result.h"
#include "paylog/log/record.h"
#include "paylog/model/inbox.h"

namespace paylog::ledger {

// Reads a record of ledger.inbox. The header ce_type says whether it is an accepted command or a
// message of another partition. kCorrupt (fatal) for anything else: an inbox record that cannot be
// read may be money, so its partition stops rather than skip it.
base::Result<model::InboxRecord> DecodeInboxRecord(const log::StoredRecord& record);

}  // namespace paylog::ledger
