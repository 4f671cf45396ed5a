#include "paylog/simulation/workload.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include "paylog/base/limits.h"
#include "paylog/base/murmur2.h"

namespace paylog::simulation {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kZipf = 0.99;
constexpr double kReachOfFirst = 1e9;
constexpr std::array<std::int64_t, 8> kAmounts = {1, 2, 5, 10, 10, 50, 100, 1'000};
constexpr std::array kCurrencies = {"EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "USD"};
constexpr std::array kScopes = {"debits", "credits", "both"};

// Bodies that no codec should take, or that it should and no ledger.
constexpr std::array kPoison = {
    "",
    "null",
    "[]",
    "{",
    "{\"type\":\"deposit\"}",
    "{\"type\":\"deposit\",\"command_id\":\"p-1\",\"account\":\"a-0\"",
    "\xff\xfe not UTF-8",
    "{\"type\":\"mint\",\"command_id\":\"p-2\",\"account\":\"a-0\"}",
    "{\"type\":\"deposit\",\"command_id\":\"p-3\",\"account\":\"a-0\",\"amount\":1.5,\"currency\":"
    "\"EUR\"}",
    "{\"type\":\"deposit\",\"command_id\":\"p-4\",\"account\":\"a-0\",\"amount\":0,\"currency\":"
    "\"EUR\"}",
    "{\"type\":\"deposit\",\"command_id\":\"p-5\",\"account\":\"a-0\",\"amount\":1,\"currency\":"
    "\"EUX\"}",
    "{\"type\":\"deposit\",\"command_id\":\"p-6\",\"account\":\"a-0\",\"amount\":1,\"amount\":1,"
    "\"currency\":\"EUR\"}",
    "{\"type\":\"deposit\",\"command_id\":\"p-7\",\"account\":\"a-0\",\"amount\":9007199254740992,"
    "\"currency\":\"EUR\"}",
    "{\"type\":\"transfer\",\"command_id\":\"p-8\",\"debtor_account\":\"a-0\",\"creditor_account\":"
    "\"a-0\",\"amount\":1,\"currency\":\"EUR\"}",
    "{\"type\":\"close_account\",\"command_id\":\"p-9\",\"account\":\"a-0\",\"colour\":\"red\"}",
    "{\"type\":\"close_account\",\"command_id\":\"p 10\",\"account\":\"a-0\"}",
    "{\"type\":\"close_account\",\"command_id\":\"p-11\",\"account\":\"$external:EUR\"}",
    "{\"type\":\"update_account\",\"command_id\":\"p-12\",\"account\":\"a-0\"}",
    "{\"type\":\"open_account\",\"command_id\":\"p-13\",\"account\":\"a-0\"}",
    "{\"type\":\"open_account\",\"command_id\":\"p-14\",\"account\":\"a-0\",\"currency\":7}",
    "{\"type\":\"open_account\",\"command_id\":\"p-15\",\"account\":\"a-0\",\"currency\":\"EUR\","
    "\"overdraft_limit\":5,\"min_balance\":5}",
    "{\"type\":\"freeze_account\",\"command_id\":\"p-16\",\"account\":\"a-0\",\"scope\":\"all\","
    "\"reason\":\"r\"}",
    "{\"type\":\"transfer\",\"command_id\":\"p-17\",\"debtor_account\":\"a-0\","
    "\"creditor_account\":\"$transit:EUR\",\"amount\":1,\"currency\":\"EUR\"}",
    "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{"
    "\"a\":{\"a\":"
    "{\"a\":{\"a\":1}}}}}}}}}}}}}}}}}",
};

Json Command(const char* type, const std::string& id, const std::string& account) {
  return {{"type", type}, {"command_id", id}, {"account", account}};
}

Json Transfer(const std::string& id, const std::string& from, const std::string& to,
              std::int64_t amount, const std::string& currency) {
  return {{"type", "transfer"},     {"command_id", id}, {"debtor_account", from},
          {"creditor_account", to}, {"amount", amount}, {"currency", currency}};
}

// The account whose partition the command belongs on; empty where it names none.
std::string AccountOf(const std::string& body) {
  const Json command = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  for (const char* const field : {"debtor_account", "account"}) {
    if (command.is_object() && command.contains(field) && command[field].is_string()) {
      return command[field].get<std::string>();
    }
  }
  return "";
}

}  // namespace

Workload::Workload(const Scenario& scenario)
    : random_(scenario.seed, "workload"), partitions_(scenario.partitions) {
  if (scenario.commands) {
    for (const std::string& body : *scenario.commands) {
      AddFromUser(body);
    }
  } else {
    Plan(scenario);
  }
}

std::optional<Draft> Workload::Next() {
  return next_ < drafts_.size() ? std::optional(drafts_[next_++]) : std::nullopt;
}

void Workload::Plan(const Scenario& scenario) {
  std::uint64_t reach = 0;
  for (std::int32_t n = 0; n < scenario.accounts; ++n) {
    accounts_.push_back("a-" + std::to_string(n));
    reach += static_cast<std::uint64_t>(kReachOfFirst / std::pow(n + 1, kZipf));
    reach_.push_back(reach);
  }
  for (const std::string& account : accounts_) {
    Json open = Command("open_account", NewId(), account);
    currencies_[account] = kCurrencies.at(random_.Below(kCurrencies.size()));
    open["currency"] = currencies_[account];
    if (random_.Chance(30)) {
      open[random_.Chance(50) ? "overdraft_limit" : "min_balance"] = PickAmount();
    }
    if (random_.Chance(20)) {
      open["max_balance"] = random_.Chance(50) ? 200 : base::kAmountMinorMax;
    }
    Add(account, open.dump());
    Json deposit = Command("deposit", NewId(), account);
    deposit["amount"] = random_.Chance(10) ? base::kAmountMinorMax : PickAmount() * 10;
    deposit["currency"] = open["currency"];
    Add(account, deposit.dump());
  }
  for (std::int32_t n = 0; n < scenario.payments; ++n) {
    AddPayment();
  }
}

void Workload::AddPayment() {
  const std::uint64_t kind = random_.Below(100);
  if (kind < 68) {
    AddMovement();
  } else if (kind < 80) {
    AddAccountChange();
  } else if (kind < 91) {
    AddRepeat();
  } else if (kind < 96) {
    AddClosingInFlight();
  } else {
    AddPoison();
  }
}

void Workload::AddMovement() {
  const std::string account = PickAccount();
  const std::string currency =
      random_.Chance(90) ? currencies_[account] : kCurrencies.at(random_.Below(kCurrencies.size()));
  const std::uint64_t kind = random_.Below(10);
  if (kind < 6) {
    const std::string creditor = random_.Chance(4) ? "nobody" : PickAccount();
    if (creditor != account) {
      Json transfer = Transfer(NewId(), account, creditor, PickAmount(), currency);
      if (random_.Chance(20)) {
        transfer["reference"] = "invoice " + std::to_string(random_.Below(1'000));
      }
      Add(account, transfer.dump());
      return;
    }
  }
  Json movement = Command(kind < 8 ? "deposit" : "withdraw", NewId(), account);
  movement["amount"] = random_.Chance(2) ? base::kAmountMinorMax : PickAmount();
  movement["currency"] = currency;
  if (random_.Chance(10)) {
    movement["metadata"] = {{"shop", "7"}, {"till", std::to_string(random_.Below(9))}};
  }
  Add(account, movement.dump());
}

void Workload::AddAccountChange() {
  const std::string account = PickAccount();
  const std::uint64_t kind = random_.Below(10);
  if (kind < 3) {
    Json update = Command("update_account", NewId(), account);
    static constexpr std::array kLimits = {"overdraft_limit", "min_balance", "max_balance"};
    update[kLimits.at(random_.Below(kLimits.size()))] = random_.Chance(40) ? 0 : PickAmount() * 10;
    Add(account, update.dump());
  } else if (kind < 8) {
    Json freeze =
        Command(random_.Chance(35) ? "freeze_account" : "unfreeze_account", NewId(), account);
    freeze["scope"] = kScopes.at(random_.Below(kScopes.size()));
    freeze["reason"] = "court order";
    Add(account, freeze.dump());
  } else if (kind < 9) {
    Add(account, Command("close_account", NewId(), account).dump());
  } else {
    Json open = Command("open_account", NewId(), account);
    open["currency"] = "EUR";
    Add(account, open.dump());
  }
}

void Workload::AddRepeat() {
  const std::size_t window = std::min<std::size_t>(said_.size(), random_.Chance(70) ? 6 : 1'000);
  const Said before = said_[said_.size() - 1 - static_cast<std::size_t>(random_.Below(window))];
  if (random_.Chance(65)) {
    Add(before.account, before.body);
    return;
  }
  Json other = Json::parse(before.body);
  if (other.contains("amount")) {
    other["amount"] = 1 + other["amount"].get<std::int64_t>() % 1'000;
  } else {
    other["type"] = other["type"] == "close_account" ? "deposit" : "close_account";
    for (const char* const field :
         {"currency", "overdraft_limit", "min_balance", "max_balance", "scope", "reason"}) {
      other.erase(field);
    }
    if (other["type"] == "deposit") {
      other["amount"] = 1;
      other["currency"] = "EUR";
    }
  }
  Add(before.account, other.dump());
}

// Money comes back to an account that was closed meanwhile.
void Workload::AddClosingInFlight() {
  const std::string account = "x-" + std::to_string(next_id_);
  Json open = Command("open_account", NewId(), account);
  open["currency"] = "EUR";
  Add(account, open.dump());
  Json deposit = Command("deposit", NewId(), account);
  deposit["amount"] = 10;
  deposit["currency"] = "EUR";
  Add(account, deposit.dump());
  const std::string creditor = random_.Chance(50) ? "nobody-" + account : PickAccount();
  Add(account, Transfer(NewId(), account, creditor, 10, "EUR").dump());
  Add(account, Command("close_account", NewId(), account).dump());
}

void Workload::AddPoison() {
  Draft draft{.to = {.topic = "payments.commands",
                     .partition = base::PartitionId(static_cast<std::int32_t>(
                         random_.Below(static_cast<std::uint64_t>(partitions_))))},
              .key = PickAccount(),
              .value = kPoison.at(random_.Below(kPoison.size()))};
  switch (random_.Below(4)) {
    case 0:
      if (random_.Chance(50)) {
        draft.value = said_[random_.Below(said_.size())].body;
      }
      draft.key.reset();
      break;
    case 1:  // A good command with a strange key, or on a strange partition.
      draft.value = said_[random_.Below(said_.size())].body;
      break;
    case 2:
      draft.to.partition = base::PartitionOf(*draft.key, partitions_);
      break;
    default:
      AddOversize(draft);
      break;
  }
  drafts_.push_back(std::move(draft));
}

// Sometimes a body that is too large, or metadata that is.
void Workload::AddOversize(Draft& draft) {
  if (random_.Chance(10)) {
    draft.value = std::string(base::kBodyBytesMax + 1, ' ');
  } else if (random_.Chance(10)) {
    Json deposit = Command("deposit", NewId(), *draft.key);
    deposit["amount"] = 1;
    deposit["currency"] = "EUR";
    deposit["metadata"] = {{"note", std::string(501, 'x')}};
    draft.value = deposit.dump();
    draft.to.partition = base::PartitionOf(*draft.key, partitions_);
  }
}

void Workload::Add(const std::string& account, const std::string& body) {
  said_.push_back({.account = account, .body = body});
  drafts_.push_back(
      {.to = {.topic = "payments.commands", .partition = base::PartitionOf(account, partitions_)},
       .key = account,
       .value = body});
}

void Workload::AddFromUser(const std::string& body) {
  const std::string account = AccountOf(body);
  Add(account, body);
}

const std::string& Workload::PickAccount() {
  const std::uint64_t point = random_.Below(reach_.back());
  const auto found = std::upper_bound(reach_.begin(), reach_.end(), point);
  return accounts_.at(static_cast<std::size_t>(found - reach_.begin()));
}

std::int64_t Workload::PickAmount() {
  return kAmounts.at(random_.Below(kAmounts.size()));
}

}  // namespace paylog::simulation
