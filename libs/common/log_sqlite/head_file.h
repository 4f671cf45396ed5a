#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "paylog/base/hash.h"
#include "paylog/base/result.h"
#include "paylog/log_sqlite/file.h"

// The head names the last commit from outside the database, since SQLite's WAL forgets, without a
// word, every commit behind a damaged byte. Two slots of 512 bytes; commit n goes to slot n mod 2,
// so a write that is torn leaves the commit before it. A slot, numbers little-endian:
//
//     at  size
//      0     8  magic "PAYLOGHD"
//      8     4  format version, 1
//     12     4  zero
//     16     8  commit number
//     24    32  chained hash of the commit (commit_chain.h)
//     56   448  zeros
//    504     8  checksum: XXH3-64 of bytes 0 to 503, seeded with the slot's index
namespace paylog::log_sqlite {

struct Head {
  std::uint64_t number = 0;  // 0: nothing was committed yet.
  base::Hash256 hash;
  friend bool operator==(const Head&, const Head&) = default;
};

// Not thread-safe.
class HeadFile {
 public:
  // Writes and syncs a new file with this head in both slots; an existing one is replaced.
  static base::Result<void> Create(const std::string& directory, const Head& head);
  // kNotFound where there is no file; kCorrupt where both slots are bad.
  static base::Result<HeadFile> Open(const std::string& directory);

  // The newest head that a whole slot holds, as of Open or the last Write.
  [[nodiscard]] const Head& head() const { return head_; }
  // The newest head that the disk has for certain.
  [[nodiscard]] const Head& synced() const { return synced_; }

  base::Result<void> Write(const Head& head);
  base::Result<void> Sync();

 private:
  HeadFile(File file, Head head) : file_(std::move(file)), head_(head), synced_(head) {}

  File file_;
  Head head_;
  Head synced_;
};

}  // namespace paylog::log_sqlite
