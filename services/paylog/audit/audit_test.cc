#include <algorithm>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/audit/auditor.h"
#include "paylog/cli/local_system.h"
#include "paylog/codec/headers.h"
#include "paylog/codec/message_codec.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/payment_log.h"
#include "paylog/test_support/with_header.h"

// Goal: the auditor finds whatever was changed in a log, and names the first place. Method: the
// services write an honest log; it is copied record by record, inbox timestamps included, into a
// new log, with one thing changed on the way.
namespace paylog::audit {
namespace {

using test_support::DepositBody;
using test_support::Must;
using test_support::OpenBody;
using test_support::PaymentLog;
using test_support::TransferBody;
using testing::HasSubstr;

using Records = std::vector<log::StoredRecord>;
using Contents = std::map<std::string, Records>;

std::string Name(std::string_view topic) {
  return std::string(topic);
}

std::string Describe(const Verdict& verdict) {
  if (verdict.difference() != nullptr) {
    return verdict.difference()->where + ": " + verdict.difference()->what;
  }
  return verdict.error() != nullptr ? verdict.error()->ToString() : "clean";
}

void Replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from << " in " << text;
  text.replace(at, from.size(), to);
}

void SetHeader(log::StoredRecord& record, std::string_view name, const std::string& value) {
  record.headers = test_support::WithHeader(record.headers, name, value);
}

// Validator and ledger, until all is quiet.
void RunServices(PaymentLog& log) {
  cli::LocalSystem system(log.log(),
                          {.counts = log.counts(),
                           .snapshot_directory = log.SnapshotDirectory(),
                           .warn = [](const std::string& warning) { ADD_FAILURE() << warning; }});
  Must(system.Start());
  Must(system.WaitUntilIdle([] { return false; }));
  Must(system.Stop());
}

class AuditTest : public testing::Test {
 protected:
  // An honest log: nine events, nine results, a dead letter, and balances of the second run.
  AuditTest() {
    honest_.Submit({OpenBody("o-1", "alice"), OpenBody("o-2", "bob"),
                    DepositBody("d-1", "alice", 1000), TransferBody("t-1", "alice", "bob", 300),
                    TransferBody("t-1", "alice", "bob", 300), DepositBody("d-0", "alice", 0)});
    honest_.Produce(runtime::Partition(runtime::kCommandsTopic, base::PartitionId(0)),
                    {{.key = "x", .value = "no command"}});
    RunServices(honest_);
    honest_.Submit({DepositBody("d-2", "bob", 50), TransferBody("t-2", "bob", "alice", 25)});
    RunServices(honest_);
    for (const std::string_view topic :
         {runtime::kCommandsTopic, runtime::kInboxTopic, runtime::kJournalTopic,
          runtime::kResultsTopic, runtime::kBalancesTopic, runtime::kDeadLettersTopic}) {
      contents_[Name(topic)] = honest_.Read(topic, 0);
    }
  }

  // The verdict on a copy of the honest log as `contents_` says now.
  Verdict AuditCopy() {
    PaymentLog copy(1);
    for (const auto& [topic, records] : contents_) {
      for (const log::StoredRecord& record : records) {
        // The clock ticks once before the log asks it.
        copy.mutable_clock().Set(base::TimestampMs(record.timestamp.value() - 1));
        copy.Produce(runtime::Partition(topic, base::PartitionId(0)),
                     {{.key = record.key,
                       .value = record.value,
                       .headers = record.headers,
                       .timestamp = record.timestamp}});
      }
    }
    CommitOffset(copy, runtime::kValidatorGroup, runtime::kCommandsTopic,
                 base::Offset(static_cast<std::int64_t>(Topic(runtime::kCommandsTopic).size())));
    if (ledger_offset_) {
      CommitOffset(copy, runtime::kLedgerGroup, runtime::kInboxTopic, *ledger_offset_);
    }
    return Audit(copy.log(), {.counts = copy.counts()}, report_);
  }
  // Where a difference must be found, and what it says.
  void ExpectDifference(const std::string& where, const std::string& what) {
    const Verdict verdict = AuditCopy();
    ASSERT_NE(verdict.difference(), nullptr) << Describe(verdict);
    EXPECT_THAT(verdict.difference()->where, HasSubstr(where)) << Describe(verdict);
    EXPECT_THAT(verdict.difference()->what, HasSubstr(what)) << Describe(verdict);
  }
  Records& Topic(std::string_view topic) { return contents_.at(Name(topic)); }

