#include "paylog/simulation/model.h"

#include "paylog/base/murmur2.h"

namespace paylog::simulation {
namespace {

constexpr std::int64_t kMax = 9'007'199'254'740'991;  // 2^53 - 1

std::int64_t Number(const Json& record, const char* field, std::int64_t otherwise) {
  return record.contains(field) ? record.at(field).get<std::int64_t>() : otherwise;
}

std::string Text(const Json& record, const char* field) {
  return record.at(field).get<std::string>();
}

void CopyReference(const Json& from, Json& to) {
  if (from.contains("reference")) {
    to["reference"] = from.at("reference");
  }
}

}  // namespace

Expected Model::Take(const Json& record, bool is_message, const std::string& body_sha256,
                     std::int64_t sequence) {
  sequence_ = sequence;
  const std::string type = Text(record, "type");
  if (!is_message) {
    command_ = {.account = Text(record, type == "transfer" ? "debtor_account" : "account"),
                .id = Text(record, "command_id"),
                .type = type,
                .body_sha256 = body_sha256};
    return TakeCommand(record);
  }
  command_ = {.account = Text(record, "account"),
              .id = Text(record, "command_id"),
              .type = Text(record, "command_type"),
              .body_sha256 = Text(record, "body_sha256")};
  if (type == "credit") {
    return TakeCredit(record);
  }
  if (type == "return") {
    return TakeReturn(record);
  }
  return Repeat(known_.at({command_.account, command_.id}));
}

Expected Model::TakeCommand(const Json& command) {
  const auto known = known_.find({command_.account, command_.id});
  if (known != known_.end()) {
    return known->second.body_sha256 == command_.body_sha256 ? Repeat(known->second)
                                                             : Reject("idempotency_conflict");
  }
  if (command_.type == "open_account") {
    return Open(command);
  }
  if (command_.type == "transfer") {
    return Transfer(command);
  }
  if (command_.type == "deposit" || command_.type == "withdraw") {
    const bool in = command_.type == "deposit";
    const std::string code = in ? WhyNotCredit(command_.account, command, /*own=*/true)
                                : WhyNotDebit(command_.account, command);
    if (!code.empty()) {
      return Reject(code);
    }
    const std::string external = "$external:" + Text(command, "currency");
    Json event = {{"type", "payment_posted"},
                  {"entries", in ? Move(external, command_.account, command)
                                 : Move(command_.account, external, command)}};
    CopyReference(command, event);
    return Complete(std::move(event), OwnBalance());
  }
  ModelAccount* const own = Find(command_.account);
  if (own == nullptr) {
    return Reject("account_not_found");
  }
  return own->closed ? Reject("account_closed") : ChangeOwn(command, *own);
}

Expected Model::Open(const Json& command) {
  if (Find(command_.account) != nullptr) {
    return Reject("account_exists");
  }
  const ModelAccount opened{.currency = Text(command, "currency"),
                            .overdraft_limit = Number(command, "overdraft_limit", 0),
                            .min_balance = Number(command, "min_balance", 0),
                            .max_balance = Number(command, "max_balance", kMax)};
  accounts_.emplace(command_.account, opened);
  return Complete({{"type", "account_opened"},
                   {"currency", opened.currency},
                   {"overdraft_limit", opened.overdraft_limit},
                   {"min_balance", opened.min_balance},
                   {"max_balance", opened.max_balance}},
                  OwnBalance());
}

Expected Model::ChangeOwn(const Json& command, ModelAccount& own) {
  if (command_.type == "update_account") {
    return Update(command, own);
  }
  if (command_.type == "close_account") {
    if (own.posted != 0) {
      return Reject("balance_not_zero");
    }
    own.closed = true;
    return Complete(Json::object({{"type", "account_closed"}}), OwnBalance());
  }
  const bool freeze = command_.type == "freeze_account";
  const std::string scope = Text(command, "scope");
  if (freeze) {
    own.freeze_reason = Text(command, "reason");
  }
  if (scope != "credits") {
    own.debits_frozen = freeze;
  }
  if (scope != "debits") {
    own.credits_frozen = freeze;
  }
  return Complete({{"type", freeze ? "account_frozen" : "account_unfrozen"},
                   {"scope", scope},
                   {"reason", command.at("reason")}},
                  OwnBalance());
}

Expected Model::Update(const Json& command, ModelAccount& own) {
  const std::int64_t overdraft_limit = Number(command, "overdraft_limit", own.overdraft_limit);
  const std::int64_t min_balance = Number(command, "min_balance", own.min_balance);
  if (overdraft_limit > 0 && min_balance > 0) {
    return Reject("conflicting_limits");
  }
  own.overdraft_limit = overdraft_limit;
  own.min_balance = min_balance;
  own.max_balance = Number(command, "max_balance", own.max_balance);
  return Complete({{"type", "account_updated"},
                   {"overdraft_limit", own.overdraft_limit},
                   {"min_balance", own.min_balance},
                   {"max_balance", own.max_balance}},
                  OwnBalance());
}

Expected Model::Transfer(const Json& command) {
  const std::string creditor = Text(command, "creditor_account");
  if (const std::string code = WhyNotDebit(command_.account, command); !code.empty()) {
    return Reject(code);
  }
  if (const std::int32_t to = PartitionOf(creditor); to != partition_) {
    return Send(command, to);
  }
  if (const std::string code = WhyNotCredit(creditor, command, /*own=*/false); !code.empty()) {
    return Reject(code);
  }
  Json event = {{"type", "payment_posted"}, {"entries", Move(command_.account, creditor, command)}};
  CopyReference(command, event);
  return Complete(std::move(event), {BalanceOf(command_.account), BalanceOf(creditor)});
}

Expected Model::Send(const Json& transfer, std::int32_t to) {
  const std::string creditor = Text(transfer, "creditor_account");
  Json event = {
      {"type", "transfer_sent"},
      {"entries", Move(command_.account, "$transit:" + Text(transfer, "currency"), transfer)},
      {"creditor_account", creditor},
      {"to_partition", to}};
  CopyReference(transfer, event);
  Json message = {{"type", "credit"},
                  {"account", command_.account},
                  {"command_id", command_.id},
                  {"command_type", command_.type},
                  {"body_sha256", command_.body_sha256},
                  {"creditor_account", creditor},
                  {"amount", transfer.at("amount")},
                  {"currency", transfer.at("currency")},
                  {"sent", Position()},
                  {"debtor_balance", BalanceOf(command_.account)}};
  CopyReference(transfer, message);
  known_[{command_.account, command_.id}] = {.body_sha256 = command_.body_sha256,
                                             .final = false,
                                             .outcome = {},
                                             .other_account = creditor,
                                             .other_partition = to};
  return {.events = {event}, .result = {}, .message = message, .recipient = creditor};
}

Expected Model::TakeCredit(const Json& credit) {
  const std::string creditor = Text(credit, "creditor_account");
  const std::string code = WhyNotCredit(creditor, credit, /*own=*/false);
  if (code.empty()) {
    Json event = {{"type", "transfer_credited"},
                  {"entries", Move("$transit:" + Text(credit, "currency"), creditor, credit)},
                  {"sent", credit.at("sent")},
                  {"debtor_balance", credit.at("debtor_balance")}};
    CopyReference(credit, event);
    return Complete(std::move(event), {credit.at("debtor_balance"), BalanceOf(creditor)});
  }
  const Json event = {{"type", "transfer_refused"},    {"code", code},
                      {"sent", credit.at("sent")},     {"creditor_account", creditor},
                      {"amount", credit.at("amount")}, {"currency", credit.at("currency")}};
  Json message = event;
  message.update({{"type", "return"},
                  {"account", command_.account},
                  {"command_id", command_.id},
                  {"command_type", command_.type},
                  {"body_sha256", command_.body_sha256},
                  {"refused", Position()}});
  known_[{command_.account, command_.id}] = {
      .body_sha256 = command_.body_sha256,
      .final = false,
      .outcome = {},
      .other_account = command_.account,
      .other_partition = credit.at("sent").at("partition").get<std::int32_t>()};
  return {.events = {event}, .result = {}, .message = message, .recipient = command_.account};
}

// Never refused: freezes and limits do not apply, and a closed account is opened again.
Expected Model::TakeReturn(const Json& returned) {
  Expected expected;
  ModelAccount& debtor = accounts_.at(command_.account);
  const bool reopened = debtor.closed;
  if (reopened) {
    expected.events.push_back(Json::object({{"type", "account_reopened"}}));
    debtor.closed = false;
    ++sequence_;
  }
  expected.events.push_back(
      {{"type", "transfer_returned"},
       {"entries", Move("$transit:" + Text(returned, "currency"), command_.account, returned)},
       {"code", returned.at("code")},
       {"sent", returned.at("sent")},
       {"refused", returned.at("refused")},
       {"reopened", reopened}});
  Json outcome = {{"status", "rejected"},
                  {"code", returned.at("code")},
                  {"position", Position()},
                  {"balances", OwnBalance()}};
  if (reopened) {
    outcome["reopened_account"] = command_.account;
  }
  known_[{command_.account, command_.id}] = {.body_sha256 = command_.body_sha256,
                                             .final = true,
                                             .outcome = outcome,
                                             .other_account = "",
                                             .other_partition = 0};
  outcome.update({{"command_id", command_.id},
                  {"account", command_.account},
                  {"type", command_.type},
                  {"duplicate", false}});
  expected.result = outcome;
  return expected;
}

// The first outcome again, or the question is passed on to where the answer is.
Expected Model::Repeat(const Known& known) {
  if (known.final) {
    Json result = known.outcome;
    result.update({{"command_id", command_.id},
                   {"account", command_.account},
                   {"type", command_.type},
                   {"duplicate", true}});
    const Json event = {{"type", "command_repeated"}, {"outcome", known.outcome}};
    return {.events = {event}, .result = result, .message = {}, .recipient = {}};
  }
  const Json event = {{"type", "repeat_forwarded"},
                      {"to_account", known.other_account},
                      {"to_partition", known.other_partition}};
  const Json message = {{"type", "repeat"},
                        {"account", command_.account},
                        {"command_id", command_.id},
                        {"command_type", command_.type},
                        {"body_sha256", command_.body_sha256},
                        {"to_account", known.other_account},
                        {"forwarded", Position()}};
  return {.events = {event}, .result = {}, .message = message, .recipient = known.other_account};
}

Expected Model::Reject(const std::string& code) {
  const Json event = {{"type", "command_rejected"}, {"code", code}};
  return {.events = {event},
          .result = Finish("rejected", code, OwnBalance(), Position()),
          .message = {},
          .recipient = {}};
}

Expected Model::Complete(Json event, Json balances) {
  return {.events = {std::move(event)},
          .result = Finish("completed", "ok", std::move(balances), Position()),
          .message = {},
          .recipient = {}};
}

// The result; and the outcome is remembered, unless the id has one already.
Json Model::Finish(const std::string& status, const std::string& code, Json balances,
                   Json position) {
  Json result = {{"status", status},
                 {"code", code},
                 {"position", std::move(position)},
                 {"balances", std::move(balances)}};
  if (code != "idempotency_conflict") {
    known_[{command_.account, command_.id}] = {.body_sha256 = command_.body_sha256,
                                               .final = true,
                                               .outcome = result,
                                               .other_account = "",
                                               .other_partition = 0};
  }
  result.update({{"command_id", command_.id},
                 {"account", command_.account},
                 {"type", command_.type},
                 {"duplicate", false}});
  return result;
}

std::string Model::WhyNotDebit(const std::string& account, const Json& amount) const {
  const ModelAccount* const found = Find(account);
  if (found == nullptr) {
    return "account_not_found";
  }
  if (found->closed) {
    return "account_closed";
  }
  if (found->debits_frozen) {
    return "debits_frozen";
  }
  if (found->currency != Text(amount, "currency")) {
    return "currency_mismatch";
  }
  const base::Int128 left = found->posted + found->overdraft_limit - found->min_balance -
                            amount.at("amount").get<std::int64_t>();
  return left < 0 ? "insufficient_funds" : "";
}

std::string Model::WhyNotCredit(const std::string& account, const Json& amount, bool own) const {
  const ModelAccount* const found = Find(account);
  const std::string creditor = own ? "" : "creditor_";
  if (found == nullptr) {
    return own ? "account_not_found" : "creditor_not_found";
  }
  if (found->closed) {
    return own ? "account_closed" : "creditor_closed";
  }
  if (found->credits_frozen) {
    return creditor + "credits_frozen";
  }
  if (found->currency != Text(amount, "currency")) {
    return creditor + "currency_mismatch";
  }
  const base::Int128 after = found->posted + amount.at("amount").get<std::int64_t>();
  if (found->max_balance < kMax && after > found->max_balance) {
    return creditor + "balance_limit_exceeded";
  }
  return after > kMax ? creditor + "balance_overflow" : "";
}

Json Model::Move(const std::string& from, const std::string& to, const Json& amount) {
  const auto minor = amount.at("amount").get<std::int64_t>();
  for (const std::string& account : {from, to}) {
    if (account.starts_with('$')) {
      accounts_.try_emplace(account).first->second.currency = amount.at("currency");
    }
  }
  accounts_.at(from).posted -= minor;
  accounts_.at(to).posted += minor;
  return {{{"account", from}, {"currency", amount.at("currency")}, {"amount", -minor}},
          {{"account", to}, {"currency", amount.at("currency")}, {"amount", minor}}};
}

Json Model::BalanceOf(const std::string& account) const {
  const ModelAccount& found = accounts_.at(account);
  const auto posted = static_cast<std::int64_t>(found.posted);
  return {{"account", account},
          {"currency", found.currency},
          {"posted", posted},
          {"held", 0},
          {"available", posted + found.overdraft_limit - found.min_balance}};
}

Json Model::OwnBalance() const {
  return Find(command_.account) != nullptr ? Json::array({BalanceOf(command_.account)})
                                           : Json::array();
}

Json Model::Position() const {
  return {{"partition", partition_}, {"sequence", sequence_}};
}

std::int32_t Model::PartitionOf(const std::string& account) const {
  return base::PartitionOf(account, partition_count_).value();
}

ModelAccount* Model::Find(const std::string& account) {
  const auto found = accounts_.find(account);
  return found != accounts_.end() ? &found->second : nullptr;
}

const ModelAccount* Model::Find(const std::string& account) const {
  const auto found = accounts_.find(account);
  return found != accounts_.end() ? &found->second : nullptr;
}

}  // namespace paylog::simulation
