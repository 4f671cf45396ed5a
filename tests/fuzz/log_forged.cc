#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "paylog/base/bytes.h"
#include "paylog/base/check.h"
#include "paylog/log_sqlite/batch_codec.h"
#include "paylog/log_sqlite/commit_chain.h"
#include "paylog/log_sqlite/head_file.h"
#include "paylog/log_sqlite/recovery.h"
#include "paylog/log_sqlite/test_support.h"
#include "paylog/sqlite/checksum.h"
#include "paylog/sqlite/compression.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"
#include "paylog/tests/fuzz/log_fixture.h"
#include "paylog/tests/fuzz/patches.h"
#include "paylog/tests/fuzz/targets.h"

// No checksum stands between the fuzzer and the code behind it: rows of the log are changed, and
// their checksums, the digest of the cells, the last commit's hash and the head are made to fit.
// Such a log is nobody's damage, and may hold anything; but what it holds ends no process.
namespace paylog::fuzz {
namespace {

using test_support::Must;

constexpr std::size_t kBatchHeaderBytes = 48;
constexpr std::size_t kBatchCodecAt = 9;
constexpr std::size_t kBatchSizesAt = 40;
constexpr std::size_t kCommitCellsAt = 41;
constexpr std::int32_t kPartitionsMax = 1'000;

struct Row {
  std::int64_t id = 0;
  std::string data;
};

// The rows of a log, oldest first. Batches as header and payload before compression.
struct Rows {
  std::vector<Row> batches;
  std::vector<Row> cells;
  Row commit;  // The last.
};

std::vector<Row> Select(sqlite::Database& database, const std::string& sql) {
  std::vector<Row> rows;
  auto statement = Must(database.Prepare(sql));
  while (Must(statement.Step())) {
    rows.push_back({.id = statement.Int(0), .data = std::string(statement.Blob(1))});
  }
  return rows;
}

Rows ReadRows(const std::string& path) {
  const auto database = Must(log_sqlite::OpenDatabase(path));
  Rows rows{
      .batches = Select(*database, "SELECT id, blob FROM batches ORDER BY id"),
      .cells = Select(*database, "SELECT id, content FROM cells ORDER BY id"),
      .commit = Select(*database, "SELECT number, header FROM commits ORDER BY number").back()};
  for (Row& batch : rows.batches) {
    if (batch.data[kBatchCodecAt] == 1) {
      batch.data.replace(kBatchHeaderBytes, std::string::npos,
                         Must(sqlite::Decompress(batch.data.substr(kBatchHeaderBytes),
                                                 log_sqlite::kBatchBytesMax)));
    }
  }
  return rows;
}

// The blob of a batch: compressed where its header says so, sizes and checksum right.
std::string Sealed(const Row& batch) {
  std::string blob = batch.data;
  blob.resize(std::max(blob.size(), kBatchHeaderBytes), '\0');
  const std::string payload = blob.substr(kBatchHeaderBytes);
  const std::string stored = blob[kBatchCodecAt] == 1 ? sqlite::Compress(payload) : payload;
  std::string sizes;
  base::ByteWriter writer(sizes);
  writer.U32(static_cast<std::uint32_t>(payload.size()));
  writer.U32(static_cast<std::uint32_t>(stored.size()));
  blob.replace(kBatchSizesAt, std::string::npos, sizes + stored);
  base::PatchU64(blob, 0,
                 sqlite::Checksum(std::string_view(blob).substr(sizeof(std::uint64_t)),
                                  static_cast<std::uint64_t>(batch.id)));
  return blob;
}

void Patched(const Damage& damage, std::size_t file, std::size_t file_count, std::string& data) {
  for (const Patch& patch : damage.patches) {
    if (patch.file % file_count == file) {
      Apply(patch, data);
    }
  }
}

// A topic of millions of partitions is no crash, but no use to wait for either.
bool IsHuge(const std::string& cell) {
  base::ByteReader reader(cell);
  reader.U8();
  const bool topic = reader.U8() == static_cast<std::uint8_t>(log_sqlite::CellKind::kTopic);
  reader.Bytes();
  base::ByteReader value(reader.Bytes());
  value.U8();
  return topic && static_cast<std::int32_t>(value.U32()) > kPartitionsMax;
}

// The cells' digest, put where the last commit holds it.
void ForgeCells(const Rows& rows, const Damage& damage, std::size_t file_count,
                sqlite::Database& database, std::string& commit) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < rows.cells.size(); ++i) {
    Row cell = rows.cells[i];
    Patched(damage, rows.batches.size() + i, file_count, cell.data);
    if (IsHuge(cell.data)) {
      cell = rows.cells[i];
    }
    const std::uint64_t checksum = sqlite::Checksum(cell.data, static_cast<std::uint64_t>(cell.id));
    sum += checksum;
    auto statement =
        Must(database.Prepare("UPDATE cells SET content = ?, checksum = ? WHERE id = ?"));
    Must(statement.Bind(1, cell.data)
             .Bind(2, static_cast<std::int64_t>(checksum))
             .Bind(3, cell.id)
             .Run());
  }
  base::PatchU64(commit, kCommitCellsAt, rows.cells.size());
  base::PatchU64(commit, kCommitCellsAt + sizeof(std::uint64_t), sum);
}

