#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

// The system calls through which this process reaches the files of one directory, counted,
// recorded, and made to fail. It stands below SQLite and below our own files alike, where a VFS of
// SQLite's would miss the latter: fault_disk.cc defines open, pread, pwrite, fdatasync and their
// kin, and calls the C library's.
namespace paylog::faults {

enum class Call { kOpen, kRead, kWrite, kSync };
inline constexpr Call kCalls[] = {Call::kOpen, Call::kRead, Call::kWrite, Call::kSync};
const char* ToString(Call call);

// A change of a file, in the order in which the process made it. A sync stands where it is over.
struct Operation {
  enum class Kind { kWrite, kTruncate, kSync, kFailedSync, kRemove, kRename };
  Kind kind = Kind::kWrite;
  std::string name;  // Of the file, in its directory.
  // Of a write; the size after a truncation; how many operations there were before a sync began.
  std::int64_t at = 0;
  std::string bytes;  // Written; or the new name.
};

// Watching begins: counts are 0, and nothing is recorded yet. One directory at a time; thread-safe.
void Watch(const std::string& directory);
// The n-th call of this kind from now on, counted from 1, fails with this errno, and has no effect.
void FailAt(Call call, std::int64_t n, int error);
// Has it?
bool HasFailed();
// Syncs of the file with this name wait from now on, until they are released; they are counted, and
// fail, when they go on.
void HoldSyncs(const std::string& name);
// Waits until one is held; false where that takes longer.
bool WaitForHeldSync(std::chrono::milliseconds wait);
void ReleaseSyncs();
// Each sync from now on takes so long, so that other threads write meanwhile.
void SlowSyncs(std::chrono::microseconds each);
std::int64_t CountOf(Call call);
std::vector<Operation> Operations();
std::size_t OperationCount();
void StopWatching();

// What a disk holds, by name of the file.
using Files = std::map<std::string, std::string>;

void Apply(const Operation& operation, Files& files);
// As the process left them at its `count`-th operation: what a kill leaves.
Files AfterKill(const std::vector<Operation>& operations, std::size_t count);
// The same after a loss of power: what was synced is there; of the rest each write is there, or
// not, or torn at a sector, in any order. So is what a sync that failed was for, whatever sync
// comes after it. Names of files are taken to be durable. The same seed makes the same choices.
Files AfterPowerLoss(const std::vector<Operation>& operations, std::size_t count,
                     std::uint64_t seed);

Files ReadFiles(const std::string& directory);
// Makes the directory hold these files and no others.
void WriteFiles(const Files& files, const std::string& directory);

}  // namespace paylog::faults
