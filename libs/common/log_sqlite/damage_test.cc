#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "paylog/log_sqlite/test_support.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

// Goal: damage is reported, never hidden. Whatever byte of a log's files changes, wherever a file
// ends early, whatever stretch becomes zeros: opening and reading everything gives an error, or
// exactly what was written.
// Method: seeded damage to copies of two logs, one closed, one as a kill leaves it, with a WAL.
namespace paylog::log_sqlite {
namespace {

using test_support::Must;
using test_support::ReadFile;
using test_support::TemporaryDirectory;
using test_support::WriteFile;

namespace fs = std::filesystem;

constexpr std::uint64_t kSeed = 20'260'101;
constexpr int kTrials = 300;

void Fill(SqliteLog& log, std::mt19937_64& random, int commits) {
  const auto writer = InitWriter(log, "ledger-" + std::to_string(random() % 3));
  for (int i = 0; i < commits; ++i) {
    Must(writer->Begin());
    for (std::size_t n = 1 + random() % 6; n > 0; --n) {
      const log::TopicPartition to = random() % 3 == 0
                                         ? At("balances")
                                         : At("journal", static_cast<std::int32_t>(random() % 3));
      log::Record record = KeyedRecord("account-" + std::to_string(random() % 9), "");
      record.value.resize(random() % 900);
      for (char& byte : record.value) {
        byte = static_cast<char>(random());
      }
      record.headers.Add("i", std::to_string(random()));
      Must(writer->Append(to, std::move(record)));
    }
    Must(writer->CommitOffset(log::GroupMetadata::Standalone("ledger"),
                              At("journal", static_cast<std::int32_t>(random() % 3)),
                              base::Offset(i)));
    Must(writer->Commit());
  }
}

// Makes a log that was closed in `closed`, and one that was killed in `killed`.
void MakeLogs(const std::string& closed, const std::string& killed, std::mt19937_64& random) {
  const TemporaryDirectory live;
  {
    const auto log = OpenLog(live.path());
    Must(
        log->CreateTopics(std::vector<log::TopicSpec>{{.name = "journal", .partition_count = 3},
                                                      {.name = "balances",
                                                       .timestamps = log::TimestampType::kLogAppend,
                                                       .retention = log::Retention::kCompact}}));
    Fill(*log, random, 40);
    Must(log->Compact("balances"));
    Fill(*log, random, 10);
  }
  CopyDirectory(live.path(), closed);
  const auto log = OpenLog(live.path());
  Fill(*log, random, 25);
  CopyDirectory(live.path(), killed);
}

enum class Kind { kFlip, kTruncate, kZeros };

std::string Damage(const std::string& directory, Kind kind, std::mt19937_64& random) {
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  const std::string& path = files[random() % files.size()];
  std::string bytes = ReadFile(path);
  const std::size_t at = random() % bytes.size();
  switch (kind) {
    case Kind::kFlip:
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1 + random() % 255));
      break;
    case Kind::kTruncate:
      bytes.resize(at);
      break;
    case Kind::kZeros:
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                  std::min<std::size_t>(512, bytes.size() - at), '\0');
      break;
  }
  WriteFile(path, bytes);
  return fs::path(path).filename().string() + " at " + std::to_string(at);
}

void Hammer(const std::string& original, Kind kind, std::mt19937_64& random) {
  const TemporaryDirectory trial;
  CopyDirectory(original, trial.path());
  const Contents written = Must(ReadContents(trial.path()));
  int reported = 0;
  for (int i = 0; i < kTrials; ++i) {
    CopyDirectory(original, trial.path());
    const std::string what = Damage(trial.path(), kind, random);
    const base::Result<Contents> read = ReadContents(trial.path());
    if (!read) {
      ++reported;
      EXPECT_TRUE(read.error().code == base::ErrorCode::kCorrupt ||
                  read.error().code == base::ErrorCode::kLostRecords)
          << what << ": " << read.error().ToString();
      continue;
    }
    ASSERT_TRUE(*read == written) << what << ": other contents, without an error";
  }
  std::cout << "seed " << kSeed << ": of " << kTrials << ", " << reported << " reported, "
            << kTrials - reported << " without effect\n";
  EXPECT_GT(reported, kTrials / 10);
}

void HammerBoth(Kind kind) {
  std::mt19937_64 random(kSeed);
  const TemporaryDirectory closed;
  const TemporaryDirectory killed;
  MakeLogs(closed.path(), killed.path(), random);
  ASSERT_TRUE(fs::exists(killed.In("log.sqlite-wal")));
  Hammer(closed.path(), kind, random);
  Hammer(killed.path(), kind, random);
}

TEST(Damage, OfOneByteIsReportedOrHarmless) {
  HammerBoth(Kind::kFlip);
}
TEST(Damage, ByTruncationIsReportedOrHarmless) {
  HammerBoth(Kind::kTruncate);
}
TEST(Damage, ByAZeroedSectorIsReportedOrHarmless) {
  HammerBoth(Kind::kZeros);
}

}  // namespace
}  // namespace paylog::log_sqlite
