#include "fault_disk.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdarg>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include "paylog/base/check.h"

namespace paylog::faults {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSector = 512;

struct Watched {
  std::mutex mutex;
  std::string directory;             // Empty: nothing is watched.
  std::map<int, std::string> names;  // Of open files, by descriptor.
  std::array<std::int64_t, std::size(kCalls)> counts{};
  Call failing = Call::kOpen;
  std::int64_t fail_at = 0;
  int error = 0;
  bool has_failed = false;
  std::vector<Operation> operations;
  std::string holding;  // The name of the file whose syncs wait.
  int held = 0;
  std::condition_variable holding_changed;
  std::chrono::microseconds sync_takes{0};
};

// Never destroyed: files are used to the very end of the process.
Watched& TheDisk() {
  static auto* const disk = new Watched;
  return *disk;
}

// The file's name where it is in the watched directory itself. REQUIRES: the mutex is held.
std::string NameIn(const Watched& disk, const char* path) {
  const std::string text = path;
  if (disk.directory.empty() || !text.starts_with(disk.directory + '/')) {
    return "";
  }
  return text.substr(disk.directory.size() + 1);
}

// Counts the call; true where it is to fail, with errno set. REQUIRES: the mutex is held.
bool CountAndFail(Watched& disk, Call call) {
  const std::int64_t count = ++disk.counts.at(static_cast<std::size_t>(call));
  if (call != disk.failing || count != disk.fail_at) {
    return false;
  }
  disk.has_failed = true;
  errno = disk.error;
  return true;
}

// Whether a call on this descriptor fails; where it does not, what it changes is recorded.
bool FailsOn(int descriptor, Call call, const Operation* operation) {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  const auto name = disk.names.find(descriptor);
  if (name == disk.names.end()) {
    return false;
  }
  if (CountAndFail(disk, call)) {
    if (call == Call::kSync) {
      disk.operations.push_back({.kind = Operation::Kind::kFailedSync, .name = name->second});
    }
    return true;
  }
  if (operation != nullptr) {
    disk.operations.push_back(*operation);
    disk.operations.back().name = name->second;
  }
  return false;
}

void Note(int descriptor, Operation operation) {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  if (const auto name = disk.names.find(descriptor); name != disk.names.end()) {
    operation.name = name->second;
    disk.operations.push_back(std::move(operation));
  }
}

template <typename Function>
Function Next(const char* name) {
  auto* const found = reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
  CHECK(found != nullptr);
  return found;
}

int Open(const char* function, const char* path, int flags, mode_t mode) {
  using Function = int (*)(const char*, int, ...);
  Watched& disk = TheDisk();
  std::string name;
  {
    const std::lock_guard guard(disk.mutex);
    name = NameIn(disk, path);
    if (!name.empty() && CountAndFail(disk, Call::kOpen)) {
      return -1;
    }
  }
  const int descriptor = Next<Function>(function)(path, flags, mode);
  if (descriptor >= 0 && !name.empty()) {
    const std::lock_guard guard(disk.mutex);
    disk.names[descriptor] = name;
  }
  return descriptor;
}

ssize_t WriteAt(const char* function, int descriptor, const void* bytes, std::size_t size,
                std::int64_t at) {
  const Operation operation{.at = at, .bytes = {static_cast<const char*>(bytes), size}};
  if (FailsOn(descriptor, Call::kWrite, &operation)) {
    return -1;
  }
  using Function = ssize_t (*)(int, const void*, std::size_t, std::int64_t);
  return Next<Function>(function)(descriptor, bytes, size, at);
}

ssize_t ReadAt(const char* function, int descriptor, void* bytes, std::size_t size,
               std::int64_t at) {
  if (FailsOn(descriptor, Call::kRead, nullptr)) {
    return -1;
  }
  using Function = ssize_t (*)(int, void*, std::size_t, std::int64_t);
  return Next<Function>(function)(descriptor, bytes, size, at);
}

int Truncate(const char* function, int descriptor, std::int64_t size) {
  const Operation operation{.kind = Operation::Kind::kTruncate, .at = size};
  if (FailsOn(descriptor, Call::kWrite, &operation)) {
    return -1;
  }
  return Next<int (*)(int, std::int64_t)>(function)(descriptor, size);
}

void WaitWhileHeld(int descriptor) {
  Watched& disk = TheDisk();
  std::unique_lock lock(disk.mutex);
  const auto name = disk.names.find(descriptor);
  if (name == disk.names.end() || disk.holding != name->second) {
    return;
  }
  ++disk.held;
  disk.holding_changed.notify_all();
  disk.holding_changed.wait(lock, [&] { return disk.holding.empty(); });
  --disk.held;
}

std::chrono::microseconds TimeOfSync() {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  return disk.sync_takes;
}

int Sync(const char* function, int descriptor) {
  WaitWhileHeld(descriptor);
  const auto begun = static_cast<std::int64_t>(OperationCount());
  if (FailsOn(descriptor, Call::kSync, nullptr)) {
    return -1;
  }
  std::this_thread::sleep_for(TimeOfSync());  // tidy: allow, this is the disk's slowness.
  const int outcome = Next<int (*)(int)>(function)(descriptor);
  Note(descriptor, {.kind = Operation::Kind::kSync, .at = begun});
  return outcome;
}

// How many changes of the file came between the beginning of the sync, which is the i-th operation,
// and its end: it need not have them.
std::size_t ChangesSince(const std::vector<Operation>& operations, const Operation& sync,
                         std::size_t i) {
  const auto begin = operations.begin() + sync.at;
  const auto end = operations.begin() + static_cast<std::ptrdiff_t>(i);
  return static_cast<std::size_t>(std::count_if(begin, end, [&](const Operation& operation) {
    return operation.name == sync.name && (operation.kind == Operation::Kind::kWrite ||
                                           operation.kind == Operation::Kind::kTruncate);
  }));
}

// All but the last `left`, which stay.
void ApplyAllBut(std::size_t left, std::vector<Operation>& waiting, Files& files) {
  const auto end = waiting.end() - static_cast<std::ptrdiff_t>(std::min(left, waiting.size()));
  std::for_each(waiting.begin(), end, [&](const Operation& operation) { Apply(operation, files); });
  waiting.erase(waiting.begin(), end);
}

// A part of what was not synced, in any order, some of it torn.
void ApplySome(std::vector<Operation> pending, std::mt19937_64& random, Files& files) {
  if (random() % 2 == 0) {
    std::shuffle(pending.begin(), pending.end(), random);
  }
  for (Operation& operation : pending) {
    const std::uint64_t fate = random() % 4;
    if (fate == 0) {
      continue;
    }
    if (fate == 1) {
      const std::size_t sectors = operation.bytes.size() / kSector + 1;
      operation.bytes.resize(std::min(operation.bytes.size(), random() % sectors * kSector));
    }
    Apply(operation, files);
  }
}

}  // namespace

