#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "paylog/log/writer.h"
#include "paylog/log_kafka/writer.h"

namespace paylog::log_kafka {

// Transactions on two transactional ids in turn. On one id the coordinator refuses a transaction
// until it has written the markers of the one before, and librdkafka asks again only after 20 ms or
// more; another id need not wait.
//
// There is one owner all the same. Init takes the first id, then the second; the first transaction
// after it is the first id's, and only once that is committed is the second id used. Two who take
// both at once may end up with one each: then whoever has the second lacks the first, and never
// commits (ADR 8 has the proof).
class WriterPair final : public log::TransactionalWriter {
 public:
  WriterPair(std::unique_ptr<Writer> first, std::unique_ptr<Writer> second);

  base::Result<void> Init() override;
  // A taint of one is a taint of both.
  base::Result<void> Begin() override;
  base::Result<void> Append(const log::TopicPartition& to, log::Record record) override;
  base::Result<void> CommitOffset(const log::GroupMetadata& group, const log::TopicPartition& from,
                                  base::Offset next) override;
  base::Result<void> Commit() override;
  base::Result<void> Abort() override;

 private:
  [[nodiscard]] Writer& current() { return *writers_[current_]; }

  const std::array<std::unique_ptr<Writer>, 2> writers_;
  std::size_t current_ = 0;  // Whose transaction is open, or was the last.
  bool owns_both_ = false;   // The first id committed a transaction after both were taken.
};

}  // namespace paylog::log_kafka
