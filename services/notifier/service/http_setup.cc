#include "paylog/notifier/service/http_setup.h"

#include <utility>

#include "paylog/notifier/sink/endpoint_file.h"
#include "paylog/notifier/sink/http_sender.h"

namespace paylog::notifier {

base::Result<NotifierSetup> MakeHttpSetup(const std::string& endpoint_file,
                                          const runtime::PartitionCounts& counts,
                                          std::function<void(const std::string&)> warn) {
  PAYLOG_ASSIGN(auto endpoints, ReadEndpoints(endpoint_file, warn));
  const HttpSenderOptions options;
  PAYLOG_ASSIGN(std::shared_ptr<Sender> sender, HttpSender::Start(options));
  const GateOptions gates{.attempts_max = static_cast<int>(options.connections_per_endpoint_max),
                          .breaker = {}};
  return NotifierSetup{.counts = counts,
                       .schedule = {},
                       .gates = std::make_shared<EndpointGates>(std::move(endpoints), gates),
                       .sender = std::move(sender),
                       .clock = std::make_shared<base::SystemClock>(),
                       .warn = std::move(warn)};
}

}  // namespace paylog::notifier
