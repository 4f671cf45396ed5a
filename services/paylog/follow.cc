#include "paylog/cli/follow.h"

#include <algorithm>
#include <chrono>

namespace paylog::cli {
namespace {

constexpr std::chrono::milliseconds kWait{100};

}  // namespace

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

base::Result<void> FollowRanges(log::Log& log, const std::vector<ReadRange>& ranges,
                                const RecordVisitor& visit, const std::function<bool()>& stopped) {
  std::vector<std::unique_ptr<log::Reader>> readers;
  for (const ReadRange& range : ranges) {
    PAYLOG_ASSIGN(auto reader, log.NewReader(range.partition, log::Isolation::kReadCommitted));
    PAYLOG_TRY(reader->Seek(range.from));
    readers.push_back(std::move(reader));
  }
  while (!stopped()) {
    for (std::size_t i = 0; i < readers.size(); ++i) {
      PAYLOG_ASSIGN(const auto polled, readers[i]->Poll({.wait = kWait}));
      for (const log::StoredRecord& record : polled.records) {
        if (!visit(ranges[i].partition, record)) {
          return {};
        }
      }
    }
  }
  return {};
}

}  // namespace paylog::cli
