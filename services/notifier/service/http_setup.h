#pragma once

#include <functional>
#include <string>

#include "paylog/base/result.h"
#include "paylog/notifier/stage/notifier_partition.h"

namespace paylog::notifier {

// The notifier as it runs in production: the endpoints of a file, over HTTP, by the system's clock.
// Errors as ReadEndpoints and HttpSender::Start. `warn` is called from any thread.
base::Result<NotifierSetup> MakeHttpSetup(const std::string& endpoint_file,
                                          const runtime::PartitionCounts& counts,
                                          std::function<void(const std::string&)> warn);

}  // namespace paylog::notifier
