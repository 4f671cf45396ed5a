#include "log_contract.h"
#include "paylog/base/clock.h"
#include "paylog/log_sim/sim_log.h"

namespace paylog::contract {
namespace {

// Without faults, in real time: what outlives a reopening is the broker.
class SimFixture final : public LogFixture {
 public:
  log::Log& log() override { return *log_; }
  void Reopen() override {
    log_.reset();
    log_.emplace(broker_);
  }

 private:
  const base::SystemClock clock_;
  log_sim::Broker broker_{{.clock = &clock_}};
  std::optional<log_sim::SimLog> log_{std::in_place, broker_};
};

auto Simulated() {
  return testing::Values(
      Adapter{.name = "Simulated", .make = [] { return std::make_unique<SimFixture>(); }});
}

PAYLOG_INSTANTIATE_CONTRACT(Simulated());

}  // namespace
}  // namespace paylog::contract
