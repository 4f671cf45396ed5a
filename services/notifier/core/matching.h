#pragma once

#include "paylog/model/command_result.h"
#include "paylog/notifier/core/endpoint.h"

// Which results an endpoint hears of, and what it may see of them. Pure functions.
namespace paylog::notifier {

// A result concerns an account if it is the command's or one whose balance the result shows. A
// repeat of an earlier result concerns nobody: who had to know was told the first time.
bool Concerns(const Endpoint& endpoint, const model::CommandResult& result);

// The result with balances of the endpoint's own accounts alone.
model::CommandResult VisibleTo(const Endpoint& endpoint, model::CommandResult result);

}  // namespace paylog::notifier
