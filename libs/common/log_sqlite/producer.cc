#include "paylog/log_sqlite/producer.h"

#include <utility>

namespace paylog::log_sqlite {
namespace {

constexpr std::size_t kBundleBytes = std::size_t{512} * 1024;
constexpr std::size_t kBundleRecords = 2000;
// Together with the size of a bundle this bounds a producer's memory.
constexpr std::size_t kBundlesOnTheirWayMax = 4;

}  // namespace

RecordProducer::~RecordProducer() {
  static_cast<void>(Flush().has_value());
}

base::Result<void> RecordProducer::Send(const log::TopicPartition& to, log::Record record) {
  PAYLOG_TRY(engine_.failure.Check());
  PAYLOG_TRY(stage_.Add(to, std::move(record)));
  if (stage_.bytes() >= kBundleBytes || stage_.records() >= kBundleRecords) {
    Submit();
  }
  return {};
}

base::Result<void> RecordProducer::Flush() {
  PAYLOG_TRY(engine_.failure.Check());
  if (stage_.records() > 0) {
    Submit();
  }
  while (!on_their_way_.empty()) {
    AwaitOldest();
  }
  if (std::optional<base::Error> error = std::exchange(error_, std::nullopt)) {
    return *std::move(error);
  }
  return {};
}

void RecordProducer::Submit() {
  if (on_their_way_.size() >= kBundlesOnTheirWayMax) {
    AwaitOldest();
  }
  on_their_way_.push_back(engine_.committer.Submit(
      CommitTransaction{.writer = std::nullopt, .batches = stage_.Encode(), .offsets = {}}));
}

void RecordProducer::AwaitOldest() {
  const Answer answer = on_their_way_.front().get();
  on_their_way_.pop_front();
  if (!answer && !error_) {
    error_ = answer.error();
  }
}

}  // namespace paylog::log_sqlite
