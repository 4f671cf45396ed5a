#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "paylog/base/int128.h"

// The bank, as docs/reference describes it, as simply as it can be written: one partition, one
// record after another, no transactions, nothing shared with the ledger. Records are JSON as in
// schemas/, but for "v" and the fields that all events begin with.
namespace paylog::simulation {

using Json = nlohmann::json;

struct ModelAccount {
  std::string currency;
  base::Int128 posted = 0;
  std::int64_t overdraft_limit = 0;
  std::int64_t min_balance = 0;
  std::int64_t max_balance = 0;
  bool debits_frozen = false;
  bool credits_frozen = false;
  bool closed = false;
  std::string freeze_reason;  // Of the last freeze.
};

// What one inbox record must lead to.
struct Expected {
  std::vector<Json> events;     // Each with its "type" and own fields.
  std::optional<Json> result;   // Without "message", a sentence for people.
  std::optional<Json> message;  // To another partition.
  std::string recipient;        // The account that the message goes to.
};

class Model {
 public:
  Model(std::int32_t partition, std::int32_t partition_count)
      : partition_(partition), partition_count_(partition_count) {}

  // A command, or a message where `is_message`; its first event will have the number `sequence`.
  Expected Take(const Json& record, bool is_message, const std::string& body_sha256,
                std::int64_t sequence);

  // System accounts included.
  [[nodiscard]] const std::map<std::string, ModelAccount>& accounts() const { return accounts_; }

 private:
  // What is known of a command.
  // NOLINTNEXTLINE(bugprone-exception-escape): moving a Json throws nothing.
  struct Known {
    std::string body_sha256;
    bool final = false;
    Json outcome;                  // Where it is final.
    std::string other_account;     // Where it is not: who has the answer,
    std::int32_t other_partition;  // and where.
  };
  struct Command {
    std::string account;
    std::string id;
    std::string type;
    std::string body_sha256;
  };

  Expected TakeCommand(const Json& command);
  Expected TakeCredit(const Json& credit);
  Expected TakeReturn(const Json& returned);
  Expected Repeat(const Known& known);
  Expected Reject(const std::string& code);
  Expected Complete(Json event, Json balances);
  Expected Send(const Json& transfer, std::int32_t to);
  Json Finish(const std::string& status, const std::string& code, Json balances, Json position);

  Expected Open(const Json& command);
  Expected ChangeOwn(const Json& command, ModelAccount& own);
  Expected Update(const Json& command, ModelAccount& own);
  Expected Transfer(const Json& command);
  std::string WhyNotDebit(const std::string& account, const Json& amount) const;
  std::string WhyNotCredit(const std::string& account, const Json& amount, bool own) const;
  Json Move(const std::string& from, const std::string& to, const Json& amount);
  [[nodiscard]] Json BalanceOf(const std::string& account) const;
  [[nodiscard]] Json OwnBalance() const;
  [[nodiscard]] Json Position() const;
  [[nodiscard]] std::int32_t PartitionOf(const std::string& account) const;
  ModelAccount* Find(const std::string& account);
  [[nodiscard]] const ModelAccount* Find(const std::string& account) const;

  const std::int32_t partition_;
  const std::int32_t partition_count_;
  std::map<std::string, ModelAccount> accounts_;
  std::map<std::pair<std::string, std::string>, Known> known_;  // By account and command id.
  Command command_;  // The one behind the record that is taken.
  std::int64_t sequence_ = 0;
};

}  // namespace paylog::simulation