  Contents contents_;
  std::optional<base::Offset> ledger_offset_;
  AuditReport report_;

 private:
  static void CommitOffset(PaymentLog& copy, std::string_view group, std::string_view topic,
                           base::Offset next) {
    const auto writer = Must(copy.log().NewWriter("offsets"));
    Must(writer->Init());
    Must(writer->Begin());
    Must(writer->CommitOffset(log::GroupMetadata::Standalone(Name(group)),
                              runtime::Partition(topic, base::PartitionId(0)), next));
    Must(writer->Commit());
  }

  PaymentLog honest_{1};
};

TEST_F(AuditTest, FindsNothingInAnHonestLog) {
  const Verdict verdict = AuditCopy();
  EXPECT_TRUE(verdict.ok()) << Describe(verdict);
  EXPECT_TRUE(report_.quiet);
  EXPECT_EQ(report_.results, 8);
  EXPECT_EQ(report_.dead_letters, 1);
  EXPECT_EQ(report_.balances, 3);
  EXPECT_EQ(report_.ledgers.at(0).events, 7);
}

// The journal.

TEST_F(AuditTest, FindsAnAlteredAmount) {
  Replace(Topic(runtime::kJournalTopic).at(3).value, R"("amount":300)", R"("amount":301)");
  ExpectDifference("ledger.journal, partition 0, sequence 4", "differs from what the ledger");
}

TEST_F(AuditTest, FindsABrokenChain) {
  std::string& value = Topic(runtime::kJournalTopic).at(2).value;
  const std::size_t at = value.find(R"("prev_hash":")") + 13;
  value[at] = value[at] == '0' ? '1' : '0';
  ExpectDifference("ledger.journal, partition 0, sequence 3", "differs from what the ledger");
}

TEST_F(AuditTest, FindsAnotherKeyInTheJournal) {
  Topic(runtime::kJournalTopic).at(1).key = "alice";
  ExpectDifference("ledger.journal, partition 0, sequence 2", "differs from what the ledger");
}

TEST_F(AuditTest, FindsUnreadableBytesInTheJournal) {
  Topic(runtime::kJournalTopic).at(1).value = "garbage";
  ExpectDifference("ledger.journal, partition 0, sequence 2", "differs from what the ledger");
}

TEST_F(AuditTest, FindsAnEventThatIsGone) {
  Records& journal = Topic(runtime::kJournalTopic);
  journal.erase(journal.begin() + 4);
  ExpectDifference("ledger.journal, partition 0, sequence 5", "differs from what the ledger");
}

TEST_F(AuditTest, FindsTwoEventsInTheWrongOrder) {
  Records& journal = Topic(runtime::kJournalTopic);
  std::swap(journal.at(5), journal.at(6));
  ExpectDifference("ledger.journal, partition 0, sequence 6", "differs from what the ledger");
}

TEST_F(AuditTest, FindsAnExtraEventAtTheEnd) {
  Topic(runtime::kJournalTopic).push_back(Topic(runtime::kJournalTopic).back());
  ExpectDifference("ledger.journal, partition 0, sequence 8", "follows from no inbox record");
}

TEST_F(AuditTest, FindsAJournalCutShort) {
  Topic(runtime::kJournalTopic).pop_back();
  ExpectDifference("payments.results, partition 0, offset 7", "follows from nothing");
}

// Results.

TEST_F(AuditTest, FindsAnAlteredResult) {
  Replace(Topic(runtime::kResultsTopic).at(4).value, R"("posted":700)", R"("posted":701)");
  ExpectDifference("payments.results, partition 0, offset 4", "does not follow from");
}

TEST_F(AuditTest, FindsAMissingResult) {
  Records& results = Topic(runtime::kResultsTopic);
  results.erase(results.begin() + 3);
  ExpectDifference("payments.results/0, from ", "a record is missing");
}

TEST_F(AuditTest, FindsADoubledResult) {
  Topic(runtime::kResultsTopic).push_back(Topic(runtime::kResultsTopic).at(2));
  ExpectDifference("payments.results, partition 0, offset 8", "stands at offset 2 already");
}

TEST_F(AuditTest, FindsAnExtraResult) {
  log::StoredRecord forged = Topic(runtime::kResultsTopic).at(2);
  SetHeader(forged, codec::kCeId, "forged");
  Topic(runtime::kResultsTopic).push_back(forged);
  ExpectDifference("payments.results, partition 0, offset 8", "follows from nothing");
}

TEST_F(AuditTest, FindsAResultOfAnotherCommand) {
  SetHeader(Topic(runtime::kResultsTopic).at(2), codec::kOrigin, "payments.commands/0/0");
  ExpectDifference("payments.results, partition 0, offset 2", "does not follow from");
}

TEST_F(AuditTest, FindsAResultWhoseOriginIsBeyondAllCommands) {
  log::StoredRecord forged = Topic(runtime::kResultsTopic).at(2);
  SetHeader(forged, codec::kCeId, "forged");
  SetHeader(forged, codec::kOrigin, "payments.commands/0/500000000000");
  Topic(runtime::kResultsTopic).push_back(forged);
  ExpectDifference("payments.results, partition 0, offset 8", "follows from nothing");
}

TEST_F(AuditTest, FindsACommittedOffsetBeyondTheJournal) {
  ledger_offset_ = base::Offset(static_cast<std::int64_t>(Topic(runtime::kInboxTopic).size() + 1));
  ExpectDifference("ledger.journal, partition 0", "ends before the committed offset");
}

// Inbox, dead letters, balances.

TEST_F(AuditTest, FindsAnAlteredInboxRecord) {
  Replace(Topic(runtime::kInboxTopic).at(2).value, R"("amount":1000)", R"("amount":9000)");
  ExpectDifference("ledger.inbox, partition 0, offset 2", "does not follow from");
}

TEST_F(AuditTest, FindsAnInboxRecordThatIsGone) {
  Records& inbox = Topic(runtime::kInboxTopic);
  inbox.erase(inbox.begin() + 2);
  ExpectDifference("ledger.inbox/0, from payments.commands/0 offset 2", "a record is missing");
}

TEST_F(AuditTest, FindsAnInboxRecordThatNobodySubmitted) {
  log::StoredRecord forged = Topic(runtime::kInboxTopic).back();
  SetHeader(forged, codec::kCeId, "forged");
  Topic(runtime::kInboxTopic).push_back(forged);
  ExpectDifference("ledger.inbox, partition 0, offset 7", "follows from nothing");
}

TEST_F(AuditTest, FailsAtAnInboxRecordThatCannotBeRead) {
  log::StoredRecord forged = Topic(runtime::kInboxTopic).back();
  SetHeader(forged, codec::kCeId, "forged");
  forged.value = "garbage";
  Topic(runtime::kInboxTopic).push_back(forged);
  const Verdict verdict = AuditCopy();
  ASSERT_NE(verdict.error(), nullptr) << Describe(verdict);
  EXPECT_EQ(verdict.error()->code, base::ErrorCode::kCorrupt);
  EXPECT_THAT(verdict.error()->context, HasSubstr("offset 7"));
}

TEST_F(AuditTest, FindsAnAlteredDeadLetter) {
  Topic(runtime::kDeadLettersTopic).at(0).value = "no commanD";
  ExpectDifference("payments.dead-letters, partition 0, offset 0", "does not follow from");
}

TEST_F(AuditTest, FindsADeadLetterWithAnotherReason) {
  SetHeader(Topic(runtime::kDeadLettersTopic).at(0), codec::kReason, "body_too_large");
  ExpectDifference("payments.dead-letters, partition 0, offset 0", "does not follow from");
}

// What receivers answer is not decided again; a command's dead letter cannot pass for a webhook's.
TEST_F(AuditTest, LeavesDeadWebhooksAlone) {
  log::StoredRecord webhook = Topic(runtime::kDeadLettersTopic).at(0);
  SetHeader(webhook, codec::kCeType, std::string(codec::kTypeDeadWebhook));
  Topic(runtime::kDeadLettersTopic).push_back(webhook);
  const Verdict verdict = AuditCopy();
  EXPECT_TRUE(verdict.ok()) << Describe(verdict);
  EXPECT_EQ(report_.dead_letters, 1);
  Topic(runtime::kDeadLettersTopic).erase(Topic(runtime::kDeadLettersTopic).begin());
  EXPECT_FALSE(AuditCopy().ok());
}

TEST_F(AuditTest, FindsAnInboxRecordOfAnotherType) {
  SetHeader(Topic(runtime::kInboxTopic).at(1), codec::kCeType, std::string(codec::kTypeMessage));
  ExpectDifference("ledger.inbox, partition 0, offset 1", "does not follow from");
}

// With an event behind them such messages would be decided; they end in a verdict, not a crash.
TEST_F(AuditTest, FindsMessagesThatNoPartitionCanHaveSent) {
  const model::CommandRef command{.account = *model::AccountId::Parse("nobody"),
                                  .id = *model::CommandId::Parse("t-9"),
                                  .type = model::CommandType::kTransfer};
  const model::Money amount{.minor = 5, .currency = *model::Currency::Parse("EUR")};
  const model::AccountId creditor = *model::AccountId::Parse("bob");
  const Contents honest = contents_;
  for (const model::LedgerMessage& message : std::initializer_list<model::LedgerMessage>{
           model::ReturnMessage{.command = command,
         .creditor_account = creditor,
         .amount = amount,
         .code = model::ResultCode::kCreditorNotFound},
           model::RepeatMessage{.command = command, .to_account = command.account}}) {
    contents_ = honest;
    log::StoredRecord forged = Topic(runtime::kInboxTopic).back();
    SetHeader(forged, codec::kCeId, "forged");
    SetHeader(forged, codec::kCeType, std::string(codec::kTypeMessage));
    forged.value = codec::EncodeMessage(message);
    Topic(runtime::kInboxTopic).push_back(forged);
    Topic(runtime::kJournalTopic).push_back(Topic(runtime::kJournalTopic).back());
    ExpectDifference("ledger.inbox, partition 0, offset 7", "a re");
  }
}

TEST_F(AuditTest, FindsABalanceThatLies) {
  for (log::StoredRecord& record : Topic(runtime::kBalancesTopic)) {
    if (record.key == "bob") {
      Replace(record.value, R"("posted":325)", R"("posted":326)");
      Replace(record.value, R"("available":325)", R"("available":326)");
    }
  }
  ExpectDifference("ledger.balances, partition 0", "the balance is not the journal's");
}

TEST_F(AuditTest, FindsABalanceOfNoState) {
  log::StoredRecord& record = Topic(runtime::kBalancesTopic).at(0);
  const std::size_t at = record.value.find(R"("sequence":)") + 11;
  record.value.insert(at, "9");
  ExpectDifference("ledger.balances, partition 0, offset 0", "follows from nothing");
}

TEST_F(AuditTest, FindsABalanceThatCannotBeRead) {
  Topic(runtime::kBalancesTopic).at(0).value = "garbage";
  ExpectDifference("ledger.balances, partition 0, offset 0", "cannot be read");
}

// Partitions side by side.

// An account on each of four partitions, and a transfer from each to the next.
class AuditJobsTest : public testing::Test {
 protected:
  AuditJobsTest() {
    std::vector<std::string> commands;
    for (std::int32_t p = 0; p < kPartitions; ++p) {
      commands.push_back(OpenBody("o-1", AccountOn(p)));
      commands.push_back(DepositBody("d-1", AccountOn(p), 100));
    }
    log_.Submit(commands);
    RunServices(log_);
    for (std::int32_t p = 0; p < kPartitions; ++p) {
      log_.Submit({TransferBody("t-1", AccountOn(p), AccountOn((p + 1) % kPartitions), 30)});
    }
    RunServices(log_);
  }

