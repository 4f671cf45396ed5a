#include "paylog/store/meta_row.h"

#include <algorithm>

#include "paylog/base/bytes.h"
#include "paylog/sqlite/checksum.h"
#include "paylog/sqlite/damage.h"
#include "paylog/store/parts.h"

namespace paylog::store {
namespace {

void WriteRuns(base::ByteWriter& writer, const std::vector<RunEntry>& runs) {
  writer.Varint(runs.size());
  for (const RunEntry& run : runs) {
    writer.Varint(static_cast<std::uint64_t>(run.run));
    writer.Varint(run.level);
    writer.U64(run.index_checksum);
  }
}

std::vector<RunEntry> ReadRuns(base::ByteReader& reader) {
  std::vector<RunEntry> runs;
  const std::uint64_t count = reader.Varint();
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    RunEntry run;
    run.run = static_cast<std::int64_t>(reader.Varint());
    run.level = reader.Varint();
    run.index_checksum = reader.U64();
    runs.push_back(run);
  }
  return runs;
}

bool AreBelow(std::int64_t next_run, const std::vector<RunEntry>& runs) {
  return std::all_of(runs.begin(), runs.end(), [next_run](const RunEntry& run) {
    return run.run >= 0 && run.run < next_run;
  });
}

}  // namespace

std::string Encode(const MetaRow& row) {
  std::string bytes;
  base::ByteWriter writer(bytes);
  writer.Varint(row.meta.has_value() ? 1 : 0);
  writer.Bytes(row.meta.value_or(""));
  writer.Varint(static_cast<std::uint64_t>(row.next_run));
  WriteRuns(writer, row.row_runs);
  WriteRuns(writer, row.id_runs);
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
  row.next_run = static_cast<std::int64_t>(reader.Varint());
  row.row_runs = ReadRuns(reader);
  row.id_runs = ReadRuns(reader);
  const bool runs_fit = AreBelow(row.next_run, row.row_runs) && AreBelow(row.next_run, row.id_runs);
  if (!reader.AtEnd() || has_meta > 1 || (has_meta == 0 && !meta.empty()) || !runs_fit ||
      row.next_run < 0 || row.next_run > kRunEnd - kRunsOfAWrite) {
    return sqlite::Damaged("meta row has another structure");
  }
  return row;
}

}  // namespace paylog::store
