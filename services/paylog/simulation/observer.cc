#include "paylog/simulation/observer.h"

#include <utility>

#include "paylog/runtime/topics.h"

namespace paylog::simulation {

Observer::Observer(log_sim::Broker& broker, const Scenario& scenario)
    : log_(broker), random_(scenario.seed, "observer") {
  for (std::int32_t p = 0; p < scenario.partitions; ++p) {
    for (const std::string_view topic : {runtime::kResultsTopic, runtime::kJournalTopic,
                                         runtime::kDeadLettersTopic, runtime::kBalancesTopic}) {
      watched_.push_back(runtime::Partition(topic, base::PartitionId(p)));
    }
    if (scenario.notifiers > 0) {
      watched_.push_back(runtime::Partition(runtime::kDeliveriesTopic, base::PartitionId(p)));
    }
  }
}

void Observer::Look(Step now) {
  const log::TopicPartition& from =
      watched_[static_cast<std::size_t>(random_.Below(watched_.size()))];
  std::unique_ptr<log::Reader>& reader = readers_[from];
  if (reader == nullptr) {
    auto made = log_.NewReader(from, log::Isolation::kReadCommitted);
    if (!made) {
      return;
    }
    reader = std::move(*made);
  }
  auto polled = reader->Poll({});
  if (!polled) {
    return;
  }
  for (log::StoredRecord& record : polled->records) {
    seen_.push_back({.seen = now, .from = from, .record = std::move(record)});
  }
}

}  // namespace paylog::simulation
