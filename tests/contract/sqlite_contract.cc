#include <filesystem>
#include <string>

#include "log_contract.h"
#include "paylog/base/clock.h"
#include "paylog/log_sqlite/sqlite_log.h"

namespace paylog::contract {
namespace {

class SqliteFixture final : public LogFixture {
 public:
  explicit SqliteFixture(std::size_t tail_cache_bytes) : tail_cache_bytes_(tail_cache_bytes) {
    std::string path = (std::filesystem::temp_directory_path() / "paylog-contract-XXXXXX").string();
    CHECK(mkdtemp(path.data()) != nullptr);
    directory_ = path;
    Open();
  }
  ~SqliteFixture() override {
    Must(log_->Verify());
    log_.reset();
    std::filesystem::remove_all(directory_);
  }

  log::Log& log() override { return *log_; }
  void Reopen() override {
    log_.reset();
    Open();
  }

 private:
  void Open() {
    log_ = Must(log_sqlite::SqliteLog::Open({.directory = directory_,
                                             .create = true,
                                             .clock = &clock_,
                                             .tail_cache_bytes = tail_cache_bytes_}));
  }

  const base::SystemClock clock_;
  const std::size_t tail_cache_bytes_;
  std::string directory_;
  std::unique_ptr<log_sqlite::SqliteLog> log_;
};

Adapter WithTailCache(const std::string& name, std::size_t bytes) {
  return {.name = name, .make = [bytes] { return std::make_unique<SqliteFixture>(bytes); }};
}

// Readers are served from memory, from both, or from the database alone.
auto AllCaches() {
  return testing::Values(WithTailCache("Sqlite", std::size_t{64} * 1024 * 1024),
                         WithTailCache("SqliteWithSmallCache", 4096),
                         WithTailCache("SqliteWithoutCache", 0));
}

PAYLOG_INSTANTIATE_CONTRACT(AllCaches());

}  // namespace
}  // namespace paylog::contract
