#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "paylog/base/result.h"

// Rows of the table `cells`: all of the log's state that is not records. A cell is made once and
// changed in place, never removed.
//
//     id        number of the cell, from 1, without gaps
//     content   version (1 byte, 1), kind (1 byte), varint size and name, varint size and value
//     checksum  XXH3-64 of the content, seeded with the id
//
// What name and value hold is log_state.h's. The number of cells and the sum, modulo 2^64, of their
// checksums stand in each commit's header, so that a cell that vanished or is older than the last
// commit is found out when the log is opened.
namespace paylog::log_sqlite {

enum class CellKind : std::uint8_t { kTopic = 1, kPartition = 2, kGroupOffset = 3, kEpoch = 4 };

struct CellKey {
  CellKind kind;
  std::string name;
  friend auto operator<=>(const CellKey&, const CellKey&) = default;
};

struct CellDigest {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  friend bool operator==(const CellDigest&, const CellDigest&) = default;
};

// A row as it is to be written.
struct CellRow {
  std::int64_t id = 0;
  std::string content;
  std::int64_t checksum = 0;
};

// Which cell has which row, and the digest of all. Knows no values. Not thread-safe.
class CellTable {
 public:
  struct Loaded {
    CellKey key;
    std::string value;
  };

  // Takes a row in that was read from the table. kCorrupt unless it is whole and new.
  base::Result<Loaded> Load(std::int64_t id, std::string_view content, std::int64_t checksum);
  // Changes a cell, or makes it; the row must be written.
  CellRow Put(const CellKey& key, std::string_view value);

  [[nodiscard]] const CellDigest& digest() const { return digest_; }

 private:
  struct Place {
    std::int64_t id = 0;
    std::uint64_t checksum = 0;
  };

  std::map<CellKey, Place> places_;
  CellDigest digest_;
};

}  // namespace paylog::log_sqlite
