#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log_sqlite/sqlite_log.h"

// What the tests of this directory share.
namespace paylog::log_sqlite {

base::Result<std::unique_ptr<SqliteLog>> TryOpen(const std::string& directory, bool create = false);
std::unique_ptr<SqliteLog> OpenLog(const std::string& directory);

log::TopicPartition At(const std::string& topic, std::int32_t partition = 0);
log::Record KeyedRecord(std::string key, std::string value);
// One transaction of the writer with one record for each value.
void CommitValues(log::TransactionalWriter& writer, const log::TopicPartition& to,
                  const std::vector<std::string>& values);
std::unique_ptr<log::TransactionalWriter> InitWriter(SqliteLog& log, const std::string& id);

// Everything a log holds.
struct Contents {
  std::vector<log::TopicSpec> topics;
  std::map<log::TopicPartition, std::vector<log::StoredRecord>> records;
  std::map<std::pair<std::string, log::TopicPartition>, base::Offset> offsets;
  std::map<std::string, std::int64_t> epochs;
  friend bool operator==(const Contents&, const Contents&) = default;
};
base::Result<std::vector<log::StoredRecord>> ReadPartition(SqliteLog& log,
                                                           const log::TopicPartition& from);
// Opens the log, reads it, and closes it.
base::Result<Contents> ReadContents(const std::string& directory);

void FlipByte(const std::string& path, std::size_t at, unsigned char mask = 0xff);
void CopyDirectory(const std::string& from, const std::string& to);
// Runs SQL on the database of a closed log, as damage would.
void Tamper(const std::string& directory, const std::string& sql);

}  // namespace paylog::log_sqlite
