#pragma once

#include <span>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/record.h"
#include "paylog/log_sqlite/log_state.h"

namespace paylog::log_sqlite {

// Which of the specified topics are to be made, with the partitions they get. kAlreadyExists, with
// what differs, where a topic exists with another specification; kInvalidArgument for one that no
// log takes. A pure function.
base::Result<std::vector<Topic>> TopicsToMake(std::span<const log::TopicSpec> specs,
                                              const LogState& state);

}  // namespace paylog::log_sqlite
