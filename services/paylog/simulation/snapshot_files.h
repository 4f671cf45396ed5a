#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "paylog/simulation/fault_plan.h"
#include "paylog/simulation/scenario.h"
#include "paylog/simulation/trace.h"

namespace paylog::simulation {

// The real snapshot files of the ledger instances, and what may happen to them while no process has
// them open.
class SnapshotFiles {
 public:
  SnapshotFiles(const std::string& directory, const Scenario& scenario, FaultPlan& plan,
                Trace& trace)
      : directory_(directory), partitions_(scenario.partitions), plan_(plan), trace_(trace) {}

  // The directory of an instance, made.
  std::string MakeDirectory(const std::string& instance) const;
  // Loses, damages, swaps or sets back files of the instance, where the plan wants it. The first
  // copy of each that is seen is what it is set back to.
  void MeetFaults(const std::string& instance);
  // Of all instances, those that are there.
  [[nodiscard]] std::vector<std::string> FilesOf(base::PartitionId partition) const;

 private:
  [[nodiscard]] std::filesystem::path PathOf(const std::string& instance,
                                             std::int32_t partition) const;
  void Replace(const std::filesystem::path& file, const std::filesystem::path& by);
  void Damage(const std::filesystem::path& file);

  const std::filesystem::path directory_;
  const std::int32_t partitions_;
  FaultPlan& plan_;
  Trace& trace_;
};

}  // namespace paylog::simulation
