#include "paylog/log_sqlite/sqlite_log.h"

#include <span>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/log/topic_difference.h"
#include "paylog/log_sqlite/engine.h"
#include "paylog/log_sqlite/partition_reader.h"
#include "paylog/log_sqlite/producer.h"
#include "paylog/log_sqlite/writer.h"

namespace paylog::log_sqlite {

base::Result<std::unique_ptr<SqliteLog>> SqliteLog::Open(const Options& options) {
  CHECK(options.clock != nullptr);
  PAYLOG_ASSIGN(std::unique_ptr<Storage> storage, Storage::Open(options.directory, options.create));
  return std::unique_ptr<SqliteLog>(new SqliteLog(
      options.directory,
      std::make_unique<Engine>(std::move(storage), *options.clock, options.tail_cache_bytes)));
}

SqliteLog::SqliteLog(std::string directory, std::unique_ptr<Engine> engine)
    : directory_(std::move(directory)), engine_(std::move(engine)) {}
SqliteLog::~SqliteLog() = default;

base::Result<void> SqliteLog::CreateTopics(std::span<const log::TopicSpec> specs) {
  PAYLOG_TRY(engine_->failure.Check());
  PAYLOG_TRY(
      engine_->committer.Execute(log_sqlite::CreateTopics{.specs = {specs.begin(), specs.end()}}));
  return {};
}

base::Result<void> SqliteLog::CheckTopics(std::span<const log::TopicSpec> specs) {
  PAYLOG_TRY(engine_->failure.Check());
  return log::CompareTopics(engine_->catalog.List(), specs);
}

base::Result<std::vector<log::TopicSpec>> SqliteLog::ListTopics() {
  PAYLOG_TRY(engine_->failure.Check());
  return engine_->catalog.List();
}

base::Result<std::unique_ptr<log::Reader>> SqliteLog::NewReader(const log::TopicPartition& from,
                                                                log::Isolation isolation) {
  PAYLOG_TRY(engine_->failure.Check());
  PAYLOG_ASSIGN(CatalogEntry entry, engine_->catalog.Find(from));
  const View view = isolation == log::Isolation::kReadAhead ? View::kWritten : View::kDurable;
  return std::unique_ptr<log::Reader>(
      std::make_unique<PartitionReader>(*engine_, std::move(entry.partition), view));
}

base::Result<std::unique_ptr<log::TransactionalWriter>> SqliteLog::NewWriter(
    const std::string& transactional_id) {
  PAYLOG_TRY(engine_->failure.Check());
  return std::unique_ptr<log::TransactionalWriter>(
      std::make_unique<Writer>(*engine_, transactional_id));
}

base::Result<std::unique_ptr<log::Producer>> SqliteLog::NewProducer() {
  PAYLOG_TRY(engine_->failure.Check());
  return std::unique_ptr<log::Producer>(std::make_unique<RecordProducer>(*engine_));
}

base::Result<std::unique_ptr<log::GroupMember>> SqliteLog::JoinGroup(
    const std::string& group, const std::vector<std::string>& topics) {
  PAYLOG_TRY(engine_->failure.Check());
  std::vector<log_group::GroupCoordinator::Subscription> subscriptions;
  for (const std::string& topic : topics) {
    PAYLOG_ASSIGN(const log::TopicSpec spec, engine_->catalog.FindTopic(topic));
    subscriptions.push_back({.topic = topic, .partition_count = spec.partition_count});
  }
  return engine_->groups.Join(group, std::move(subscriptions));
}

base::Result<std::optional<base::Offset>> SqliteLog::CommittedOffset(
    const std::string& group, const log::TopicPartition& from) {
  PAYLOG_TRY(engine_->failure.Check());
  PAYLOG_TRY(engine_->catalog.Find(from));
  // Behind every commit that was accepted: a member that was replaced may have one under way.
  PAYLOG_TRY(engine_->committer.Execute(CommitTransaction{}));
  return engine_->tail.GroupOffset({.group = group, .from = from});
}

base::Result<log::LogCut> SqliteLog::Cut() {
  PAYLOG_TRY(engine_->failure.Check());
  const std::vector<log::TopicSpec> topics = engine_->catalog.List();
  TailCache::Cut seen = engine_->tail.TakeCut();
  log::LogCut cut;
  for (const log::TopicSpec& topic : topics) {
    for (std::int32_t p = 0; p < topic.partition_count; ++p) {
      const log::TopicPartition name{.topic = topic.name, .partition = base::PartitionId(p)};
      PAYLOG_ASSIGN(const CatalogEntry entry, engine_->catalog.Find(name));
      cut.ends[name] = seen.ends.at(static_cast<std::size_t>(entry.partition.index));
    }
  }
  for (const auto& [key, offset] : seen.offsets) {
    cut.offsets[{key.group, key.from}] = offset;
  }
  return cut;
}

base::Result<void> SqliteLog::Compact(const std::string& topic) {
  PAYLOG_TRY(engine_->failure.Check());
  PAYLOG_ASSIGN(const log::TopicSpec spec, engine_->catalog.FindTopic(topic));
  if (spec.retention != log::Retention::kCompact) {
    return base::Error{.code = base::ErrorCode::kInvalidArgument,
                       .context = "topic " + topic + " keeps every record"};
  }
  PAYLOG_TRY(engine_->committer.Execute(CompactTopic{.topic = topic}));
  return {};
}

base::Result<VerifyReport> SqliteLog::Verify() {
  PAYLOG_TRY(engine_->failure.Check());
  return engine_->storage.Verify();
}

base::Result<VerifyReport> RepairHead(const Options& options) {
  return Storage::RepairHead(options.directory);
}

}  // namespace paylog::log_sqlite
