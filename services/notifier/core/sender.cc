#include "paylog/notifier/core/sender.h"

namespace paylog::notifier {

bool IsDelivered(const AttemptOutcome& outcome) {
  return outcome.status >= 200 && outcome.status < 300;
}

bool IsGone(const AttemptOutcome& outcome) {
  return outcome.status == 410;
}

}  // namespace paylog::notifier
