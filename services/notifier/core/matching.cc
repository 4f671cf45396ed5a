#include "paylog/notifier/core/matching.h"

#include <algorithm>

namespace paylog::notifier {
namespace {

template <typename Value>
bool Chooses(const std::vector<Value>& chosen, const Value& value) {
  return chosen.empty() || std::find(chosen.begin(), chosen.end(), value) != chosen.end();
}

}  // namespace

bool Concerns(const Endpoint& endpoint, const model::CommandResult& result) {
  if (result.duplicate || !Chooses(endpoint.statuses, result.status)) {
    return false;
  }
  return Chooses(endpoint.accounts, result.account) ||
         std::any_of(result.balances.begin(), result.balances.end(),
                     [&](const model::AccountBalance& balance) {
                       return Chooses(endpoint.accounts, balance.account);
                     });
}

model::CommandResult VisibleTo(const Endpoint& endpoint, model::CommandResult result) {
  std::erase_if(result.balances, [&](const model::AccountBalance& balance) {
    return !Chooses(endpoint.accounts, balance.account);
  });
  return result;
}

}  // namespace paylog::notifier
