#pragma once

#include <vector>

#include "paylog/simulation/history.h"
#include "paylog/simulation/webhook_log.h"

namespace paylog::simulation {

// Whether each attempt was one that its process might make, given what it had to know then: what
// was committed by itself, by an owner before it, or before its assignment. A process that was
// deposed may go on for a while without knowing. The checks:
// - "webhook-too-early": an attempt before it was committed that it is to be made, or before its
//   time;
// - "webhook-again": after the delivery's end was committed, or twice for the same reason;
// - "webhook-unknown": an id, an endpoint or bytes that were never scheduled;
// - "webhook-after-410": to an endpoint that is known to be disabled;
// - "webhook-circuit": after five failures in a row, but not as documented; or too many at once;
// - "webhook-order": for the first time, before one of an earlier result that was never tried,
//   though nothing had failed;
// - "webhook-signature": not signed with each of the endpoint's secrets, over this attempt's time;
// and, of deliveries that were given up without an attempt, since they are old:
// - "webhook-only-waited": the endpoint did not fail, it was only not their turn.
std::vector<Violation> FindMisconduct(const History& history, const WebhookLog& log);

}  // namespace paylog::simulation
