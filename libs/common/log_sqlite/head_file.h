#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "paylog/base/hash.h"
#include "paylog/base/result.h"
#include "paylog/log_sqlite/file.h"

// The head names the last commit from outside the database, since SQLite's WAL forgets, without a
// word, every commit behind a damaged byte. Two slots of 512 bytes; a head goes to the slot that
// does not hold the newest, so a write that is torn leaves the head before it. A slot, numbers
// little-endian:
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
  // The number of the oldest head that the next Open may have to start from: should a slot be
  // damaged, or should a loss of power undo what was not synced.
  [[nodiscard]] std::uint64_t fallback() const { return fallback_; }

  base::Result<void> Write(const Head& head);
  base::Result<void> Sync();
  // See File::WriteAgain.
  base::Result<void> WriteAgain() { return file_.WriteAgain(); }

 private:
  using Numbers = std::array<std::uint64_t, 2>;

  // `numbers`: of the slots; a bad one counts as the other, which is `newest`.
  HeadFile(File file, Head head, Numbers numbers, std::size_t newest);

  File file_;
  Head head_;
  Numbers numbers_;
  std::size_t newest_;
  std::uint64_t fallback_;
};

}  // namespace paylog::log_sqlite
