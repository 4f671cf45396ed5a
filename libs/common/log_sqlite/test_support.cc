#include "paylog/log_sqlite/test_support.h"

#include <filesystem>
#include <iterator>

#include "paylog/base/check.h"
#include "paylog/base/clock.h"
#include "paylog/log_sqlite/recovery.h"
#include "paylog/log_sqlite/storage.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::log_sqlite {
namespace {

namespace fs = std::filesystem;

using test_support::Must;
using test_support::ReadFile;
using test_support::WriteFile;

// Stateless, and outlives every log of the tests.
const base::SystemClock kClock;

}  // namespace

base::Result<std::unique_ptr<SqliteLog>> TryOpen(const std::string& directory, bool create) {
  return SqliteLog::Open({.directory = directory, .create = create, .clock = &kClock});
}

std::unique_ptr<SqliteLog> OpenLog(const std::string& directory) {
  return Must(TryOpen(directory, true));
}

log::TopicPartition At(const std::string& topic, std::int32_t partition) {
  return {.topic = topic, .partition = base::PartitionId(partition)};
}

log::Record KeyedRecord(std::string key, std::string value) {
  return {.key = std::move(key),
          .value = std::move(value),
          .headers = {},
          .timestamp = base::TimestampMs(1'700'000'000'000)};
}

void CommitValues(log::TransactionalWriter& writer, const log::TopicPartition& to,
                  const std::vector<std::string>& values) {
  Must(writer.Begin());
  for (const std::string& value : values) {
    Must(writer.Append(to, KeyedRecord("key of " + value, value)));
  }
  Must(writer.Commit());
}

std::unique_ptr<log::TransactionalWriter> InitWriter(SqliteLog& log, const std::string& id) {
  std::unique_ptr<log::TransactionalWriter> writer = Must(log.NewWriter(id));
  Must(writer->Init());
  return writer;
}

base::Result<std::vector<log::StoredRecord>> ReadPartition(SqliteLog& log,
                                                           const log::TopicPartition& from) {
  PAYLOG_ASSIGN(const auto reader, log.NewReader(from, log::Isolation::kReadCommitted));
  PAYLOG_ASSIGN(const base::Offset end, reader->EndOffset());
  std::vector<log::StoredRecord> records;
  while (reader->position() < end) {
    PAYLOG_ASSIGN(log::PolledRecords polled, reader->Poll({}));
    records.insert(records.end(), std::make_move_iterator(polled.records.begin()),
                   std::make_move_iterator(polled.records.end()));
  }
  return records;
}

base::Result<Contents> ReadContents(const std::string& directory) {
  Contents contents;
  {
    PAYLOG_ASSIGN(const auto log, TryOpen(directory));
    PAYLOG_ASSIGN(contents.topics, log->ListTopics());
    for (const log::TopicSpec& spec : contents.topics) {
      for (std::int32_t p = 0; p < spec.partition_count; ++p) {
        PAYLOG_ASSIGN(contents.records[At(spec.name, p)], ReadPartition(*log, At(spec.name, p)));
      }
    }
  }
  PAYLOG_ASSIGN(const auto storage, Storage::Open(directory, false));
  for (const auto& [key, next] : storage->opened_state().offsets) {
    contents.offsets[{key.group, key.from}] = next;
  }
  contents.epochs = storage->opened_state().epochs;
  return contents;
}

void FlipByte(const std::string& path, std::size_t at, unsigned char mask) {
  std::string bytes = ReadFile(path);
  CHECK(at < bytes.size());
  bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ mask);
  WriteFile(path, bytes);
}

void CopyDirectory(const std::string& from, const std::string& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

void Tamper(const std::string& directory, const std::string& sql) {
  const auto database = Must(OpenDatabase(directory + "/log.sqlite"));
  database->AllowCheckpointOnClose();
  Must(database->Execute(sql));
}

}  // namespace paylog::log_sqlite
