#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "paylog/log_sim/sim_log.h"
#include "paylog/simulation/history.h"
#include "paylog/simulation/trace.h"
#include "paylog/simulation/workload.h"

namespace paylog::simulation {

// The systems that produce payments: they send in small batches, and what was not acknowledged they
// send again under the same command id, until it is.
class Upstream {
 public:
  Upstream(log_sim::Broker& broker, const Scenario& scenario, Trace& trace);

  // Sends a few records.
  void Send(Step now);

  // All is acknowledged.
  [[nodiscard]] bool done() const { return !next_ && again_.empty(); }
  [[nodiscard]] const std::vector<Submission>& submissions() const { return submissions_; }

 private:
  Draft Take();

  log_sim::SimLog log_;
  Trace& trace_;
  Random random_;
  Workload workload_;
  std::optional<Draft> next_;
  std::deque<Draft> again_;
  std::unique_ptr<log::Producer> producer_;
  std::vector<Submission> submissions_;
};

}  // namespace paylog::simulation
