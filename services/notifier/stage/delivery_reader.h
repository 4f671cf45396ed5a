#pragma once

#include <atomic>
#include <functional>

#include "paylog/base/result.h"
#include "paylog/log/log.h"
#include "paylog/model/delivery.h"

// Reading notifier.deliveries.
namespace paylog::notifier {

using DeliveryVisitor = std::function<void(const model::DeliveryEvent&, base::Offset)>;

// Visits the events of a partition from an offset up to `end`. kCorrupt, with the place, for a
// record that is none; kShutdown once interrupted (see runtime::PollTowards).
base::Result<void> ReadDeliveries(log::Log& log, base::PartitionId partition, base::Offset from,
                                  base::Offset end, const std::atomic<bool>& interrupted,
                                  const DeliveryVisitor& visit);

// Where the partition ends, open transactions included: what a predecessor left there is complete
// by the time it is read, or gone.
base::Result<base::Offset> DeliveriesEnd(log::Log& log, base::PartitionId partition);

// Everything before this offset is done with, as the group has committed; 0 where it has not.
base::Result<base::Offset> DeliveriesCheckpoint(log::Log& log, base::PartitionId partition);

}  // namespace paylog::notifier
