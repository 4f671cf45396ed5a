#pragma once

#include <string>
#include <string_view>

#include "paylog/base/result.h"
#include "paylog/model/event.h"

// Records of ledger.journal. Deterministic: the same record gives the same bytes, on every machine,
// since the hash chain runs over them. Thread-safe.
namespace paylog::codec {

// The record's key: the account of the command behind the event.
std::string JournalKey(const model::JournalRecord& record);
std::string EncodeJournalRecord(const model::JournalRecord& record);
// The exact inverse. kCorrupt for anything that EncodeJournalRecord does not write, with the path.
base::Result<model::JournalRecord> DecodeJournalRecord(std::string_view value);

}  // namespace paylog::codec
