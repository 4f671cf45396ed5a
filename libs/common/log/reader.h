#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/record.h"

namespace paylog::log {

// kReadCommitted sees no record of a transaction that is open or aborted, and none behind the first
// open transaction of its partition. kReadUncommitted sees all. kReadAhead is kReadCommitted for
// whoever does nothing outside the log before its own next commit is acknowledged: where the log is
// in this process, it also sees committed records that the disk does not have yet, and that commit
// will not be acknowledged before they are there.
enum class Isolation { kReadCommitted, kReadUncommitted, kReadAhead };

// What it is on a log that is not in this process.
constexpr Isolation WithoutReadAhead(Isolation isolation) {
  return isolation == Isolation::kReadAhead ? Isolation::kReadCommitted : isolation;
}

struct PollLimits {
  std::size_t records_max = 10'000;
  std::size_t bytes_max = std::size_t{4} << 20;  // A larger single record is still returned.
  std::chrono::milliseconds wait{0};             // How long to wait for the first record.
};

struct PolledRecords {
  // In order of offset; offsets increase but may have gaps (control records, compaction).
  std::vector<StoredRecord> records;
  // Where the next Poll goes on: beyond the last record and any gap behind it that is known.
  base::Offset next;
};

// A position in one partition. Used by one thread at a time; only Wakeup may come from any thread.
// Reading and group membership are separate: a reader follows no rebalance. It outlives neither the
// Log that made it nor a failure: after an Error that is not retriable, make a new one.
class Reader {
 public:
  virtual ~Reader() = default;

  // The next Poll starts at the first record with an offset of at least `offset`.
  // kOffsetOutOfRange, now or at the next Poll, where it is beyond the end or before the beginning:
  // never a silent jump (Kafka's auto.offset.reset=error).
  virtual base::Result<void> Seek(base::Offset offset) = 0;
  [[nodiscard]] virtual base::Offset position() const = 0;

  // Returns at once with what is there; otherwise waits, without spinning, until a record comes,
  // the wait is over or Wakeup is called, and may then return none. kCorrupt for damaged bytes.
  virtual base::Result<PolledRecords> Poll(const PollLimits& limits) = 0;

  // One beyond the last record that this isolation can see.
  virtual base::Result<base::Offset> EndOffset() = 0;
  virtual base::Result<base::Offset> BeginningOffset() = 0;

  // Ends a Poll that waits, or the next one's wait. Thread-safe.
  virtual void Wakeup() = 0;
};

}  // namespace paylog::log
