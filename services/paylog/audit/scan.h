#pragma once

#include <functional>

#include "paylog/audit/difference.h"
#include "paylog/base/result.h"
#include "paylog/log/log.h"

namespace paylog::audit {

// Visits every committed record of the partition, from its beginning to its end as it was at the
// call, until `visit` finds something.
Verdict ForEachRecord(log::Log& log, const log::TopicPartition& from,
                      const std::function<Verdict(const log::StoredRecord&)>& visit);

// The record at an offset. kNotFound where there is none.
base::Result<log::StoredRecord> ReadRecord(log::Log& log, const log::TopicPartition& from,
                                           base::Offset offset);

// Reads a partition forward, one record at a time.
class RecordStream {
 public:
  static base::Result<RecordStream> Open(log::Log& log, const log::TopicPartition& from);
  // nullptr at the end. Valid until the next call.
  base::Result<const log::StoredRecord*> Next();

 private:
  RecordStream(std::unique_ptr<log::Reader> reader, base::Offset end)
      : reader_(std::move(reader)), end_(end) {}

  std::unique_ptr<log::Reader> reader_;
  base::Offset end_;
  std::vector<log::StoredRecord> records_;
  std::size_t next_ = 0;
};

}  // namespace paylog::audit
