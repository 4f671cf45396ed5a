#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "paylog/log/record.h"
#include "paylog/simulation/random.h"
#include "paylog/simulation/scenario.h"

namespace paylog::simulation {

// A record for payments.commands.
struct Draft {
  log::TopicPartition to;
  std::optional<std::string> key;
  std::string value;
};

// What upstream systems ask for: every command; hot accounts (Zipf, 0.99); amounts few enough that
// limits are met exactly, and some near the maximum; accounts that are closed while their money is
// on its way; repeats with the same and with another body; and what is not a command at all.
class Workload {
 public:
  explicit Workload(const Scenario& scenario);

  // The next one; nullopt when all were made.
  std::optional<Draft> Next();

 private:
  void Plan(const Scenario& scenario);
  void Add(const std::string& account, const std::string& body);
  void AddPayment();
  void AddMovement();
  void AddAccountChange();
  void AddRepeat();
  void AddClosingInFlight();
  void AddPoison();
  void AddOversize(Draft& draft);
  void AddFromUser(const std::string& body);
  std::string NewId() { return "c-" + std::to_string(next_id_++); }
  const std::string& PickAccount();
  std::int64_t PickAmount();

  struct Said {
    std::string account;
    std::string body;
  };

  Random random_;
  std::int32_t partitions_;
  std::int64_t next_id_ = 1;
  std::vector<std::string> accounts_;
  std::map<std::string, std::string> currencies_;
  std::vector<std::uint64_t> reach_;  // Of each account, cumulative: how often it is picked.
  std::vector<Said> said_;
  std::vector<Draft> drafts_;
  std::size_t next_ = 0;
};

}  // namespace paylog::simulation
