#include "paylog/simulation/published_balances.h"

#include <exception>

namespace paylog::simulation {
namespace {

Json RecordOf(const std::string& name, const ModelAccount& account, const Json& position) {
  if (name.starts_with('$')) {
    return {{"v", 1},
            {"account", name},
            {"currency", account.currency},
            {"posted", base::ToString(account.posted)},
            {"position", position}};
  }
  const auto posted = static_cast<std::int64_t>(account.posted);
  Json record = {{"v", 1},
                 {"account", name},
                 {"currency", account.currency},
                 {"status", account.closed ? "closed" : "open"},
                 {"posted", posted},
                 {"held", 0},
                 {"available", posted + account.overdraft_limit - account.min_balance},
                 {"overdraft_limit", account.overdraft_limit},
                 {"min_balance", account.min_balance},
                 {"max_balance", account.max_balance},
                 {"debits_frozen", account.debits_frozen},
                 {"credits_frozen", account.credits_frozen},
                 {"position", position}};
  if (account.debits_frozen || account.credits_frozen) {
    record["freeze_reason"] = account.freeze_reason;
  }
  return record;
}

}  // namespace

void PublishedBalances::Remember(std::int32_t partition, std::int64_t sequence,
                                 const std::vector<Json>& events, const std::string& account,
                                 const Model& model) {
  std::map<std::string, std::int64_t> changed;
  for (const Json& event : events) {
    if (event.at("type").get<std::string>().starts_with("account_")) {
      changed[account] = sequence;
    }
    for (const Json& entry : event.value("entries", Json::array())) {
      changed[entry.at("account").get<std::string>()] = sequence;
    }
    ++sequence;
  }
  for (const auto& [name, last] : changed) {
    behind_[{partition, name}].emplace(last, model.accounts().at(name));
  }
}

// `last` has what was published before: an older state behind a newer one would mislead a cache.
std::string PublishedBalances::WhyWrong(std::int32_t partition, const log::StoredRecord& record,
                                        std::map<std::string, std::int64_t>& last) const {
  const Json balance = Json::parse(record.value);
  const std::string name = balance.at("account");
  const auto sequence = balance.at("position").at("sequence").get<std::int64_t>();
  const auto account = behind_.find({partition, name});
  if (account == behind_.end() || !account->second.contains(sequence)) {
    return "no event changed " + name + " there";
  }
  const Json expected = RecordOf(name, account->second.at(sequence),
                                 {{"partition", partition}, {"sequence", sequence}});
  // As text, since a fraction may equal a whole number.
  if (balance.dump() != expected.dump()) {
    return balance.dump() + ", not " + expected.dump();
  }
  std::int64_t& before = last[name];
  const bool older = sequence < before;  // The same again is what a new owner publishes.
  before = sequence;
  return older ? "a newer one was published before" : "";
}

std::vector<Violation> PublishedBalances::Check(const History& history) const {
  std::vector<Violation> violations;
  for (std::int32_t p = 0; p < history.partition_count; ++p) {
    std::map<std::string, std::int64_t> last;
    const log::TopicPartition at{.topic = "ledger.balances", .partition = base::PartitionId(p)};
    for (const log::StoredRecord& record : history.log.at(at)) {
      std::string why;
      try {
        why = WhyWrong(p, record, last);
      } catch (const std::exception& thrown) {  // As the JSON library tells what it cannot read.
        why = thrown.what();
      }
      if (!why.empty()) {
        violations.push_back({.check = "published-balance",
                              .what = at.ToString() + " offset " +
                                      std::to_string(record.offset.value()) + ": " + why});
      }
    }
  }
  return violations;
}

}  // namespace paylog::simulation