  static std::string AccountOn(std::int32_t partition) {
    return test_support::NameOn("account-", partition, kPartitions);
  }
  Verdict AuditWith(int jobs, AuditReport& report) {
    return Audit(
        log_.log(),
        {.counts = log_.counts(), .snapshot_directory = log_.SnapshotDirectory(), .jobs = jobs},
        report);
  }
  // The first record of a partition, once more.
  void DoubleTheFirst(std::string_view topic, std::int32_t partition) {
    const log::StoredRecord first = log_.Read(topic, partition).at(0);
    log_.Produce(runtime::Partition(topic, base::PartitionId(partition)),
                 {{.key = first.key,
                   .value = first.value,
                   .headers = first.headers,
                   .timestamp = first.timestamp}});
  }
  // With any number of jobs.
  void ExpectDifference(const std::string& description) {
    for (const int jobs : {1, 2, 4}) {
      AuditReport report;
      const Verdict verdict = AuditWith(jobs, report);
      ASSERT_NE(verdict.difference(), nullptr) << Describe(verdict);
      EXPECT_THAT(Describe(verdict), HasSubstr(description)) << jobs << " jobs";
    }
  }

  static constexpr std::int32_t kPartitions = 4;
  PaymentLog log_{kPartitions};
};

TEST_F(AuditJobsTest, ReportTheSame) {
  AuditReport alone;
  ASSERT_TRUE(AuditWith(1, alone).ok());
  EXPECT_EQ(alone.results, 12);
  EXPECT_EQ(alone.inbox_records, 16);  // A transfer leaves a credit message too.
  for (const int jobs : {2, 3, 100}) {
    AuditReport report;
    const Verdict verdict = AuditWith(jobs, report);
    ASSERT_TRUE(verdict.ok()) << Describe(verdict);
    EXPECT_TRUE(report.quiet);
    EXPECT_EQ(report.state_hash, alone.state_hash);
    EXPECT_EQ(report.results, alone.results);
    EXPECT_EQ(report.inbox_records, alone.inbox_records);
    EXPECT_EQ(report.balances, alone.balances);
    EXPECT_EQ(report.validator.commands, alone.validator.commands);
    EXPECT_EQ(report.invariants_checked, alone.invariants_checked);
  }
}

// While what was published is read, before any stage is run again.
TEST_F(AuditJobsTest, NameTheSameDoubledResult) {
  DoubleTheFirst(runtime::kResultsTopic, 3);
  DoubleTheFirst(runtime::kResultsTopic, 1);
  ExpectDifference("payments.results, partition 1, offset 3: the same record stands at offset 0");
}

TEST_F(AuditJobsTest, NameTheSameEventTooMany) {
  DoubleTheFirst(runtime::kJournalTopic, 3);
  DoubleTheFirst(runtime::kJournalTopic, 2);
  ExpectDifference("ledger.journal, partition 2, sequence 5: the event follows from no inbox");
}

// A command that the validator has left no record of, though its offset says that it has.
TEST_F(AuditJobsTest, NameTheSameMissingRecord) {
  for (const std::int32_t partition : {3, 1}) {
    const auto commands = runtime::Partition(runtime::kCommandsTopic, base::PartitionId(partition));
    log_.Produce(commands, {{.key = AccountOn(partition),
                             .value = DepositBody("late", AccountOn(partition), 1)}});
    const auto writer = Must(log_.log().NewWriter("offsets"));
    Must(writer->Init());
    Must(writer->Begin());
    Must(writer->CommitOffset(
        log::GroupMetadata::Standalone(std::string(runtime::kValidatorGroup)), commands,
        base::Offset(
            static_cast<std::int64_t>(log_.Read(runtime::kCommandsTopic, partition).size()))));
    Must(writer->Commit());
  }
  ExpectDifference("ledger.inbox/1, from payments.commands/1 offset 3: a record is missing");
}

}  // namespace
}  // namespace paylog::audit