void Forge(const Rows& rows, const Damage& damage, const std::string& directory) {
  const auto database = Must(log_sqlite::OpenDatabase(directory + "/log.sqlite"));
  database->AllowCheckpointOnClose();
  Must(database->Execute("PRAGMA synchronous = OFF; BEGIN"));
  const std::size_t file_count = rows.batches.size() + rows.cells.size() + 1;
  for (std::size_t i = 0; i < rows.batches.size(); ++i) {
    Row batch = rows.batches[i];
    Patched(damage, i, file_count, batch.data);
    const std::string blob = Sealed(batch);
    auto statement = Must(database->Prepare("UPDATE batches SET blob = ? WHERE id = ?"));
    Must(statement.Bind(1, blob).Bind(2, batch.id).Run());
  }
  Row commit = rows.commit;
  ForgeCells(rows, damage, file_count, *database, commit.data);
  Patched(damage, file_count - 1, file_count, commit.data);
  const base::Hash256 hash = base::Sha256(commit.data);
  {
    auto statement =
        Must(database->Prepare("UPDATE commits SET header = ?, hash = ? WHERE number = ?"));
    Must(statement.Bind(1, commit.data).Bind(2, log_sqlite::ViewOf(hash)).Bind(3, commit.id).Run());
  }
  Must(database->Execute("COMMIT"));
  Must(log_sqlite::HeadFile::Create(
      directory, {.number = static_cast<std::uint64_t>(commit.id), .hash = hash}));
}

template <typename T>
void CheckNamed(const base::Result<T>& result) {
  CHECK(result || !result.error().context.empty());
}

void UseLog(log_sqlite::SqliteLog& log) {
  const auto topics = log.ListTopics();
  CHECK(topics.has_value());
  for (const log::TopicSpec& spec : *topics) {
    for (std::int32_t p = 0; p < spec.partition_count; ++p) {
      CheckNamed(log_sqlite::ReadPartition(log, log_sqlite::At(spec.name, p)));
    }
    CheckNamed(log.Compact(spec.name));
  }
  CheckNamed(log.Verify());
  auto writer = Must(log.NewWriter("ledger-0"));
  if (!writer->Init() || !writer->Begin()) {
    return;
  }
  CheckNamed(writer->Append(log_sqlite::At("journal"), log_sqlite::KeyedRecord("k", "v")));
  CheckNamed(writer->Commit());
}

}  // namespace

void FuzzOneLogForged(Bytes input) {
  static const LogFixture kFixture;
  static const test_support::TemporaryDirectory kDirectory;
  const std::string directory = kDirectory.In("log");
  WriteFiles(directory, kFixture.closed);
  static const Rows kRows = ReadRows(directory + "/log.sqlite");
  Forge(kRows, ReadDamage(input), directory);
  const auto log = log_sqlite::TryOpen(directory);
  if (log) {
    UseLog(**log);
  } else {
    CHECK(log.error().code == base::ErrorCode::kCorrupt);
  }
}

}  // namespace paylog::fuzz
