#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "paylog/log_sim/faults.h"
#include "paylog/simulation/scenario.h"

namespace paylog::simulation {

// Decides by seed, name and number of the opportunity alone, so that leaving a fault out does not
// move the choices of the others. Remembers what happened, for a scenario that lists it.
class FaultPlan final : public log_sim::FaultSource {
 public:
  explicit FaultPlan(const Scenario& scenario);

  bool Happens(std::string_view fault) override;
  std::uint64_t Choose(std::uint64_t bound) override;

  // From now on nothing happens.
  void Heal() { healed_ = true; }

  [[nodiscard]] const std::vector<FaultAt>& happened() const { return happened_; }
  [[nodiscard]] bool has_happened(std::string_view fault) const;

 private:
  struct Kind {
    std::uint64_t stream = 0;
    std::uint64_t chance = 0;  // Of 10,000.
    std::set<std::int64_t> listed;
    std::int64_t opportunities = 0;
  };

  std::map<std::string_view, Kind> kinds_;
  bool listed_only_ = false;
  bool healed_ = false;
  std::uint64_t detail_ = 0;  // Where Choose goes on.
  std::vector<FaultAt> happened_;
};

}  // namespace paylog::simulation
