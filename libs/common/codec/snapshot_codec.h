#pragma once

#include <string>
#include <string_view>

#include "paylog/base/result.h"
#include "paylog/model/account.h"
#include "paylog/model/index_entry.h"

// What a ledger's snapshots hold: accounts and remembered ids, in bytes and not in JSON, since
// there are millions and nobody but the ledger reads them. The formats are part of the snapshot's
// version (snapshot_meta.h). Each value has one spelling. Deterministic and thread-safe. Decoding
// gives kCorrupt for anything else.
namespace paylog::codec {

// Without the account's id, under which it is saved.
std::string EncodeSavedAccount(const model::Account& account);
base::Result<model::Account> DecodeSavedAccount(std::string_view id, std::string_view value);

std::string EncodeIndexEntry(const model::IndexEntry& entry);
void AppendIndexEntry(const model::IndexEntry& entry, std::string& to);  // The same bytes.
base::Result<model::IndexEntry> DecodeIndexEntry(std::string_view value);

}  // namespace paylog::codec
