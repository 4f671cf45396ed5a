#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "paylog/base/error.h"
#include "paylog/base/result.h"

// What is done to an embedded log in these tests, and what must come of it. Each entry has an id; a
// transaction writes it to two topics, as a payment leaves an event and a result.
namespace paylog::faults {

// An acknowledgement, and how many operations of the disk came before it.
struct Acknowledged {
  std::string id;
  std::size_t operations = 0;
};

struct WorkDone {
  std::vector<Acknowledged> acknowledged;  // The first: that there are topics.
  std::optional<base::Error> error;        // What ended the work early.
};

std::vector<std::string> AllIds();
// Entries so large that the log moves its WAL into its file while it works.
std::vector<std::string> LargeIds();

// Makes the log in the directory, and writes these entries, so many threads at once; each ends at
// its first error, as a process does.
WorkDone Work(const std::string& directory, const std::vector<std::string>& ids = AllIds(),
              std::size_t writers = 1);
// Opens a log that was made and writes the entries that are missing. Those that it finds there
// count as acknowledged from then on.
WorkDone Resume(const std::string& directory, const std::vector<std::string>& ids = AllIds());

// What a log holds, and what is wrong with it.
struct Found {
  std::set<std::string> ids;
  std::string wrong;  // Empty: nothing.
};
// Opens the log and reads all of it. The error is the log's own.
base::Result<Found> Inspect(const std::string& directory);

// Writes the entries that are missing: each stands there once, then. An error is the log's own.
base::Result<Found> Resubmit(const std::string& directory,
                             const std::vector<std::string>& ids = AllIds());

}  // namespace paylog::faults
