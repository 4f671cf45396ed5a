#include "paylog/notifier/stage/delivery_reader.h"

#include <string>

#include "paylog/codec/delivery_codec.h"
#include "paylog/runtime/poll_towards.h"
#include "paylog/runtime/topics.h"

namespace paylog::notifier {

base::Result<void> ReadDeliveries(log::Log& log, base::PartitionId partition, base::Offset from,
                                  base::Offset end, const std::atomic<bool>& interrupted,
                                  const DeliveryVisitor& visit) {
  const auto topic = runtime::Partition(runtime::kDeliveriesTopic, partition);
  PAYLOG_ASSIGN(const auto reader, log.NewReader(topic, log::Isolation::kReadCommitted));
  PAYLOG_TRY(reader->Seek(from));
  while (true) {
    PAYLOG_ASSIGN(const auto polled,
                  runtime::PollTowards(*reader, end, runtime::kPollRecordsMax, &interrupted));
    if (polled.records.empty()) {
      return {};
    }
    for (const log::StoredRecord& record : polled.records) {
      const auto event = codec::DecodeDeliveryEvent(record.value);
      if (!event) {
        return event.error().In(topic.ToString() + " offset " +
                                std::to_string(record.offset.value()));
      }
      visit(*event, record.offset);
    }
  }
}

base::Result<base::Offset> DeliveriesEnd(log::Log& log, base::PartitionId partition) {
  PAYLOG_ASSIGN(const auto reader,
                log.NewReader(runtime::Partition(runtime::kDeliveriesTopic, partition),
                              log::Isolation::kReadUncommitted));
  return reader->EndOffset();
}

base::Result<base::Offset> DeliveriesCheckpoint(log::Log& log, base::PartitionId partition) {
  PAYLOG_ASSIGN(const auto committed,
                log.CommittedOffset(std::string(runtime::kNotifierGroup),
                                    runtime::Partition(runtime::kDeliveriesTopic, partition)));
  return committed.value_or(base::Offset(0));
}

}  // namespace paylog::notifier
