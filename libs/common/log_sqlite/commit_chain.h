#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/hash.h"
#include "paylog/base/result.h"
#include "paylog/log_sqlite/cells.h"
#include "paylog/log_sqlite/head_file.h"

// Rows of the table `commits`: one for each SQLite transaction, from 1.
//
//     number  the commit's number
//     header  see below
//     hash    SHA-256 of the header: its checksum, and the link that the next header holds
//
// The header, numbers little-endian: version (1 byte, 1), number (8), hash of the commit before it
// (32, zeros for the first), number of cells (8), sum of the cells' checksums (8), number of
// batches written (4), and for each of them its row id (8), end offset (8) and checksum (8).
//
// Rows far below the synced head are pruned.
namespace paylog::log_sqlite {

struct CommittedBatch {
  std::int64_t row_id = 0;
  std::int64_t end = 0;
  std::uint64_t checksum = 0;
  friend bool operator==(const CommittedBatch&, const CommittedBatch&) = default;
};

struct CommitHeader {
  std::uint64_t number = 0;
  base::Hash256 previous;
  CellDigest cells;
  std::vector<CommittedBatch> batches;
  friend bool operator==(const CommitHeader&, const CommitHeader&) = default;
};

std::string EncodeCommitHeader(const CommitHeader& header);

// Safe for any bytes: kCorrupt unless header and hash belong together and to the number.
base::Result<CommitHeader> DecodeCommit(std::uint64_t number, std::string_view header,
                                        std::string_view hash);

// The head that names a commit.
Head HeadOf(std::uint64_t number, std::string_view header);

std::string_view ViewOf(const base::Hash256& hash);

}  // namespace paylog::log_sqlite
