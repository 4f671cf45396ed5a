#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "paylog/tests/fuzz/targets.h"

// Damage as an input of a fuzzer: one byte of flags, which are the target's own, then patches:
//
//     kind (1 byte), file (1), place (4, little-endian), then by kind
//     0 overwrite     size (varint) and bytes
//     1 flip bits     mask (1)
//     2 fill          size (varint), byte (1)
//     3 cut off
//     4 copy          from (4), size (varint)
//     5 insert        size (varint) and bytes
//     6 take out      size (varint)
//     7 remove the file
//     8 lose a page   of a database, or a frame of its WAL, as a write that never came: the place
//     is its number
//
// A number beyond what there is counts modulo that, so that every input means something. A place
// with its highest bit set counts only bytes that are not zero, of which pages of a small database
// have few.
namespace paylog::fuzz {

// Contents by name. Files are numbered in the order of their names.
using Files = std::map<std::string, std::string>;

struct Patch {
  std::uint8_t kind = 0;
  std::uint8_t file = 0;
  std::uint32_t at = 0;
  std::uint32_t from = 0;
  std::uint64_t size = 0;
  std::uint8_t byte = 0;
  std::string bytes;
};

struct Damage {
  std::uint8_t flags = 0;
  std::vector<Patch> patches;

  [[nodiscard]] bool Has(std::uint8_t flag) const { return (flags & flag) != 0; }
};

// At most 16 patches; what is cut short at the end counts as if zeros followed.
Damage ReadDamage(Bytes input);

// Changes `contents` as the patch says, but for the removal of the file.
void Apply(const Patch& patch, std::string& contents);
// Returns the names of the files that are now different.
std::set<std::string> Apply(const Damage& damage, Files& files);

// Makes the checksums of a SQLite WAL, and the salts that tie its frames to its header, those of
// its bytes. What is no WAL stays as it is.
void FixWal(std::string& wal);

// The files of a directory, and back: WriteFiles removes what else lies there.
Files ReadFiles(const std::string& directory, const std::vector<std::string>& names);
void WriteFiles(const std::string& directory, const Files& files);

}  // namespace paylog::fuzz
