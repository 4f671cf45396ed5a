#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/base/check.h"
#include "paylog/log/log.h"

// The contract of the log port: one suite, run on every adapter. The tests hold for Kafka too, so
// they take nothing for granted that the port does not promise: offsets may have gaps, what was
// committed may become visible a little later, and partitions have no order between them. That
// something is *not* visible is shown with a marker committed behind it.
namespace paylog::contract {

// How long a test waits for what must happen.
inline constexpr std::chrono::seconds kPatience{30};

// A log under test, made for one test, and destroyed after it.
class LogFixture {
 public:
  virtual ~LogFixture() = default;

  virtual log::Log& log() = 0;
  // Begins the names of the test's topics, groups and transactional ids, where the log outlives it.
  [[nodiscard]] virtual std::string prefix() const { return ""; }
  // Ends the log and opens it again. Everything it made was destroyed before.
  virtual void Reopen() = 0;
};

struct Adapter {
  std::string name;
  std::function<std::unique_ptr<LogFixture>()> make;
  // Whether a commit that meets a fence half-way may be of unknown outcome.
  bool fence_may_be_unclear = false;
};

inline std::string NameOf(const testing::TestParamInfo<Adapter>& info) {
  return info.param.name;
}

// The value, or the end of the test program with the error.
template <typename T>
T Must(base::Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().ToString();
  }
  return std::move(result).value();
}
void Must(const base::Result<void>& result);

// The code of the error, or nullopt for success.
template <typename T>
std::optional<base::ErrorCode> CodeOf(const base::Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

log::Record ValueRecord(std::string value);
log::Record KeyedRecord(std::string key, std::string value);
std::vector<std::string> ValuesOf(const std::vector<log::StoredRecord>& records);

class LogContract : public testing::TestWithParam<Adapter> {
 protected:
  LogContract() : fixture_(GetParam().make()) {}

  log::Log& log() { return fixture_->log(); }
  void Reopen() { fixture_->Reopen(); }
  [[nodiscard]] std::string Name(const std::string& name) const {
    return fixture_->prefix() + name;
  }

  // Makes a topic and returns its name.
  std::string MakeTopic(const std::string& name, std::int32_t partition_count = 1);
  std::string MakeTopicAs(log::TopicSpec spec);
  static log::TopicPartition At(const std::string& topic, std::int32_t partition = 0) {
    return {.topic = topic, .partition = base::PartitionId(partition)};
  }

  // A writer after its Init.
  std::unique_ptr<log::TransactionalWriter> NewWriter(const std::string& id);
  // One transaction with these records.
  static void CommitValues(log::TransactionalWriter& writer, const log::TopicPartition& to,
                           const std::vector<std::string>& values);
  void Produce(const log::TopicPartition& to, const std::vector<log::Record>& records);

  // From the beginning, until `count` records were seen or patience ends.
  std::vector<log::StoredRecord> ReadCount(const log::TopicPartition& from, std::size_t count);
  // Commits a marker behind everything and returns what is before it.
  std::vector<log::StoredRecord> ReadAll(const log::TopicPartition& from);
  // What was committed before the partition's end, as a take-over reads it.
  std::vector<log::StoredRecord> ReadToTheEnd(const log::TopicPartition& from);
  // Waits until the group's committed offset is as expected.
  void ExpectCommitted(const std::string& group, const log::TopicPartition& from,
                       std::optional<base::Offset> expected);

 private:
  std::unique_ptr<LogFixture> fixture_;
};

// One class per suite.
class RecordsContract : public LogContract {};
class ReadingContract : public LogContract {};
class TopicsContract : public LogContract {};
class TransactionsContract : public LogContract {};
class FencingContract : public LogContract {};
class GroupsContract : public LogContract {};
class DurabilityContract : public LogContract {};
class ConcurrencyContract : public LogContract {};

// All of them, on these adapters.
#define PAYLOG_INSTANTIATE_CONTRACT(adapters)                            \
  INSTANTIATE_TEST_SUITE_P(Log, RecordsContract, adapters, NameOf);      \
  INSTANTIATE_TEST_SUITE_P(Log, ReadingContract, adapters, NameOf);      \
  INSTANTIATE_TEST_SUITE_P(Log, TopicsContract, adapters, NameOf);       \
  INSTANTIATE_TEST_SUITE_P(Log, TransactionsContract, adapters, NameOf); \
  INSTANTIATE_TEST_SUITE_P(Log, FencingContract, adapters, NameOf);      \
  INSTANTIATE_TEST_SUITE_P(Log, GroupsContract, adapters, NameOf);       \
  INSTANTIATE_TEST_SUITE_P(Log, DurabilityContract, adapters, NameOf);   \
  INSTANTIATE_TEST_SUITE_P(Log, ConcurrencyContract, adapters, NameOf)

}  // namespace paylog::contract
