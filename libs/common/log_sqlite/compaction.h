#pragma once

#include "paylog/base/result.h"
#include "paylog/log_sqlite/storage.h"

namespace paylog::log_sqlite {

// Reads a partition and plans to keep the last record of each key and every record without one.
// Neighbouring batches are merged up to kBatchBytesTarget; a batch that loses nothing and has no
// neighbour to merge with stays as it is. Offsets never change, and the batches tile the partition
// as before. kCorrupt where a batch is damaged.
base::Result<CommitPlan> PlanCompaction(Storage& storage, const PartitionRef& partition,
                                        const PartitionState& state);

}  // namespace paylog::log_sqlite
