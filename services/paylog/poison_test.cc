#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/audit/auditor.h"
#include "paylog/cli/local_system.h"
#include "paylog/codec/headers.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/payment_log.h"

// Goal: nothing that a producer can put into payments.commands stops a partition or goes without an
// answer. Method: seeded random records, from noise to commands with a few bytes changed, under any
// key, on any partition, small and huge; then each leaves exactly one result or dead letter, by its
// origin, and the auditor agrees.
namespace paylog::cli {
namespace {

using test_support::DepositBody;
using test_support::Must;
using test_support::NameOn;
using test_support::OpenBody;
using test_support::PaymentLog;
using test_support::TransferBody;

constexpr std::int32_t kPartitions = 3;
constexpr int kRecords = 1'500;

class Poisoner {
 public:
  explicit Poisoner(unsigned seed) : random_(seed) {
    for (std::int32_t p = 0; p < kPartitions; ++p) {
      accounts_.push_back(NameOn("account", p, kPartitions));
    }
  }

  std::pair<log::TopicPartition, log::Record> Next() {
    auto [to, record] = test_support::CommandRecord(Command(), kPartitions);
    if (Roll(4) != 0) {
      record.value = Changed(std::move(record.value));
    }
    if (Roll(5) == 0) {
      to.partition = base::PartitionId(static_cast<std::int32_t>(Roll(kPartitions)));
    }
    switch (Roll(10)) {
      case 0:
        record.key = std::nullopt;
        break;
      case 1:
        record.key = Noise(40);
        break;
      case 2:
        record.headers = {{Noise(10), Noise(10)},
                          {codec::kTraceParent, Noise(2'000)},
                          {codec::kOrigin, "payments.commands/0/0"},
                          {codec::kCeType, codec::kTypeMessage}};
        break;
      default:
        break;
    }
    return {to, record};
  }
  std::size_t Roll(std::size_t below) { return random_() % below; }

 private:
  std::string Command() {
    const std::string id = std::to_string(Roll(300));
    const std::string& account = accounts_[Roll(accounts_.size())];
    switch (Roll(4)) {
      case 0:
        return OpenBody(id, account);
      case 1:
        return DepositBody(id, account, static_cast<std::int64_t>(1 + Roll(1'000)));
      default:
        return TransferBody(id, account, accounts_[Roll(accounts_.size())],
                            static_cast<std::int64_t>(1 + Roll(1'000)));
    }
  }
  std::string Noise(std::size_t length_max) {
    std::string bytes;
    for (std::size_t n = Roll(length_max); n > 0; --n) {
      bytes.push_back(static_cast<char>(Roll(256)));
    }
    return bytes;
  }
  std::string Changed(std::string body) {
    switch (Roll(8)) {
      case 0:
        return Noise(300);
      case 1:
        return body.substr(0, Roll(body.size()));
      case 2:
        return body + std::string(64 * 1024 + Roll(100'000), ' ');
      case 3:
        return body.insert(Roll(body.size()), Noise(6));
      case 4:
        return std::string(Roll(40), '[') + body;
      case 5:
        return body.insert(body.size() - 1, R"(,"extra":)" + std::to_string(random_()));
      case 6:
        return body.insert(body.size() - 1, R"(,"metadata":{"k":"\ud83d\ude00"})");
      default:
        body[Roll(body.size())] = static_cast<char>(Roll(256));
        return body;
    }
  }

  std::mt19937 random_;
  std::vector<std::string> accounts_;
};

TEST(Poison, LeavesOneAnswerForWhateverIsSubmitted) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Poisoner poisoner(seed);
  PaymentLog log(kPartitions);
  std::vector<std::pair<log::TopicPartition, log::Record>> records;
  for (int i = 0; i < kRecords; ++i) {
    records.push_back(poisoner.Next());
  }
  log.Produce(records);

  LocalSystem system(log.log(),
                     {.counts = log.counts(),
                      .snapshot_directory = log.SnapshotDirectory(),
                      .snapshot_events = 50,
                      .warn = [](const std::string& warning) { ADD_FAILURE() << warning; }});
  Must(system.Start());
  Must(system.WaitUntilIdle([] { return false; }));
  Must(system.Stop());

  std::map<std::string, int> answers;
  std::size_t letters = 0;
  for (const std::string_view topic : {runtime::kResultsTopic, runtime::kDeadLettersTopic}) {
    for (const log::StoredRecord& record : log.ReadAll(topic, kPartitions)) {
      ++answers[std::string(record.FindHeader(codec::kOrigin).value_or(""))];
      letters += topic == runtime::kDeadLettersTopic ? 1 : 0;
    }
  }
  EXPECT_EQ(answers.size(), static_cast<std::size_t>(kRecords));
  for (std::int32_t p = 0; p < kPartitions; ++p) {
    for (const log::StoredRecord& record : log.Read(runtime::kCommandsTopic, p)) {
      const std::string origin = codec::Origin{.topic = std::string(runtime::kCommandsTopic),
                                               .partition = base::PartitionId(p),
                                               .offset = record.offset}
                                     .ToString();
      EXPECT_EQ(answers[origin], 1) << origin;
    }
  }
  EXPECT_GT(letters, 100U);
  EXPECT_GT(system.ledger_tally().completed, 100);

  audit::AuditReport report;
  const audit::Verdict verdict = audit::Audit(
      log.log(), {.counts = log.counts(), .snapshot_directory = log.SnapshotDirectory()}, report);
  EXPECT_TRUE(verdict.ok()) << (verdict.difference() != nullptr ? verdict.difference()->where
                                                                : verdict.error()->ToString());
  EXPECT_TRUE(report.quiet);
}

}  // namespace
}  // namespace paylog::cli
