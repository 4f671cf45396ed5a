#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "paylog/log/log.h"

namespace paylog::test_support {

// A log in memory whose calls fail as a script says. Not thread-safe; nothing in it waits. It keeps
// what the port promises of transactions, fencing and generations, so that what a caller does after
// an error shows in the records.
class FakeLog final : public log::Log {
 public:
  enum class Call {
    kNewReader,
    kNewWriter,
    kInit,
    kBegin,
    kAppend,
    kCommitOffset,
    kCommit,
    kAbort,
    kCommittedOffset,
    kPoll,
  };

  // The next call of this kind that has no failure waiting before it fails with the error. `taken`:
  // a commit takes in spite of it.
  void FailNext(Call call, base::Error error, bool taken = false);
  // The next call of this kind goes well: puts a distance between failures.
  void PassNext(Call call);

  // Adds a record at the partition's end.
  void Put(const log::TopicPartition& to, std::string value);
  // Adds an offset that holds no record for readers, as Kafka's transaction markers do.
  void PutMarker(const log::TopicPartition& to);
  // From here on kReadCommitted sees nothing, as behind an open transaction; nullopt: sees all.
  void SetStableEnd(const log::TopicPartition& of, std::optional<base::Offset> end);
  // The next polls, so many, return nothing, as where records are still on their way.
  void HideNext(int polls) { hidden_polls_ = polls; }
  // Called at the beginning of every Poll: what happens in the log while somebody waits.
  void SetOnPoll(std::function<void()> on_poll) { on_poll_ = std::move(on_poll); }
  [[nodiscard]] std::vector<std::string> Values(const log::TopicPartition& from) const;
  void SetCommitted(const std::string& group, const log::TopicPartition& from, base::Offset next);
  void ForgetCommitted(const std::string& group, const log::TopicPartition& from) {
    offsets_.erase({group, from});
  }
  [[nodiscard]] std::optional<base::Offset> Committed(const std::string& group,
                                                      const log::TopicPartition& from) const;

  // Metadata of the group's present generation, and the beginning of the next one.
  [[nodiscard]] log::GroupMetadata Metadata(const std::string& group) const;
  void BeginGeneration() { ++generation_; }

  // As the last reader of the partition was made; nullopt where there was none.
  [[nodiscard]] std::optional<log::Isolation> IsolationOf(const log::TopicPartition& from) const;
  // How many readers there are at this moment.
  [[nodiscard]] int open_readers() const { return open_readers_; }
  // All calls of writers and CommittedOffset since the start, in order, failed ones included.
  [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }
  [[nodiscard]] std::size_t CountOf(Call call) const;

  base::Result<void> CreateTopics(std::span<const log::TopicSpec> specs) override;
  base::Result<void> CheckTopics(std::span<const log::TopicSpec> specs) override;
  base::Result<std::vector<log::TopicSpec>> ListTopics() override;
  base::Result<std::unique_ptr<log::Reader>> NewReader(const log::TopicPartition& from,
                                                       log::Isolation isolation) override;
  base::Result<std::unique_ptr<log::TransactionalWriter>> NewWriter(
      const std::string& transactional_id) override;
  base::Result<std::unique_ptr<log::Producer>> NewProducer() override;
  base::Result<std::unique_ptr<log::GroupMember>> JoinGroup(
      const std::string& group, const std::vector<std::string>& topics) override;
  base::Result<std::optional<base::Offset>> CommittedOffset(
      const std::string& group, const log::TopicPartition& from) override;

 private:
  class FakeReader;
  class FakeWriter;
  struct Generation;
  struct Planned {
    std::optional<base::Error> error;  // nullopt: the call goes well.
    bool taken = false;
  };

  // Notes the call; what the script says of it.
  Planned Take(Call call);

  std::map<Call, std::deque<Planned>> script_;
  std::vector<Call> calls_;
  // By offset; nullopt for a marker.
  std::map<log::TopicPartition, std::vector<std::optional<log::StoredRecord>>> partitions_;
  std::map<log::TopicPartition, base::Offset> stable_ends_;
  std::map<log::TopicPartition, log::Isolation> isolations_;
  std::function<void()> on_poll_;
  int hidden_polls_ = 0;
  int open_readers_ = 0;
  std::map<std::pair<std::string, log::TopicPartition>, base::Offset> offsets_;
  std::map<std::string, int> epochs_;  // By transactional id.
  int generation_ = 1;
};

}  // namespace paylog::test_support
