#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "paylog/simulation/history.h"
#include "paylog/simulation/model.h"

namespace paylog::simulation {

// What accounts had behind each event that changed them, and whether ledger.balances tells that.
// The check is called "published-balance".
class PublishedBalances {
 public:
  // Of an inbox record of this partition: `events` is what it led to, the first of them with the
  // number `sequence`; `account` is the command's; the model has taken the record.
  void Remember(std::int32_t partition, std::int64_t sequence, const std::vector<Json>& events,
                const std::string& account, const Model& model);

  [[nodiscard]] std::vector<Violation> Check(const History& history) const;

 private:
  using Place = std::pair<std::int32_t, std::string>;  // Partition and account.

  [[nodiscard]] std::string WhyWrong(std::int32_t partition, const log::StoredRecord& record,
                                     std::map<std::string, std::int64_t>& last) const;

  std::map<Place, std::map<std::int64_t, ModelAccount>> behind_;  // By sequence.
};

}  // namespace paylog::simulation
