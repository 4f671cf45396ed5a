#include "log_workload.h"

#include <iterator>
#include <memory>
#include <random>
#include <string_view>
#include <thread>

#include "fault_disk.h"
#include "paylog/base/check.h"
#include "paylog/base/clock.h"
#include "paylog/log_sqlite/sqlite_log.h"

namespace paylog::faults {
namespace {

constexpr int kEntries = 12;
constexpr std::size_t kFiller = 700;  // So that batches take several sectors.
constexpr std::size_t kLargeFiller = 900'000;
constexpr std::string_view kLarge = "large-";
constexpr std::size_t kWritersMax = 4;
const std::string kEvents = "events";
const std::string kResults = "results";

const base::SystemClock kClock;

log::TopicPartition At(const std::string& topic) {
  return {.topic = topic, .partition = base::PartitionId(0)};
}

std::string ValueOf(const std::string& id) {
  if (!id.starts_with(kLarge)) {
    return id + ' ' + std::string(kFiller, static_cast<char>('a' + id.back() % 20));
  }
  std::string value = id + ' ';
  std::minstd_rand random(static_cast<unsigned>(std::stoi(id.substr(kLarge.size()))) + 1);
  while (value.size() < kLargeFiller) {
    value += static_cast<char>(random() >> 8);  // No compression makes it smaller.
  }
  return value;
}

// Each writer's own: the group's offset counts its transactions.
log::GroupMetadata GroupOf(std::size_t writer) {
  return log::GroupMetadata::Standalone("readers-" + std::to_string(writer));
}

base::Result<std::int64_t> CountOf(log::Log& log, std::size_t writer) {
  PAYLOG_ASSIGN(const auto offset, log.CommittedOffset(GroupOf(writer).group(), At(kEvents)));
  return offset.value_or(base::Offset(0)).value();
}

base::Result<std::unique_ptr<log_sqlite::SqliteLog>> Open(const std::string& directory) {
  // No cache: what is read comes from the file.
  return log_sqlite::SqliteLog::Open(
      {.directory = directory, .create = true, .clock = &kClock, .tail_cache_bytes = 0});
}

base::Result<void> MakeTopics(log::Log& log) {
  const log::TopicSpec specs[] = {{.name = kEvents, .record_bytes_max = 1 << 20},
                                  {.name = kResults, .record_bytes_max = 1 << 20}};
  return log.CreateTopics(specs);
}

base::Result<void> Write(log::TransactionalWriter& writer, std::size_t number_of_writer,
                         const std::string& id, std::int64_t count) {
  PAYLOG_TRY(writer.Begin());
  PAYLOG_TRY(writer.Append(At(kEvents), {.key = id, .value = ValueOf(id)}));
  PAYLOG_TRY(writer.Append(At(kResults), {.key = id, .value = ValueOf(id)}));
  PAYLOG_TRY(writer.CommitOffset(GroupOf(number_of_writer), At(kEvents), base::Offset(count)));
  return writer.Commit();
}

base::Result<void> WriteShare(log::Log& log, std::size_t writer_number, std::size_t writers,
                              const std::vector<std::string>& ids, WorkDone& done) {
  PAYLOG_ASSIGN(const auto writer, log.NewWriter("w-" + std::to_string(writer_number)));
  PAYLOG_TRY(writer->Init());
  std::int64_t count = 0;
  for (std::size_t i = writer_number; i < ids.size(); i += writers) {
    PAYLOG_TRY(Write(*writer, writer_number, ids[i], ++count));
    done.acknowledged.push_back({.id = ids[i], .operations = OperationCount()});
  }
  return {};
}

base::Result<void> TryWork(const std::string& directory, const std::vector<std::string>& ids,
                           std::size_t writers, WorkDone& done) {
  PAYLOG_ASSIGN(const auto log, Open(directory));
  PAYLOG_TRY(MakeTopics(*log));
  done.acknowledged.push_back({.id = "", .operations = OperationCount()});
  std::vector<WorkDone> shares(writers);
  {
    std::vector<std::jthread> threads;
    for (std::size_t w = 0; w < writers; ++w) {
      threads.emplace_back([&, w] {
        if (auto written = WriteShare(*log, w, writers, ids, shares[w]); !written) {
          shares[w].error = written.error();
        }
      });
    }
  }
  base::Result<void> outcome;
  for (const WorkDone& share : shares) {
    done.acknowledged.insert(done.acknowledged.end(), share.acknowledged.begin(),
                             share.acknowledged.end());
    outcome = outcome && share.error ? base::Result<void>(*share.error) : outcome;
  }
  return outcome;
}

std::vector<std::string> Numbered(std::string_view prefix) {
  std::vector<std::string> ids;
  for (int i = 0; i < kEntries; ++i) {
    ids.push_back(std::string(prefix) + std::to_string(i));
  }
  return ids;
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
      if (id.empty() || record.value != ValueOf(id)) {
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
  std::int64_t transactions = 0;
  for (std::size_t w = 0; w < kWritersMax; ++w) {
    PAYLOG_ASSIGN(const std::int64_t count, CountOf(log, w));
    transactions += count;
  }
  if (found.wrong.empty() && transactions != std::ssize(found.ids)) {
    found.wrong = "the offsets are not those of the last transactions";
  }
  return found;
}

base::Result<void> WriteMissing(log::Log& log, const std::vector<std::string>& ids,
                                WorkDone& done) {
  PAYLOG_ASSIGN(const Found before, InspectOpen(log));
  done.acknowledged.push_back({.id = "", .operations = OperationCount()});
  for (const std::string& id : before.ids) {
    done.acknowledged.push_back({.id = id, .operations = OperationCount()});
  }
  PAYLOG_ASSIGN(const auto writer, log.NewWriter("w-0"));
  PAYLOG_TRY(writer->Init());
  PAYLOG_ASSIGN(std::int64_t count, CountOf(log, 0));
  for (const std::string& id : ids) {
    if (!before.ids.contains(id)) {
      PAYLOG_TRY(Write(*writer, 0, id, ++count));
      done.acknowledged.push_back({.id = id, .operations = OperationCount()});
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> AllIds() {
  return Numbered("p-");
}
std::vector<std::string> LargeIds() {
  return Numbered(kLarge);
}

WorkDone Work(const std::string& directory, const std::vector<std::string>& ids,
              std::size_t writers) {
  CHECK(writers <= kWritersMax);
  WorkDone done;
  if (auto worked = TryWork(directory, ids, writers, done); !worked) {
    done.error = worked.error();
  }
  return done;
}

base::Result<Found> Inspect(const std::string& directory) {
  PAYLOG_ASSIGN(const auto log, Open(directory));
  return InspectOpen(*log);
}

WorkDone Resume(const std::string& directory, const std::vector<std::string>& ids) {
  WorkDone done;
  base::Result<void> worked = base::Error{};
  if (const auto log = Open(directory); log) {
    worked = WriteMissing(**log, ids, done);
  } else {
    worked = log.error();
  }
  if (!worked) {
    done.error = worked.error();
  }
  return done;
}

base::Result<Found> Resubmit(const std::string& directory, const std::vector<std::string>& ids) {
  PAYLOG_ASSIGN(const auto log, Open(directory));
  WorkDone done;
  PAYLOG_TRY(WriteMissing(*log, ids, done));
  return InspectOpen(*log);
}

}  // namespace paylog::faults
