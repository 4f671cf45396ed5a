#include "paylog/cli/follow.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <thread>

namespace paylog::cli {
namespace {

constexpr std::chrono::milliseconds kWait{100};

enum class Polled { kNothing, kSome, kEnough };

base::Result<Polled> PollOnce(log::Reader& reader, const log::TopicPartition& from,
                              const RecordVisitor& visit, std::chrono::milliseconds wait) {
  const auto polled = reader.Poll({.wait = wait});
  if (!polled) {
    // Whoever follows a log waits for it to come back.
    return polled.error().retriable ? base::Result<Polled>(Polled::kNothing) : polled.error();
  }
  for (const log::StoredRecord& record : polled->records) {
    if (!visit(from, record)) {
      return Polled::kEnough;
    }
  }
  return polled->records.empty() ? Polled::kNothing : Polled::kSome;
}

base::Result<void> FollowRanges(log::Log& log, const std::vector<ReadRange>& ranges,
                                const RecordVisitor& visit, const std::function<bool()>& stopped) {
  std::vector<std::unique_ptr<log::Reader>> readers;
  for (const ReadRange& range : ranges) {
    PAYLOG_ASSIGN(auto reader, log.NewReader(range.partition, log::Isolation::kReadCommitted));
    PAYLOG_TRY(reader->Seek(range.from));
    readers.push_back(std::move(reader));
  }
  bool idle = false;  // Did the last round bring nothing? Then this one may wait, but only once.
  while (!stopped()) {
    bool any = false;
    for (std::size_t i = 0; i < readers.size() && !stopped(); ++i) {
      const bool last = i + 1 == readers.size();
      const auto wait = idle && last && !any ? kWait : std::chrono::milliseconds(0);
      PAYLOG_ASSIGN(const Polled polled, PollOnce(*readers[i], ranges[i].partition, visit, wait));
      if (polled == Polled::kEnough) {
        return {};
      }
      any = any || polled == Polled::kSome;
    }
    idle = !any;
  }
  return {};
}

// nullptr once stopped.
base::Result<std::unique_ptr<log_socket::SocketLog>> WaitForOwner(
    const std::string& directory, const std::function<bool()>& stopped) {
  std::cerr << "paylog: nobody serves " << directory << "; waiting for `paylog run`\n";
  while (!stopped()) {
    auto log = log_socket::SocketLog::Connect(directory);
    if (log || log.error().code != base::ErrorCode::kNotFound) {
      return log;
    }
    std::this_thread::sleep_for(kWait);
  }
  return std::unique_ptr<log_socket::SocketLog>();
}

// What comes after them.
std::vector<ReadRange> Behind(std::vector<ReadRange> ranges) {
  for (ReadRange& range : ranges) {
    range.from = std::max(range.from, range.end);
  }
  return ranges;
}

}  // namespace

base::Result<std::vector<ReadRange>> WholeTopic(log::Log& log, std::string_view topic,
                                                std::int32_t partition_count) {
  std::vector<ReadRange> ranges;
  for (std::int32_t p = 0; p < partition_count; ++p) {
    const log::TopicPartition partition{.topic = std::string(topic),
                                        .partition = base::PartitionId(p)};
    PAYLOG_ASSIGN(const auto reader, log.NewReader(partition, log::Isolation::kReadCommitted));
    PAYLOG_ASSIGN(const base::Offset beginning, reader->BeginningOffset());
    PAYLOG_ASSIGN(const base::Offset end, reader->EndOffset());
    ranges.push_back({.partition = partition, .from = beginning, .end = end});
  }
  return ranges;
}

std::int64_t Count(const std::vector<ReadRange>& ranges) {
  std::int64_t count = 0;
  for (const ReadRange& range : ranges) {
    count += std::max<std::int64_t>(0, range.end.value() - range.from.value());
  }
  return count;
}

base::Result<void> ReadRanges(log::Log& log, const std::vector<ReadRange>& ranges,
                              const RecordVisitor& visit) {
  for (const ReadRange& range : ranges) {
    PAYLOG_ASSIGN(const auto reader,
                  log.NewReader(range.partition, log::Isolation::kReadCommitted));
    PAYLOG_TRY(reader->Seek(range.from));
    while (reader->position() < range.end) {
      PAYLOG_ASSIGN(const auto polled, reader->Poll({.wait = kWait}));
      for (const log::StoredRecord& record : polled.records) {
        if (record.offset >= range.end) {
          break;
        }
        if (!visit(range.partition, record)) {
          return {};
        }
      }
    }
  }
  return {};
}

base::Result<void> Follow(service::OpenedLog& opened, const std::vector<ReadRange>& ranges,
                          const RecordVisitor& visit, const std::function<bool()>& stopped) {
  if (opened.embedded == nullptr) {
    return FollowRanges(*opened.log, ranges, visit, stopped);
  }
  bool enough = false;
  PAYLOG_TRY(ReadRanges(*opened.log, ranges, [&](const auto& from, const auto& record) {
    enough = stopped() || !visit(from, record);
    return !enough;
  }));
  if (enough) {
    return {};
  }
  const std::string directory = opened.embedded->directory();
  opened.embedded = nullptr;
  opened.log.reset();
  PAYLOG_ASSIGN(const auto served, WaitForOwner(directory, stopped));
  return served == nullptr ? base::Result<void>()
                           : FollowRanges(*served, Behind(ranges), visit, stopped);
}

}  // namespace paylog::cli
