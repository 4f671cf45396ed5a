#include "log_workload.h"

#include <map>
#include <memory>

#include "fault_disk.h"
#include "paylog/base/clock.h"
#include "paylog/log_sqlite/sqlite_log.h"

namespace paylog::faults {
namespace {

constexpr int kEntries = 12;
constexpr std::size_t kFiller = 700;  // So that batches take several sectors.
const std::string kEvents = "events";
const std::string kResults = "results";
const std::string kGroup = "readers";

const base::SystemClock kClock;

log::TopicPartition At(const std::string& topic) {
  return {.topic = topic, .partition = base::PartitionId(0)};
}

std::string ValueOf(const std::string& id) {
  return id + ' ' + std::string(kFiller, static_cast<char>('a' + id.back() % 20));
}

base::Result<std::unique_ptr<log_sqlite::SqliteLog>> Open(const std::string& directory) {
  // No cache: what is read comes from the file.
  return log_sqlite::SqliteLog::Open(
      {.directory = directory, .create = true, .clock = &kClock, .tail_cache_bytes = 0});
}

base::Result<void> MakeTopics(log::Log& log) {
  const log::TopicSpec specs[] = {{.name = kEvents}, {.name = kResults}};
  return log.CreateTopics(specs);
}

base::Result<void> Write(log::TransactionalWriter& writer, const std::string& id, int number) {
  PAYLOG_TRY(writer.Begin());
  PAYLOG_TRY(writer.Append(At(kEvents), {.key = id, .value = ValueOf(id)}));
  PAYLOG_TRY(writer.Append(At(kResults), {.key = id, .value = ValueOf(id)}));
  PAYLOG_TRY(writer.CommitOffset(log::GroupMetadata::Standalone(kGroup), At(kEvents),
                                 base::Offset(number)));
  return writer.Commit();
}

base::Result<void> TryWork(const std::string& directory, WorkDone& done) {
  PAYLOG_ASSIGN(const auto log, Open(directory));
  PAYLOG_TRY(MakeTopics(*log));
  done.acknowledged.push_back({.id = "", .operations = Operations().size()});
  PAYLOG_ASSIGN(const auto writer, log->NewWriter("w"));
  PAYLOG_TRY(writer->Init());
  int number = 0;
  for (const std::string& id : AllIds()) {
    PAYLOG_TRY(Write(*writer, id, ++number));
    done.acknowledged.push_back({.id = id, .operations = Operations().size()});
  }
  return {};
}

// Each id once, with its value; a message where that is not so.
base::Result<std::string> ReadTopic(log::Log& log, const std::string& topic,
                                    std::set<std::string>& ids) {
  PAYLOG_ASSIGN(const auto reader, log.NewReader(At(topic), log::Isolation::kReadCommitted));
  PAYLOG_ASSIGN(const base::Offset end, reader->EndOffset());
  while (reader->position() < end) {
    PAYLOG_ASSIGN(const auto polled, reader->Poll({}));
    for (const log::StoredRecord& record : polled.records) {
      const std::string id = record.key.value_or("");
      if (record.value != ValueOf(id + (id.empty() ? "?" : ""))) {
        return topic + ": a record of '" + id + "' is not what was written";
      }
      if (!ids.insert(id).second) {
        return topic + ": '" + id + "' stands there twice";
      }
    }
  }
  return std::string();
}

base::Result<Found> InspectOpen(log::Log& log) {
  PAYLOG_TRY(MakeTopics(log));
  Found found;
  std::set<std::string> results;
  PAYLOG_ASSIGN(found.wrong, ReadTopic(log, kEvents, found.ids));
  if (found.wrong.empty()) {
    PAYLOG_ASSIGN(found.wrong, ReadTopic(log, kResults, results));
  }
  if (found.wrong.empty() && results != found.ids) {
    found.wrong = "a transaction is there by half";
  }
  PAYLOG_ASSIGN(const auto offset, log.CommittedOffset(kGroup, At(kEvents)));
  if (found.wrong.empty() &&
      offset.value_or(base::Offset(0)).value() != static_cast<std::int64_t>(found.ids.size())) {
    found.wrong = "the offset is not that of the last transaction";
  }
  return found;
}

}  // namespace

std::vector<std::string> AllIds() {
  std::vector<std::string> ids;
  for (int i = 0; i < kEntries; ++i) {
    ids.push_back("p-" + std::to_string(i));
  }
  return ids;
}

WorkDone Work(const std::string& directory) {
  WorkDone done;
  if (auto worked = TryWork(directory, done); !worked) {
    done.error = worked.error();
  }
  return done;
}

base::Result<Found> Inspect(const std::string& directory) {
  PAYLOG_ASSIGN(const auto log, Open(directory));
  return InspectOpen(*log);
}

base::Result<Found> Resubmit(const std::string& directory) {
  PAYLOG_ASSIGN(const auto log, Open(directory));
  PAYLOG_ASSIGN(const Found before, InspectOpen(*log));
  PAYLOG_ASSIGN(const auto writer, log->NewWriter("w"));
  PAYLOG_TRY(writer->Init());
  auto number = static_cast<int>(before.ids.size());
  for (const std::string& id : AllIds()) {
    if (!before.ids.contains(id)) {
      PAYLOG_TRY(Write(*writer, id, ++number));
    }
  }
  return InspectOpen(*log);
}

}  // namespace paylog::faults
