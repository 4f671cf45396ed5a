#include "paylog/validator/core/verdict.h"

#include <string>
#include <utility>

#include "paylog/base/murmur2.h"

namespace paylog::validator {
namespace {

using model::ResultCode;

constexpr std::string_view kRemedy =
    "; set partitioner=murmur2_random in librdkafka-based producers";
constexpr std::size_t kShownKeyBytesMax = 60;

// A key is any bytes; what is shown of it is short and printable.
std::string Shown(std::string_view key) {
  std::string shown(key.substr(0, kShownKeyBytesMax));
  for (char& c : shown) {
    if (c < ' ' || c > '~') {
      c = '?';
    }
  }
  return shown.size() < key.size() ? shown + "..." : shown;
}

struct Problem {
  ResultCode code = ResultCode::kOk;
  std::string message;
};

// kOk where the record lies where its account's records belong.
Problem CheckKey(const model::AccountId& account, const RecordFacts& facts) {
  if (!facts.key) {
    return {
        .code = ResultCode::kKeyMissing,
        .message = "the record has no key; it must be the account, '" + account.ToString() + "'"};
  }
  if (*facts.key != account.value()) {
    return {.code = ResultCode::kKeyNotAccount,
            .message = "the record's key is '" + Shown(*facts.key) +
                       "'; it must be the account, '" + account.ToString() + "'"};
  }
  const base::PartitionId expected = base::PartitionOf(*facts.key, facts.partition_count);
  if (expected != facts.partition) {
    return {.code = ResultCode::kWrongPartition,
            .message = "key '" + account.ToString() + "' belongs on partition " +
                       std::to_string(expected.value()) + " of " +
                       std::to_string(facts.partition_count) + " (murmur2), the record is on " +
                       std::to_string(facts.partition.value()) + std::string(kRemedy)};
  }
  return {};
}

Refused Refuse(const model::CommandId& id, const model::AccountId& account,
               std::optional<model::CommandType> type, model::Refusal refusal) {
  return {.result = {.command_id = id,
                     .account = account,
                     .type = type,
                     .status = model::ResultStatus::kRefused,
                     .code = refusal.code,
                     .duplicate = false,
                     .position = std::nullopt,
                     .balances = {},
                     .reopened_account = std::nullopt,
                     .path = std::move(refusal.path),
                     .message = std::move(refusal.message)}};
}

}  // namespace

Verdict Decide(const model::DecodedCommand& decoded, const RecordFacts& facts) {
  if (const auto* const unreadable = std::get_if<model::UnreadableCommand>(&decoded)) {
    return DeadLetter{.reason = unreadable->refusal};
  }
  if (const auto* const refused = std::get_if<model::RefusedCommand>(&decoded)) {
    return Refuse(refused->id, refused->account, refused->type, refused->refusal);
  }
  const auto& command = std::get<model::Command>(decoded);
  Problem problem = CheckKey(command.account, facts);
  if (problem.code != ResultCode::kOk) {
    // The record is at fault, not a place in the body.
    return Refuse(command.id, command.account, command.type(),
                  {.code = problem.code, .path = "", .message = std::move(problem.message)});
  }
  return Accepted{.account = command.account};
}

}  // namespace paylog::validator
