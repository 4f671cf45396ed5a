#include "log_contract.h"

#include <utility>

namespace paylog::contract {
namespace {

constexpr std::chrono::milliseconds kStep{200};
constexpr const char* kMarker = "marker: all that was committed before stands before this";

bool PatienceIsOver(std::chrono::steady_clock::time_point begun) {
  return std::chrono::steady_clock::now() - begun > kPatience;
}

}  // namespace

void Must(const base::Result<void>& result) {
  if (!result) {
    ADD_FAILURE() << result.error().ToString();
  }
  CHECK(result.has_value());
}

log::Record ValueRecord(std::string value) {
  return {.key = std::nullopt,
          .value = std::move(value),
          .headers = {},
          .timestamp = base::TimestampMs(1'700'000'000'000)};
}

log::Record KeyedRecord(std::string key, std::string value) {
  log::Record record = ValueRecord(std::move(value));
  record.key = std::move(key);
  return record;
}

std::vector<std::string> ValuesOf(const std::vector<log::StoredRecord>& records) {
  std::vector<std::string> values;
  for (const log::StoredRecord& record : records) {
    values.push_back(record.value);
  }
  return values;
}

std::string LogContract::MakeTopic(const std::string& name, std::int32_t partition_count) {
  return MakeTopicAs(log::TopicSpec{.name = name, .partition_count = partition_count});
}

std::string LogContract::MakeTopicAs(log::TopicSpec spec) {
  spec.name = Name(spec.name);
  Must(log().CreateTopics(std::vector<log::TopicSpec>{spec}));
  return spec.name;
}

std::unique_ptr<log::TransactionalWriter> LogContract::NewWriter(const std::string& id) {
  std::unique_ptr<log::TransactionalWriter> writer = Must(log().NewWriter(Name(id)));
  Must(writer->Init());
  return writer;
}

void LogContract::CommitValues(log::TransactionalWriter& writer, const log::TopicPartition& to,
                               const std::vector<std::string>& values) {
  Must(writer.Begin());
  for (const std::string& value : values) {
    Must(writer.Append(to, ValueRecord(value)));
  }
  Must(writer.Commit());
}

void LogContract::Produce(const log::TopicPartition& to, const std::vector<log::Record>& records) {
  const std::unique_ptr<log::Producer> producer = Must(log().NewProducer());
  for (const log::Record& record : records) {
    Must(producer->Send(to, record));
  }
  Must(producer->Flush());
}

std::vector<log::StoredRecord> LogContract::ReadCount(const log::TopicPartition& from,
                                                      std::size_t count) {
  const auto reader = Must(log().NewReader(from, log::Isolation::kReadCommitted));
  Must(reader->Seek(Must(reader->BeginningOffset())));
  const auto begun = std::chrono::steady_clock::now();
  std::vector<log::StoredRecord> records;
  while (records.size() < count && !PatienceIsOver(begun)) {
    log::PolledRecords polled = Must(reader->Poll({.wait = kStep}));
    records.insert(records.end(), std::make_move_iterator(polled.records.begin()),
                   std::make_move_iterator(polled.records.end()));
  }
  EXPECT_GE(records.size(), count) << "in " << from.ToString();
  return records;
}

std::vector<log::StoredRecord> LogContract::ReadAll(const log::TopicPartition& from) {
  Produce(from, {ValueRecord(kMarker)});
  const auto reader = Must(log().NewReader(from, log::Isolation::kReadCommitted));
  Must(reader->Seek(Must(reader->BeginningOffset())));
  const auto begun = std::chrono::steady_clock::now();
  std::vector<log::StoredRecord> records;
  bool marker_seen = false;
  while (!marker_seen && !PatienceIsOver(begun)) {
    for (log::StoredRecord& record : Must(reader->Poll({.wait = kStep})).records) {
      marker_seen = record.value == kMarker;
      if (!marker_seen) {
        records.push_back(std::move(record));
      }
    }
  }
  EXPECT_TRUE(marker_seen) << "in " << from.ToString();
  return records;
}

std::vector<log::StoredRecord> LogContract::ReadToTheEnd(const log::TopicPartition& from) {
  const auto ends = Must(log().NewReader(from, log::Isolation::kReadUncommitted));
  const base::Offset end = Must(ends->EndOffset());
  const auto reader = Must(log().NewReader(from, log::Isolation::kReadCommitted));
  Must(reader->Seek(Must(reader->BeginningOffset())));
  const auto begun = std::chrono::steady_clock::now();
  std::vector<log::StoredRecord> records;
  while (reader->position() < end && !PatienceIsOver(begun)) {
    for (log::StoredRecord& record : Must(reader->Poll({.wait = kStep})).records) {
      records.push_back(std::move(record));
    }
  }
  EXPECT_GE(reader->position(), end) << "in " << from.ToString();
  return records;
}

void LogContract::ExpectCommitted(const std::string& group, const log::TopicPartition& from,
                                  std::optional<base::Offset> expected) {
  EXPECT_EQ(Must(log().CommittedOffset(Name(group), from)), expected);
}

}  // namespace paylog::contract
