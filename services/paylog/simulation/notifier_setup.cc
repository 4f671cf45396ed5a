#include "paylog/simulation/notifier_setup.h"

#include <utility>

#include "paylog/base/check.h"

namespace paylog::simulation {
namespace {

model::ResultStatus StatusOf(const std::string& name) {
  for (const auto status : {model::ResultStatus::kCompleted, model::ResultStatus::kRejected,
                            model::ResultStatus::kRefused}) {
    if (ToString(status) == name) {
      return status;
    }
  }
  CHECK(false);
}

}  // namespace

std::shared_ptr<notifier::EndpointGates> MakeGates(const std::vector<WebhookEndpoint>& endpoints) {
  std::vector<notifier::Endpoint> made;
  for (const WebhookEndpoint& endpoint : endpoints) {
    notifier::Endpoint& one = made.emplace_back();
    one.name = endpoint.name;
    one.url = UrlOf(endpoint);
    one.secrets = SecretsOf(endpoint);
    for (const std::string& account : endpoint.accounts) {
      one.accounts.push_back(*model::AccountId::Parse(account));
    }
    for (const std::string& status : endpoint.statuses) {
      one.statuses.push_back(StatusOf(status));
    }
  }
  return std::make_shared<notifier::EndpointGates>(std::move(made), notifier::GateOptions());
}

notifier::NotifierSetup MakeNotifierSetup(const runtime::PartitionCounts& counts,
                                          std::shared_ptr<notifier::EndpointGates> gates,
                                          const log_sim::SimClock& clock) {
  return {.counts = counts,
          .schedule = {},
          .gates = std::move(gates),
          .sender = nullptr,
          .clock = std::shared_ptr<const base::Clock>(&clock, [](const base::Clock*) {})};
}

}  // namespace paylog::simulation
