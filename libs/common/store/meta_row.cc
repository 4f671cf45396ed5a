#include "paylog/store/meta_row.h"

#include "paylog/store/bytes.h"
#include "paylog/store/damage.h"

namespace paylog::store {

std::string Encode(const MetaRow& row) {
  std::string bytes;
  AppendVarint(bytes, row.meta.has_value() ? 1 : 0);
  AppendBytes(bytes, row.meta.value_or(""));
  AppendVarint(bytes, row.row_count);
  AppendU64(bytes, row.row_digest.low);
  AppendU64(bytes, row.row_digest.high);
  AppendVarint(bytes, static_cast<std::uint64_t>(row.next_run));
  AppendVarint(bytes, row.runs.size());
  for (const RunEntry& run : row.runs) {
    AppendVarint(bytes, static_cast<std::uint64_t>(run.run));
    AppendVarint(bytes, run.level);
    AppendU64(bytes, run.index_checksum);
  }
  AppendU64(bytes, Checksum(bytes));
  return bytes;
}

base::Result<MetaRow> DecodeMetaRow(std::string_view bytes) {
  if (bytes.size() < sizeof(std::uint64_t)) {
    return Damaged("meta row is too short");
  }
  const std::string_view body = bytes.substr(0, bytes.size() - sizeof(std::uint64_t));
  if (ByteReader(bytes.substr(body.size())).U64() != Checksum(body)) {
    return Damaged("meta row: checksum differs");
  }
  ByteReader reader(body);
  MetaRow row;
  const bool has_meta = reader.Varint() == 1;
  const std::string_view meta = reader.Bytes();
  if (has_meta) {
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
  if (!reader.AtEnd()) {
    return Damaged("meta row has another structure");
  }
  return row;
}

}  // namespace paylog::store
