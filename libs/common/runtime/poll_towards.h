#pragma once

#include <atomic>
#include <cstddef>

#include "paylog/base/result.h"
#include "paylog/log/reader.h"

namespace paylog::runtime {

inline constexpr std::size_t kPollRecordsMax = 10'000;

// The next records of a partition that is known to reach to `end`. An empty poll does not mean that
// there is nothing: on some logs the markers of a committed transaction are still to come, or only
// control records are left. Returns no records only once the reader's position is at `end`.
// kTimedOut (retriable) where nothing moves for half a minute, as behind a hanging transaction;
// kShutdown (retriable) within a second once `interrupted`, where it is given, is true.
base::Result<log::PolledRecords> PollTowards(log::Reader& reader, base::Offset end,
                                             std::size_t records_max = kPollRecordsMax,
                                             const std::atomic<bool>* interrupted = nullptr);

}  // namespace paylog::runtime
