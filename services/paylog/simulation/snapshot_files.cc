#include "paylog/simulation/snapshot_files.h"

#include <fstream>
#include <system_error>

#include "paylog/ledger/stage/ledger_stage.h"

namespace paylog::simulation {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKept = ".kept";

// With what SQLite left beside it.
void Remove(const fs::path& file) {
  std::error_code ignored;
  for (const char* const suffix : {"", "-wal", "-shm"}) {
    fs::remove(file.string() + suffix, ignored);
  }
}

}  // namespace

std::string SnapshotFiles::MakeDirectory(const std::string& instance) const {
  const fs::path made = directory_ / instance;
  fs::create_directories(made);
  return made.string();
}

fs::path SnapshotFiles::PathOf(const std::string& instance, std::int32_t partition) const {
  return ledger::SnapshotPath((directory_ / instance).string(), base::PartitionId(partition));
}

void SnapshotFiles::MeetFaults(const std::string& instance) {
  for (std::int32_t p = 0; p < partitions_; ++p) {
    const fs::path file = PathOf(instance, p);
    const fs::path kept = file.string() + kKept;
    const fs::path foreign = PathOf(instance, (p + 1) % partitions_);
    if (!fs::exists(file)) {
      continue;
    }
    if (!fs::exists(kept)) {
      fs::copy_file(file, kept);
    }
    if (plan_.Happens(fault::kSnapshotMissing)) {
      Remove(file);
    } else if (plan_.Happens(fault::kSnapshotStale)) {
      Replace(file, kept);
      trace_.Count("path: snapshot set back");
    } else if (plan_.Happens(fault::kSnapshotForeign)) {
      if (p != (p + 1) % partitions_ && fs::exists(foreign)) {
        Replace(file, foreign);
        trace_.Count("path: snapshot of another partition");
      }
    } else if (plan_.Happens(fault::kSnapshotCorrupt)) {
      Damage(file);
    }
  }
}

void SnapshotFiles::Replace(const fs::path& file, const fs::path& by) {
  Remove(file);
  fs::copy_file(by, file, fs::copy_options::overwrite_existing);
}

// One bit.
void SnapshotFiles::Damage(const fs::path& file) {
  const auto size = fs::file_size(file);
  if (size == 0) {
    return;
  }
  const auto at = static_cast<std::streamoff>(plan_.Choose(size));
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(at);
  const int byte = stream.get();
  stream.seekp(at);
  stream.put(static_cast<char>(byte ^ (1 << plan_.Choose(8))));
}

std::vector<std::string> SnapshotFiles::FilesOf(base::PartitionId partition) const {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(directory_)) {
    const fs::path file = ledger::SnapshotPath(entry.path().string(), partition);
    if (fs::exists(file)) {
      files.push_back(file.string());
    }
  }
  return files;
}

}  // namespace paylog::simulation
