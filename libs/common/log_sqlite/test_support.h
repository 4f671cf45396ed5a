#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/base/check.h"
#include "paylog/base/clock.h"
#include "paylog/log_sqlite/sqlite_log.h"

// What the tests of this directory share.
namespace paylog::log_sqlite {

// A directory that goes with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string In(const std::string& name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

// The value, or the end of the test program with the error.
template <typename T>
T Must(base::Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().ToString();
  }
  return std::move(result).value();
}
inline void Must(const base::Result<void>& result) {
  if (!result) {
    ADD_FAILURE() << result.error().ToString();
  }
  CHECK(result.has_value());
}

// The error, or a failure of the test.
template <typename T>
base::Error ErrorOf(const base::Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? base::Error{} : result.error();
}

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

std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& bytes);
void FlipByte(const std::string& path, std::size_t at, unsigned char mask = 0xff);
void CopyDirectory(const std::string& from, const std::string& to);
// Runs SQL on the database of a closed log, as damage would.
void Tamper(const std::string& directory, const std::string& sql);

}  // namespace paylog::log_sqlite
