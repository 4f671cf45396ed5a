#pragma once

#include <map>
#include <memory>
#include <vector>

#include "paylog/log_sim/sim_log.h"
#include "paylog/simulation/history.h"
#include "paylog/simulation/random.h"
#include "paylog/simulation/scenario.h"

namespace paylog::simulation {

// Whoever reads what paylog publishes, while it does, and remembers all that was ever visible.
class Observer {
 public:
  Observer(log_sim::Broker& broker, const Scenario& scenario);

  // Reads on in one partition.
  void Look(Step now);

  [[nodiscard]] const std::vector<Observation>& seen() const { return seen_; }

 private:
  log_sim::SimLog log_;
  Random random_;
  std::vector<log::TopicPartition> watched_;
  std::map<log::TopicPartition, std::unique_ptr<log::Reader>> readers_;
  std::vector<Observation> seen_;
};

}  // namespace paylog::simulation
