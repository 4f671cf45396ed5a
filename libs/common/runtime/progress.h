#pragma once

#include "paylog/base/result.h"
#include "paylog/log/log.h"
#include "paylog/runtime/topics.h"

namespace paylog::runtime {

// True where, at some moment during the call, every command had its result or dead letter:
// validator and ledger had committed all of their input. False says nothing about what is not done.
// `notifier`: it had, too, so that every delivery is scheduled; not that any was made.
base::Result<bool> IsQuiet(log::Log& log, const PartitionCounts& counts, bool notifier = false);

}  // namespace paylog::runtime