const char* ToString(Call call) {
  static constexpr std::array kNames = {"open", "read", "write", "sync"};
  return kNames.at(static_cast<std::size_t>(call));
}

void Watch(const std::string& directory) {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  disk.directory = directory;
  disk.counts.fill(0);
  disk.fail_at = 0;
  disk.has_failed = false;
  disk.operations.clear();
}

void FailAt(Call call, std::int64_t n, int error) {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  disk.failing = call;
  disk.fail_at = disk.counts.at(static_cast<std::size_t>(call)) + n;
  disk.error = error;
}

bool HasFailed() {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  return disk.has_failed;
}

void HoldSyncs(const std::string& name) {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  disk.holding = name;
}

bool WaitForHeldSync(std::chrono::milliseconds wait) {
  Watched& disk = TheDisk();
  std::unique_lock lock(disk.mutex);
  return disk.holding_changed.wait_for(lock, wait, [&] { return disk.held > 0; });
}

void ReleaseSyncs() {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  disk.holding.clear();
  disk.holding_changed.notify_all();
}

void SlowSyncs(std::chrono::microseconds each) {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  disk.sync_takes = each;
}

std::int64_t CountOf(Call call) {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  return disk.counts.at(static_cast<std::size_t>(call));
}

std::vector<Operation> Operations() {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  return disk.operations;
}

std::size_t OperationCount() {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  return disk.operations.size();
}

void StopWatching() {
  Watched& disk = TheDisk();
  const std::lock_guard guard(disk.mutex);
  disk.directory.clear();
  disk.fail_at = 0;
  disk.names.clear();
  disk.sync_takes = std::chrono::microseconds(0);
}

void Apply(const Operation& operation, Files& files) {
  if (operation.kind == Operation::Kind::kRemove) {
    files.erase(operation.name);
    return;
  }
  if (operation.kind == Operation::Kind::kRename) {
    files[operation.bytes] = std::move(files[operation.name]);
    files.erase(operation.name);
    return;
  }
  std::string& file = files[operation.name];
  const auto at = static_cast<std::size_t>(operation.at);
  if (operation.kind == Operation::Kind::kTruncate) {
    file.resize(at);
  } else if (operation.kind == Operation::Kind::kWrite) {
    file.resize(std::max(file.size(), at + operation.bytes.size()));
    file.replace(at, operation.bytes.size(), operation.bytes);
  }
}

Files AfterKill(const std::vector<Operation>& operations, std::size_t count) {
  Files files;
  for (std::size_t i = 0; i < count; ++i) {
    Apply(operations[i], files);
  }
  return files;
}

