#pragma once

#include <vector>

#include "paylog/simulation/history.h"
#include "paylog/simulation/trace.h"

namespace paylog::simulation {

// Whether receivers heard what docs/reference/webhooks.md promises, judged by the results, what
// they saw, and notifier.deliveries. Shares nothing with the notifier but that page and the
// schemas. Like FindViolations it ends whatever it is given. The checks:
// - "webhook-event": a record of notifier.deliveries that does not follow from those before;
// - "webhook-missing": a result that an endpoint should have heard of, and that was never
//   scheduled, or never came to its end;
// - "webhook-payload": another payload than the result's, with the endpoint's own balances alone;
//   or one that nobody should have heard of;
// - "webhook-outcome": an event that says something else than what the receiver answered;
// - "webhook-retry": another wait than the documented ones, or another end;
// - "webhook-dead-letter": one that is missing, is not as documented, or has no cause;
// - and those of webhook_conduct.h.
std::vector<Violation> FindWebhookViolations(const History& history);

// Counts how webhooks came to their end, and what is rare on the way.
void CountWebhooks(const History& history, Trace& trace);

}  // namespace paylog::simulation
