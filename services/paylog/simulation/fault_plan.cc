#include "paylog/simulation/fault_plan.h"

#include <algorithm>
#include <string>

#include "paylog/base/check.h"
#include "paylog/simulation/random.h"

namespace paylog::simulation {
namespace {

constexpr std::uint64_t kChanceOne = 10'000;

}  // namespace

FaultPlan::FaultPlan(const Scenario& scenario) : listed_only_(scenario.faults.has_value()) {
  for (const std::string_view fault : AllFaults()) {
    Kind& kind = kinds_[fault];
    kind.stream = Mix(scenario.seed) ^ HashName(fault);
    if (const auto chance = scenario.chances.find(fault); chance != scenario.chances.end()) {
      kind.chance = static_cast<std::uint64_t>(chance->second);
    }
  }
  for (const FaultAt& fault : scenario.faults.value_or(std::vector<FaultAt>())) {
    kinds_.find(fault.name)->second.listed.insert(fault.opportunity);
  }
}

bool FaultPlan::Happens(std::string_view fault) {
  if (healed_) {
    return false;
  }
  const auto found = kinds_.find(fault);
  CHECK(found != kinds_.end());
  Kind& kind = found->second;
  const std::int64_t opportunity = ++kind.opportunities;
  const std::uint64_t drawn = Mix(kind.stream + static_cast<std::uint64_t>(opportunity));
  const bool happens =
      listed_only_ ? kind.listed.contains(opportunity) : drawn % kChanceOne < kind.chance;
  if (happens) {
    detail_ = drawn;
    happened_.push_back({.name = std::string(fault), .opportunity = opportunity});
  }
  return happens;
}

bool FaultPlan::has_happened(std::string_view fault) const {
  return std::any_of(happened_.begin(), happened_.end(),
                     [&](const FaultAt& at) { return at.name == fault; });
}

std::uint64_t FaultPlan::Choose(std::uint64_t bound) {
  CHECK(bound > 0);
  detail_ = Mix(detail_);
  return detail_ % bound;
}

}  // namespace paylog::simulation
