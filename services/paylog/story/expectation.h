#pragma once

#include <string>
#include <string_view>

#include "paylog/base/result.h"
#include "paylog/story/story.h"

// Outcomes and standings as text: what stands behind "=>" and behind "balance ACCOUNT". Each value
// has one spelling, so that two are the same where their texts are. Pure functions.
namespace paylog::story {

std::string Format(const Outcome& outcome);
std::string Format(const Standing& standing);

// kInvalidArgument with a sentence about what is wrong.
base::Result<Outcome> ParseOutcome(std::string_view text);
base::Result<Standing> ParseStanding(std::string_view text);

// `found` without what `expected` says nothing about.
Outcome AsTold(Outcome found, const Outcome& expected);
Standing AsTold(Standing found, const Standing& expected);

}  // namespace paylog::story
