#include <algorithm>
#include <string>
#include <vector>

#include "paylog/base/check.h"
#include "paylog/log_sqlite/test_support.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"
#include "paylog/tests/fuzz/log_fixture.h"
#include "paylog/tests/fuzz/patches.h"
#include "paylog/tests/fuzz/targets.h"

// Damage is reported, never hidden: opening and reading everything gives an error, or exactly what
// was written. Where the head file is damaged as well, it may also be what an earlier commit left,
// since the head is what proves the end of the log.
namespace paylog::fuzz {
namespace {

using log_sqlite::Contents;

// Flags of the input.
constexpr std::uint8_t kKilled = 1;  // The log as a kill leaves it, with a WAL.
constexpr std::uint8_t kFixWal = 2;  // Checksums of the WAL fit, so that SQLite takes all of it.

bool IsNamed(const base::Error& error, const std::set<std::string>& changed) {
  switch (error.code) {
    case base::ErrorCode::kCorrupt:
    case base::ErrorCode::kLostRecords:
    case base::ErrorCode::kIo:
      return !error.context.empty();
    case base::ErrorCode::kNotFound:  // Head and database are gone or empty.
      return changed.contains("head") && changed.contains("log.sqlite");
    default:
      return false;
  }
}

}  // namespace

void FuzzOneLogFiles(Bytes input) {
  static const LogFixture kFixture;
  static const test_support::TemporaryDirectory kDirectory;
  const Damage damage = ReadDamage(input);
  Files files = damage.Has(kKilled) ? kFixture.killed : kFixture.closed;
  const std::set<std::string> changed = Apply(damage, files);
  if (damage.Has(kFixWal) && files.contains("log.sqlite-wal")) {
    FixWal(files["log.sqlite-wal"]);
  }
  WriteFiles(kDirectory.In("log"), files);
  const base::Result<Contents> read = log_sqlite::ReadContents(kDirectory.In("log"));
  if (!read) {
    CHECK(IsNamed(read.error(), changed));
    return;
  }
  const std::vector<Contents>& states = kFixture.states;
  const std::size_t last = damage.Has(kKilled) ? states.size() - 1 : kFixture.closed_state;
  if (changed.contains("head")) {
    CHECK(std::find(states.begin(), states.end(), *read) != states.end());
  } else {
    CHECK(*read == states[last]);
  }
}

}  // namespace paylog::fuzz
