#include "paylog/store/meta_row.h"

#include <algorithm>

#include "paylog/base/bytes.h"
#include "paylog/sqlite/checksum.h"
#include "paylog/sqlite/damage.h"
#include "paylog/store/parts.h"

namespace paylog::store {

std::string Encode(const MetaRow& row) {
  std::string bytes;
  base::ByteWriter writer(bytes);
  writer.Varint(row.meta.has_value() ? 1 : 0);
  writer.Bytes(row.meta.value_or(""));
  writer.Varint(row.row_count);
  writer.U64(row.row_digest.low);
  writer.U64(row.row_digest.high);
  writer.Varint(static_cast<std::uint64_t>(row.next_run));
  writer.Varint(row.runs.size());
  for (const RunEntry& run : row.runs) {
    writer.Varint(static_cast<std::uint64_t>(run.run));
    writer.Varint(run.level);
    writer.U64(run.index_checksum);
  }
  writer.U64(sqlite::Checksum(bytes));
  return bytes;
}

base::Result<MetaRow> DecodeMetaRow(std::string_view bytes) {
  if (bytes.size() < sizeof(std::uint64_t)) {
    return sqlite::Damaged("meta row is too short");
  }
  const std::string_view body = bytes.substr(0, bytes.size() - sizeof(std::uint64_t));
  if (base::ByteReader(bytes.substr(body.size())).U64() != sqlite::Checksum(body)) {
    return sqlite::Damaged("meta row: checksum differs");
  }
  base::ByteReader reader(body);
  MetaRow row;
  const std::uint64_t has_meta = reader.Varint();
  const std::string_view meta = reader.Bytes();
  if (has_meta == 1) {
    row.meta = std::string(meta);
  }
  row.row_count = reader.Varint();
  row.row_digest.low = reader.U64();
  row.row_digest.high = reader.U64();
  row.next_run = static_cast<std::int64_t>(reader.Varint());
  const std::uint64_t runs = reader.Varint();
  for (std::uint64_t i = 0; i < runs && reader.ok(); ++i) {
    RunEntry run;
    run.run = static_cast<std::int64_t>(reader.Varint());
    run.level = reader.Varint();
    run.index_checksum = reader.U64();
    row.runs.push_back(run);
  }
  const bool runs_fit = std::all_of(row.runs.begin(), row.runs.end(), [&row](const RunEntry& run) {
    return run.run >= 0 && run.run < row.next_run;
  });
  if (!reader.AtEnd() || has_meta > 1 || (has_meta == 0 && !meta.empty()) || !runs_fit ||
      row.next_run < 0 || row.next_run >= kRunEnd) {
    return sqlite::Damaged("meta row has another structure");
  }
  return row;
}

}  // namespace paylog::store
