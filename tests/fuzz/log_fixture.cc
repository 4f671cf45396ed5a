#include "paylog/tests/fuzz/log_fixture.h"

#include <memory>
#include <string>

#include "paylog/base/check.h"
#include "paylog/log_sqlite/sqlite_log.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::fuzz {
namespace {

using log_sqlite::At;
using log_sqlite::SqliteLog;
using test_support::Must;

constexpr std::size_t kWalSaltAt = 16;

class FixedClock final : public base::Clock {
 public:
  [[nodiscard]] base::TimestampMs Now() const override {
    return base::TimestampMs(1'700'000'000'000);
  }
};

class Maker {
 public:
  Maker(const std::string& directory, LogFixture& fixture)
      : directory_(directory), fixture_(fixture) {}

  void MakeTopics() {
    const auto log = Open();
    Must(
        log->CreateTopics(std::vector<log::TopicSpec>{{.name = "journal", .partition_count = 2},
                                                      {.name = "balances",
                                                       .timestamps = log::TimestampType::kLogAppend,
                                                       .retention = log::Retention::kCompact}}));
    Remember();
    for (int i = 0; i < 4; ++i) {
      Commit(*log, i);
    }
    Must(log->Compact("balances"));
    Remember();
  }

  void CommitMoreAndCopy() {
    const auto log = Open();
    for (int i = 4; i < 7; ++i) {
      Commit(*log, i);
    }
    CommitOffsetAlone(*log);
    fixture_.killed = Read();
    // SQLite draws the salts at random; a crash must look the same the next time.
    std::string& wal = fixture_.killed.at("log.sqlite-wal");
    wal.replace(kWalSaltAt, 8, "saltsalt");
    FixWal(wal);
  }

  [[nodiscard]] Files Read() const {
    return ReadFiles(directory_, {"head", "log.sqlite", "log.sqlite-wal"});
  }

 private:
  std::unique_ptr<SqliteLog> Open() {
    return Must(SqliteLog::Open({.directory = directory_, .create = true, .clock = &clock_}));
  }

  void Commit(SqliteLog& log, int i) {
    const auto writer = log_sqlite::InitWriter(log, "ledger-0");
    Remember();
    const std::string number = std::to_string(i);
    Must(writer->Begin());
    for (const auto& to : {At("journal", i % 2), At("balances")}) {
      log::Record record = log_sqlite::KeyedRecord("account", "value " + number);
      record.headers.Add("n", number);
      Must(writer->Append(to, record));
      record.value.append(200, 'v');  // Worth compressing.
      Must(writer->Append(to, record));
    }
    Must(writer->CommitOffset(log::GroupMetadata::Standalone("ledger"), At("journal", 0),
                              base::Offset(i)));
    Must(writer->Commit());
    Remember();
  }

  // Last, so that a page of cells that is lost changes nothing that the batches would prove.
  void CommitOffsetAlone(SqliteLog& log) {
    const auto writer = log_sqlite::InitWriter(log, "ledger-0");
    Remember();
    Must(writer->Begin());
    Must(writer->CommitOffset(log::GroupMetadata::Standalone("ledger"), At("journal", 1),
                              base::Offset(1)));
    Must(writer->Commit());
    Remember();
  }

  // Looks at a copy, since the log is open.
  void Remember() {
    const test_support::TemporaryDirectory copy;
    WriteFiles(copy.In("log"), Read());
    fixture_.states.push_back(Must(log_sqlite::ReadContents(copy.In("log"))));
  }

  const FixedClock clock_;
  const std::string directory_;
  LogFixture& fixture_;
};

}  // namespace

LogFixture::LogFixture() {
  const test_support::TemporaryDirectory directory;
  Maker maker(directory.In("log"), *this);
  maker.MakeTopics();
  closed = maker.Read();
  closed_state = states.size() - 1;
  maker.CommitMoreAndCopy();
  CHECK(closed.size() >= 2 && killed.contains("log.sqlite-wal"));
}

}  // namespace paylog::fuzz
