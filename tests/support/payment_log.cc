#include "paylog/test_support/payment_log.h"

#include <filesystem>
#include <utility>

#include "paylog/base/murmur2.h"
#include "paylog/codec/command_codec.h"
#include "paylog/codec/headers.h"
#include "paylog/codec/result_codec.h"
#include "paylog/runtime/settings.h"
#include "paylog/test_support/must.h"

namespace paylog::test_support {
namespace {

std::string AccountOf(const std::string& body) {
  const model::DecodedCommand decoded = codec::DecodeCommand(body);
  if (const auto* const command = std::get_if<model::Command>(&decoded)) {
    return command->account.ToString();
  }
  const auto* const refused = std::get_if<model::RefusedCommand>(&decoded);
  CHECK(refused != nullptr);
  return refused->account.ToString();
}

std::string Payment(const std::string& type, const std::string& id, const std::string& account,
                    std::int64_t minor) {
  return R"({"type":")" + type + R"(","command_id":")" + id + R"(","account":")" + account +
         R"(","amount":)" + std::to_string(minor) + R"(,"currency":"EUR"})";
}

}  // namespace

PaymentLog::PaymentLog(std::int32_t partition_count) {
  Open(/*create=*/true);
  counts_ = Must(runtime::CreateTopics(*log_, clock_, partition_count));
  std::filesystem::create_directories(SnapshotDirectory());
}

std::string PaymentLog::SnapshotDirectory() const {
  return directory_.In("snapshots");
}

void PaymentLog::Open(bool create) {
  log_ = Must(log_sqlite::SqliteLog::Open(
      {.directory = directory_.In("log"), .create = create, .clock = &clock_}));
}

void PaymentLog::Reopen() {
  log_.reset();
  Open(/*create=*/false);
}

void PaymentLog::Produce(const log::TopicPartition& to, const std::vector<log::Record>& records) {
  std::vector<std::pair<log::TopicPartition, log::Record>> addressed;
  for (const log::Record& record : records) {
    addressed.emplace_back(to, record);
  }
  Produce(addressed);
}

void PaymentLog::Produce(const std::vector<std::pair<log::TopicPartition, log::Record>>& records) {
  clock_.Tick();
  const auto producer = Must(log_->NewProducer());
  for (const auto& [to, record] : records) {
    Must(producer->Send(to, record));
  }
  Must(producer->Flush());
}

void PaymentLog::Submit(const std::vector<std::string>& bodies) {
  std::vector<std::pair<log::TopicPartition, log::Record>> records;
  for (const std::string& body : bodies) {
    records.push_back(CommandRecord(body, counts_.commands));
  }
  Produce(records);
}

void PaymentLog::Accept(const std::vector<std::string>& bodies) {
  std::vector<std::pair<log::TopicPartition, log::Record>> records;
  for (const std::string& body : bodies) {
    records.push_back(
        InboxRecord(body, counts_.inbox,
                    std::string(runtime::kCommandsTopic) + "/0/" + std::to_string(accepted_++)));
  }
  Produce(records);
}

std::vector<log::StoredRecord> PaymentLog::Read(std::string_view topic, std::int32_t partition) {
  const auto reader = Must(log_->NewReader(runtime::Partition(topic, base::PartitionId(partition)),
                                           log::Isolation::kReadCommitted));
  const base::Offset end = Must(reader->EndOffset());
  Must(reader->Seek(Must(reader->BeginningOffset())));
  std::vector<log::StoredRecord> records;
  while (reader->position() < end) {
    for (log::StoredRecord& record : Must(reader->Poll({})).records) {
      records.push_back(std::move(record));
    }
  }
  return records;
}

std::vector<log::StoredRecord> PaymentLog::ReadAll(std::string_view topic,
                                                   std::int32_t partition_count) {
  std::vector<log::StoredRecord> all;
  for (std::int32_t p = 0; p < partition_count; ++p) {
    for (log::StoredRecord& record : Read(topic, p)) {
      all.push_back(std::move(record));
    }
  }
  return all;
}

std::vector<std::string> PaymentLog::Values(std::string_view topic, std::int32_t partition) {
  std::vector<std::string> values;
  for (log::StoredRecord& record : Read(topic, partition)) {
    values.push_back(std::move(record.value));
  }
  return values;
}

std::vector<model::CommandResult> PaymentLog::ResultsOf(const std::string& account,
                                                        const std::string& id) {
  std::vector<model::CommandResult> results;
  const std::int32_t partition = base::PartitionOf(account, counts_.results).value();
  for (const log::StoredRecord& record : Read(runtime::kResultsTopic, partition)) {
    model::CommandResult result = Must(codec::DecodeResult(record.value));
    if (result.account.value() == account && result.command_id.value() == id) {
      results.push_back(std::move(result));
    }
  }
  return results;
}

std::string OpenBody(const std::string& id, const std::string& account) {
  return R"({"type":"open_account","command_id":")" + id + R"(","account":")" + account +
         R"(","currency":"EUR"})";
}

std::string DepositBody(const std::string& id, const std::string& account, std::int64_t minor) {
  return Payment("deposit", id, account, minor);
}

std::string WithdrawBody(const std::string& id, const std::string& account, std::int64_t minor) {
  return Payment("withdraw", id, account, minor);
}

std::string TransferBody(const std::string& id, const std::string& debtor,
                         const std::string& creditor, std::int64_t minor) {
  return R"({"type":"transfer","command_id":")" + id + R"(","debtor_account":")" + debtor +
         R"(","creditor_account":")" + creditor + R"(","amount":)" + std::to_string(minor) +
         R"(,"currency":"EUR"})";
}

std::pair<log::TopicPartition, log::Record> CommandRecord(std::string body,
                                                          std::int32_t partition_count) {
  const std::string account = AccountOf(body);
  return {
      runtime::Partition(runtime::kCommandsTopic, base::PartitionOf(account, partition_count)),
      {.key = account, .value = std::move(body), .headers = {}, .timestamp = base::TimestampMs(1)}};
}

std::pair<log::TopicPartition, log::Record> InboxRecord(std::string body,
                                                        std::int32_t partition_count,
                                                        const std::string& origin) {
  const std::string account = AccountOf(body);
  return {runtime::Partition(runtime::kInboxTopic, base::PartitionOf(account, partition_count)),
          {.key = account,
           .value = std::move(body),
           .headers = {{codec::kCeType, codec::kTypeCommand}, {codec::kOrigin, origin}},
           .timestamp = base::TimestampMs(1)}};
}

std::string NameOn(const std::string& stem, std::int32_t partition, std::int32_t partition_count,
                   int nth) {
  for (int n = 0;; ++n) {
    std::string name = stem + std::to_string(n);
    if (base::PartitionOf(name, partition_count).value() == partition && nth-- == 0) {
      return name;
    }
  }
}

}  // namespace paylog::test_support