Files AfterPowerLoss(const std::vector<Operation>& operations, std::size_t count,
                     std::uint64_t seed) {
  Files files;
  std::map<std::string, std::vector<Operation>> pending;
  std::mt19937_64 random(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const Operation& operation = operations[i];
    std::vector<Operation>& waiting = pending[operation.name];
    using Kind = Operation::Kind;
    if (operation.kind == Kind::kWrite || operation.kind == Kind::kTruncate) {
      waiting.push_back(operation);
    } else if (operation.kind == Kind::kFailedSync) {
      ApplySome(std::exchange(waiting, {}), random, files);
    } else {
      const std::size_t since =
          operation.kind == Kind::kSync ? ChangesSince(operations, operation, i) : 0;
      ApplyAllBut(since, waiting, files);
      Apply(operation, files);
      if (operation.kind == Kind::kRename) {
        pending.erase(operation.bytes);  // Of the file that had this name before.
      }
    }
  }
  for (const auto& [name, operations_left] : pending) {
    ApplySome(operations_left, random, files);
  }
  return files;
}

Files ReadFiles(const std::string& directory) {
  Files files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename().string()] = {std::istreambuf_iterator<char>(file),
                                               std::istreambuf_iterator<char>()};
  }
  return files;
}

void WriteFiles(const Files& files, const std::string& directory) {
  fs::create_directories(directory);
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (!files.contains(entry.path().filename().string())) {
      fs::remove(entry.path());
    }
  }
  for (const auto& [name, content] : files) {
    std::ofstream file(directory + '/' + name, std::ios::binary | std::ios::trunc);
    file << content;
    CHECK(file.flush().good());
  }
}

}  // namespace paylog::faults

// The C library's names, for this process and the libraries in it.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {

#define PAYLOG_DEFINE_OPEN(name)                           \
  int name(const char* path, int flags, ...) {             \
    mode_t mode = 0;                                       \
    if ((flags & O_CREAT) != 0) {                          \
      va_list arguments;                                   \
      va_start(arguments, flags);                          \
      mode = va_arg(arguments, mode_t);                    \
      va_end(arguments);                                   \
    }                                                      \
    return paylog::faults::Open(#name, path, flags, mode); \
  }
PAYLOG_DEFINE_OPEN(open)
PAYLOG_DEFINE_OPEN(open64)

ssize_t pread(int descriptor, void* bytes, std::size_t size, off_t at) {
  return paylog::faults::ReadAt("pread", descriptor, bytes, size, at);
}
ssize_t pread64(int descriptor, void* bytes, std::size_t size, off64_t at) {
  return paylog::faults::ReadAt("pread64", descriptor, bytes, size, at);
}
ssize_t pwrite(int descriptor, const void* bytes, std::size_t size, off_t at) {
  return paylog::faults::WriteAt("pwrite", descriptor, bytes, size, at);
}
ssize_t pwrite64(int descriptor, const void* bytes, std::size_t size, off64_t at) {
  return paylog::faults::WriteAt("pwrite64", descriptor, bytes, size, at);
}
int ftruncate(int descriptor, off_t size) noexcept {
  return paylog::faults::Truncate("ftruncate", descriptor, size);
}
int ftruncate64(int descriptor, off64_t size) noexcept {
  return paylog::faults::Truncate("ftruncate64", descriptor, size);
}
int fsync(int descriptor) {
  return paylog::faults::Sync("fsync", descriptor);
}
int fdatasync(int descriptor) {
  return paylog::faults::Sync("fdatasync", descriptor);
}

int unlink(const char* path) noexcept {
  paylog::faults::Watched& disk = paylog::faults::TheDisk();
  {
    const std::lock_guard guard(disk.mutex);
    if (std::string name = paylog::faults::NameIn(disk, path); !name.empty()) {
      disk.operations.push_back(
          {.kind = paylog::faults::Operation::Kind::kRemove, .name = std::move(name)});
    }
  }
  return paylog::faults::Next<int (*)(const char*)>("unlink")(path);
}

int rename(const char* from, const char* to) noexcept {
  paylog::faults::Watched& disk = paylog::faults::TheDisk();
  {
    const std::lock_guard guard(disk.mutex);
    if (std::string name = paylog::faults::NameIn(disk, from); !name.empty()) {
      disk.operations.push_back({.kind = paylog::faults::Operation::Kind::kRename,
                                 .name = std::move(name),
                                 .bytes = paylog::faults::NameIn(disk, to)});
    }
  }
  return paylog::faults::Next<int (*)(const char*, const char*)>("rename")(from, to);
}

int close(int descriptor) {
  paylog::faults::Watched& disk = paylog::faults::TheDisk();
  {
    const std::lock_guard guard(disk.mutex);
    disk.names.erase(descriptor);
  }
  return paylog::faults::Next<int (*)(int)>("close")(descriptor);
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
