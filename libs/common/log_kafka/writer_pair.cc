#include "paylog/log_kafka/writer_pair.h"

#include <utility>

namespace paylog::log_kafka {

WriterPair::WriterPair(std::unique_ptr<Writer> first, std::unique_ptr<Writer> second)
    : writers_{std::move(first), std::move(second)} {}

base::Result<void> WriterPair::Init() {
  current_ = 0;
  owns_both_ = false;
  for (const std::unique_ptr<Writer>& writer : writers_) {
    PAYLOG_TRY(writer->Init());
  }
  return {};
}

base::Result<void> WriterPair::Begin() {
  const std::size_t next = owns_both_ ? 1 - current_ : 0;
  current_ = 1 - next;  // Where it is tainted, it is what a following Abort asks.
  PAYLOG_TRY(current().CheckTaint());
  current_ = next;
  return current().Begin();
}

base::Result<void> WriterPair::Append(const log::TopicPartition& to, log::Record record) {
  return current().Append(to, std::move(record));
}

base::Result<void> WriterPair::CommitOffset(const log::GroupMetadata& group,
                                            const log::TopicPartition& from, base::Offset next) {
  return current().CommitOffset(group, from, next);
}

base::Result<void> WriterPair::Commit() {
  // An empty transaction asks no broker, and proves nothing.
  const bool proves = !current().is_empty();
  PAYLOG_TRY(current().Commit());
  owns_both_ = owns_both_ || proves;
  return {};
}

base::Result<void> WriterPair::Abort() {
  return current().Abort();
}

}  // namespace paylog::log_kafka
