#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/story/story.h"

namespace paylog::story {

// An expectation that was not met, or that is missing. Plain value.
struct Finding {
  std::string what;                     // The line of the story it is about.
  std::int64_t line = 0;                // Of `what`.
  std::optional<std::string> expected;  // As its text is spelt; nullopt: the story says nothing.
  std::string found;
  Place place;
};

// An account that the story names, at its end.
struct AccountAtEnd {
  std::string account;
  std::int32_t partition = 0;
  Standing standing;
};

struct Played {
  std::vector<Finding> findings;  // In the order of the lines; empty: all came as told.
  std::int64_t commands = 0;
  std::int64_t expectations = 0;
  std::vector<AccountAtEnd> accounts;  // In order of name.
  std::optional<std::string> audit;    // What the audit found, in one line; nothing is the rule.
};

// Plays a story on a bank of its own, then audits the bank's log. kInvalidArgument, beginning with
// the number of the line, for a partition that there is not. The same story, the same answer.
base::Result<Played> Play(const Story& story);

}  // namespace paylog::story
