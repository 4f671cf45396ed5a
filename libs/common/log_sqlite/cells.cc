#include "paylog/log_sqlite/cells.h"

#include "paylog/base/bytes.h"
#include "paylog/sqlite/checksum.h"

namespace paylog::log_sqlite {
namespace {

constexpr std::uint8_t kCellVersion = 1;

base::Error Damaged(std::int64_t id, const std::string& what) {
  return {.code = base::ErrorCode::kCorrupt,
          .context = "table cells, row " + std::to_string(id) + ": " + what};
}

bool IsKind(std::uint8_t kind) {
  return kind >= static_cast<std::uint8_t>(CellKind::kTopic) &&
         kind <= static_cast<std::uint8_t>(CellKind::kEpoch);
}

}  // namespace

base::Result<CellTable::Loaded> CellTable::Load(std::int64_t id, std::string_view content,
                                                std::int64_t checksum) {
  const auto expected = static_cast<std::uint64_t>(checksum);
  if (sqlite::Checksum(content, static_cast<std::uint64_t>(id)) != expected) {
    return Damaged(id, "checksum differs");
  }
  base::ByteReader reader(content);
  const std::uint8_t version = reader.U8();
  const std::uint8_t kind = reader.U8();
  const std::string_view name = reader.Bytes();
  const std::string_view value = reader.Bytes();
  if (!reader.AtEnd() || version != kCellVersion || !IsKind(kind)) {
    return Damaged(id, "unknown format");
  }
  Loaded loaded{.key = {.kind = static_cast<CellKind>(kind), .name = std::string(name)},
                .value = std::string(value)};
  if (!places_.emplace(loaded.key, Place{.id = id, .checksum = expected}).second) {
    return Damaged(id, "the same cell stands in two rows");
  }
  ++digest_.count;
  digest_.sum += expected;
  return loaded;
}

CellRow CellTable::Put(const CellKey& key, std::string_view value) {
  const auto [entry, made] = places_.try_emplace(key);
  Place& place = entry->second;
  if (made) {
    ++digest_.count;
    place.id = static_cast<std::int64_t>(digest_.count);
  }
  CellRow row{.id = place.id};
  base::ByteWriter writer(row.content);
  writer.U8(kCellVersion);
  writer.U8(static_cast<std::uint8_t>(key.kind));
  writer.Bytes(key.name);
  writer.Bytes(value);
  const std::uint64_t checksum =
      sqlite::Checksum(row.content, static_cast<std::uint64_t>(place.id));
  digest_.sum += checksum - place.checksum;
  place.checksum = checksum;
  row.checksum = static_cast<std::int64_t>(checksum);
  return row;
}

}  // namespace paylog::log_sqlite
