#include "paylog/ledger/core/invariants.h"

#include <algorithm>

namespace paylog::ledger {
namespace {

std::optional<std::string> FirstNonZero(const std::map<std::string, base::Int128>& sums) {
  for (const auto& [currency, sum] : sums) {
    if (sum != 0) {
      return "debits and credits differ by " + base::ToString(sum) + ' ' + currency;
    }
  }
  return std::nullopt;
}

// Does the kind of event change its command's own account in place?
bool ChangesOwnAccount(const model::EventBody& body) {
  return std::holds_alternative<model::AccountUpdated>(body) ||
         std::holds_alternative<model::AccountFrozen>(body) ||
         std::holds_alternative<model::AccountUnfrozen>(body) ||
         std::holds_alternative<model::AccountClosed>(body) ||
         std::holds_alternative<model::AccountReopened>(body) ||
         std::holds_alternative<model::TransferSent>(body) ||
         std::holds_alternative<model::TransferReturned>(body);
}

bool Posts(const model::EventBody& body) {
  return std::visit(
      [](const auto& event) {
        return requires {
          event.entries;
        };
      },
      body);
}

}  // namespace

std::optional<std::string> FindImbalance(const model::Event& event) {
  const std::vector<model::Entry>& entries = EntriesOf(event.body);
  const auto same_currency = [&entries](const model::Entry& entry) {
    return entry.amount.currency == entries.front().amount.currency;
  };
  if (std::all_of(entries.begin(), entries.end(), same_currency)) {  // As nearly always.
    base::Int128 sum = 0;
    for (const model::Entry& entry : entries) {
      sum += entry.amount.minor;
    }
    if (sum == 0) {
      return std::nullopt;
    }
  }
  std::map<std::string, base::Int128> sums;
  for (const model::Entry& entry : entries) {
    sums[std::string(entry.amount.currency.code())] += entry.amount.minor;
  }
  return FirstNonZero(sums);
}

std::optional<std::string> FindPartitionImbalance(const State& state) {
  std::map<std::string, base::Int128> sums;
  for (const model::Account* account : state.SortedAccounts()) {
    sums[std::string(account->currency.code())] += account->posted;
  }
  return FirstNonZero(sums);
}

std::optional<std::string> FindMisfit(const State& state, const model::Event& event) {
  const auto own = [&event] { return "account " + event.command.account.ToString(); };
  const bool exists = state.Find(event.command.account) != nullptr;
  if (exists && std::holds_alternative<model::AccountOpened>(event.body)) {
    return own() + " is open already";
  }
  if (!exists && ChangesOwnAccount(event.body)) {
    return own() + " does not exist";
  }
  const std::vector<model::Entry>& entries = EntriesOf(event.body);
  if (Posts(event.body) && entries.size() < 2) {
    return "the event has " + std::to_string(entries.size()) + " entries";
  }
  for (const model::Entry& entry : entries) {
    const model::Account* const account = state.Find(entry.account);
    if (account == nullptr && !entry.account.is_system()) {
      return "account " + entry.account.ToString() + " does not exist";
    }
    if (account != nullptr && account->currency != entry.amount.currency) {
      return "account " + entry.account.ToString() + " has another currency";
    }
  }
  return std::nullopt;
}

std::optional<std::string> FindOverdraw(const State& state, const model::Event& event) {
  for (const model::Entry& entry : EntriesOf(event.body)) {
    if (entry.account.is_system() || entry.amount.minor >= 0) {
      continue;
    }
    const model::Account* const account = state.Find(entry.account);
    if (account == nullptr) {
      return "debited account " + entry.account.ToString() + " does not exist";
    }
    if (account->available() < 0) {
      return "account " + entry.account.ToString() + " has an available balance of " +
             base::ToString(account->available());
    }
  }
  return std::nullopt;
}

std::optional<std::string> FindContinuityFault(const State& state,
                                               const model::EventHeader& header) {
  const Progress& progress = state.progress();
  if (header.position.partition != state.partition()) {
    return "the event belongs to partition " + std::to_string(header.position.partition.value());
  }
  if (header.position.sequence != progress.last_sequence.Next()) {
    return "sequence number " + std::to_string(header.position.sequence.value()) + " follows " +
           std::to_string(progress.last_sequence.value());
  }
  if (header.prev_hash != progress.last_hash) {
    return "prev_hash is " + header.prev_hash.ToHex() + ", the record before has " +
           progress.last_hash.ToHex();
  }
  const bool first_of_input = header.index == 0;
  if (first_of_input ? header.inbox_offset <= progress.last_inbox_offset
                     : header.inbox_offset != progress.last_inbox_offset) {
    return "inbox offset " + std::to_string(header.inbox_offset.value()) + " follows " +
           std::to_string(progress.last_inbox_offset.value());
  }
  const std::int32_t left_after = header.count - header.index - 1;
  const bool in_order =
      first_of_input ? progress.events_left == 0 : left_after == progress.events_left - 1;
  if (header.index < 0 || left_after < 0 || !in_order) {
    return "it is event " + std::to_string(header.index) + " of " + std::to_string(header.count) +
           ", with " + std::to_string(progress.events_left) + " of the record before still to come";
  }
  if (header.time < progress.time) {
    return "ledger time goes back";
  }
  return std::nullopt;
}

std::map<std::string, base::Int128> TransitByCurrency(const State& state) {
  std::map<std::string, base::Int128> sums;
  for (const model::Account* account : state.SortedAccounts()) {
    if (account->id.is_transit()) {
      sums[std::string(account->currency.code())] += account->posted;
    }
  }
  return sums;
}

}  // namespace paylog::ledger
