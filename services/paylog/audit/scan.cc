#include "paylog/audit/scan.h"

#include <utility>

#include "paylog/runtime/poll_towards.h"

namespace paylog::audit {
namespace {

using base::Error;
using base::ErrorCode;

}  // namespace

base::Result<RecordStream> RecordStream::Open(log::Log& log, const log::TopicPartition& from) {
  PAYLOG_ASSIGN(auto reader, log.NewReader(from, log::Isolation::kReadCommitted));
  PAYLOG_ASSIGN(const base::Offset beginning, reader->BeginningOffset());
  PAYLOG_ASSIGN(const base::Offset end, reader->EndOffset());
  PAYLOG_TRY(reader->Seek(beginning));
  return RecordStream(std::move(reader), end);
}

base::Result<const log::StoredRecord*> RecordStream::Next() {
  while (next_ == records_.size()) {
    PAYLOG_ASSIGN(auto polled, runtime::PollTowards(*reader_, end_));
    if (polled.records.empty()) {
      return nullptr;
    }
    records_ = std::move(polled.records);
    next_ = 0;
  }
  const log::StoredRecord& record = records_[next_];
  if (record.offset >= end_) {
    return nullptr;
  }
  ++next_;
  return &record;
}

Verdict ForEachRecord(log::Log& log, const log::TopicPartition& from,
                      const std::function<Verdict(const log::StoredRecord&)>& visit) {
  auto stream = RecordStream::Open(log, from);
  if (!stream) {
    return stream.error();
  }
  while (true) {
    const auto record = stream->Next();
    if (!record) {
      return record.error();
    }
    if (*record == nullptr) {
      return {};
    }
    if (Verdict verdict = visit(**record); !verdict.ok()) {
      return verdict;
    }
  }
}

base::Result<log::StoredRecord> ReadRecord(log::Log& log, const log::TopicPartition& from,
                                           base::Offset offset) {
  PAYLOG_ASSIGN(const auto reader, log.NewReader(from, log::Isolation::kReadCommitted));
  PAYLOG_TRY(reader->Seek(offset));
  PAYLOG_ASSIGN(const base::Offset end, reader->EndOffset());
  PAYLOG_ASSIGN(auto polled, runtime::PollTowards(*reader, end, /*records_max=*/1));
  if (polled.records.empty() || polled.records.front().offset != offset) {
    return Error{
        .code = ErrorCode::kNotFound,
        .context = from.ToString() + " has no record at offset " + std::to_string(offset.value())};
  }
  return std::move(polled.records.front());
}

}  // namespace paylog::audit
