#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "paylog/base/int128.h"
#include "paylog/model/currency.h"
#include "paylog/model/result_code.h"

// A story: commands, and what must come of them, as a text file that a payments person reads and
// writes (docs/reference/stories.md). Plain values.
namespace paylog::story {

// How a command ended, as a story tells it.
enum class Ending { kCompleted, kRejected, kRefused, kDeadLetter };

// What an account holds.
struct Holding {
  std::string account;
  model::Currency currency;
  base::Int128 posted = 0;
};

// What came of a command, or what must come of it. An expectation may leave out the fields that are
// optional; then nothing is said about them.
struct Outcome {
  Ending ending = Ending::kCompleted;
  model::ResultCode code = model::ResultCode::kOk;
  bool duplicate = false;
  std::string reopened;                          // The account, or empty.
  std::optional<std::vector<Holding>> balances;  // In the answer.
  std::optional<std::string> path;  // Of a refusal or a dead letter: where in the body.
};

// How an account stands, or must stand.
struct Standing {
  bool exists = false;  // The rest says nothing where it does not.
  std::optional<model::Currency> currency;
  base::Int128 posted = 0;
  std::optional<base::Int128> available;
  bool debits_frozen = false;
  bool credits_frozen = false;
  bool closed = false;
};

// Where the text of an expectation stands, so that it can be written anew.
struct Place {
  std::int64_t line = 0;                   // Counted from 1.
  std::size_t column = std::string::npos;  // Of its first byte; npos: there is none yet.
};

// A record for payments.commands.
struct Send {
  std::int64_t line = 0;
  std::string text;  // As the story has it, without the expectation.
  std::string body;
  // Unset: the key and the partition that `paylog submit` gives the body.
  std::optional<std::optional<std::string>> key;
  std::optional<std::int32_t> partition;
  std::optional<Outcome> expected;
  Place place;
};

// Commands that are all in the log before any of them is worked on.
struct SendTogether {
  std::vector<Send> sends;
};

struct CheckBalance {
  std::string account;
  std::optional<Standing> expected;
  Place place;
};

// On which partition does the account lie?
struct CheckPartition {
  std::string account;
  std::optional<std::int32_t> expected;
  Place place;
};

using Step = std::variant<SendTogether, CheckBalance, CheckPartition>;

struct Story {
  std::int32_t partitions = 4;
  std::vector<Step> steps;
};

}  // namespace paylog::story
