#include "paylog/log_sqlite/commit_chain.h"

#include "paylog/base/bytes.h"

namespace paylog::log_sqlite {
namespace {

constexpr std::uint8_t kCommitVersion = 1;
constexpr std::size_t kBatchEntryBytes = 24;

base::Error Damaged(std::uint64_t number, const std::string& what) {
  return {.code = base::ErrorCode::kCorrupt,
          .context = "table commits, commit " + std::to_string(number) + ": " + what};
}

}  // namespace

std::string_view ViewOf(const base::Hash256& hash) {
  return {reinterpret_cast<const char*>(hash.bytes.data()), hash.bytes.size()};
}

std::string EncodeCommitHeader(const CommitHeader& header) {
  std::string bytes;
  base::ByteWriter writer(bytes);
  writer.U8(kCommitVersion);
  writer.U64(header.number);
  writer.Raw(ViewOf(header.previous));
  writer.U64(header.cells.count);
  writer.U64(header.cells.sum);
  writer.U32(static_cast<std::uint32_t>(header.batches.size()));
  for (const CommittedBatch& batch : header.batches) {
    writer.I64(batch.row_id);
    writer.I64(batch.end);
    writer.U64(batch.checksum);
  }
  return bytes;
}

base::Result<CommitHeader> DecodeCommit(std::uint64_t number, std::string_view header,
                                        std::string_view hash) {
  if (ViewOf(base::Sha256(header)) != hash) {
    return Damaged(number, "hash differs from the header");
  }
  base::ByteReader reader(header);
  const std::uint8_t version = reader.U8();
  CommitHeader commit{.number = reader.U64()};
  for (std::uint8_t& byte : commit.previous.bytes) {
    byte = reader.U8();
  }
  commit.cells.count = reader.U64();
  commit.cells.sum = reader.U64();
  const std::uint32_t batch_count = reader.U32();
  if (!reader.ok() || version != kCommitVersion || commit.number != number ||
      reader.remaining() != std::uint64_t{batch_count} * kBatchEntryBytes) {
    return Damaged(number, "unknown format");
  }
  commit.batches.reserve(batch_count);
  for (std::uint32_t i = 0; i < batch_count; ++i) {
    const std::int64_t row_id = reader.I64();
    const std::int64_t end = reader.I64();
    commit.batches.push_back({.row_id = row_id, .end = end, .checksum = reader.U64()});
  }
  return commit;
}

Head HeadOf(std::uint64_t number, std::string_view header) {
  return {.number = number, .hash = base::Sha256(header)};
}

}  // namespace paylog::log_sqlite
