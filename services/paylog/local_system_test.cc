#include "paylog/cli/local_system.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/audit/auditor.h"
#include "paylog/cli/ingest.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/payment_log.h"

// Goal: validator and ledger together, as `paylog run` starts them, leave a log that the auditor
// finds clean, over stops and restarts, with a snapshot every few events.
namespace paylog::cli {
namespace {

using model::ResultCode;
using test_support::DepositBody;
using test_support::Must;
using test_support::NameOn;
using test_support::OpenBody;
using test_support::PaymentLog;
using test_support::TransferBody;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int32_t kPartitions = 3;
constexpr std::int64_t kSnapshotEvents = 5;

bool Never() {
  return false;
}

class LocalSystemTest : public testing::Test {
 protected:
  // Systems that run at once have snapshots of their own.
  std::unique_ptr<LocalSystem> Start(const std::string& snapshots = "snapshots") {
    std::filesystem::create_directories(log_.In(snapshots));
    auto system = std::make_unique<LocalSystem>(
        log_.log(),
        SystemOptions{.counts = log_.counts(),
                      .snapshot_directory = log_.In(snapshots),
                      .snapshot_events = kSnapshotEvents,
                      .warn = [](const std::string& warning) { ADD_FAILURE() << warning; }});
    Must(system->Start());
    return system;
  }
  void RunUntilIdle() {
    const auto system = Start();
    Must(system->WaitUntilIdle(Never));
    Must(system->Stop());
  }
  audit::AuditReport ExpectCleanAudit() {
    audit::AuditReport report;
    const audit::Verdict verdict = audit::Audit(
        log_.log(),
        {.counts = log_.counts(), .snapshot_directory = log_.SnapshotDirectory(), .jobs = 2},
        report);
    EXPECT_TRUE(verdict.ok()) << (verdict.difference() != nullptr
                                      ? verdict.difference()->where + ": " +
                                            verdict.difference()->what
                                      : verdict.error()->ToString());
    EXPECT_TRUE(report.quiet);
    return report;
  }
  IngestReport Ingest(const std::string& text, const std::function<bool()>& stopped = Never) {
    test_support::WriteFile(log_.In("commands.jsonl"), text);
    return Must(
        IngestLines(log_.log(), log_.clock(),
                    {.path = log_.In("commands.jsonl"),
                     .counts = log_.counts(),
                     .stopped = stopped,
                     .report_bad = [this](const std::string& message) { bad_.push_back(message); },
                     .progress = [](std::int64_t, const LineReader&, std::int64_t) {}}));
  }
  std::size_t Commands() { return log_.ReadAll(runtime::kCommandsTopic, kPartitions).size(); }

  PaymentLog log_{kPartitions};
  std::vector<std::string> bad_;
  const std::string alice_ = NameOn("alice", 0, kPartitions);
  const std::string anna_ = NameOn("anna", 0, kPartitions);
  const std::string bob_ = NameOn("bob", 1, kPartitions);
};

TEST_F(LocalSystemTest, CarriesPaymentsOverRestarts) {
  log_.Submit({OpenBody("o-1", alice_), OpenBody("o-2", anna_), OpenBody("o-3", bob_)});
  RunUntilIdle();
  log_.Submit({DepositBody("d-1", alice_, 10'000), DepositBody("d-2", bob_, 10'000)});
  for (int i = 0; i < 40; ++i) {
    const std::string id = "t-" + std::to_string(i % 30);  // The last ten are repeats.
    log_.Submit({TransferBody(id, alice_, i % 2 == 0 ? anna_ : bob_, 10),
                 TransferBody(id, bob_, alice_, 7)});
  }
  log_.Submit({TransferBody("x-1", alice_, NameOn("nobody", 2, kPartitions), 10)});
  RunUntilIdle();
  const audit::AuditReport first = ExpectCleanAudit();
  EXPECT_TRUE(std::any_of(first.ledgers.begin(), first.ledgers.end(),
                          [](const auto& ledger) { return ledger.snapshot_checked; }));

  // While it runs, and with a restart of the log itself.
  log_.Reopen();
  auto system = Start();
  log_.Submit({TransferBody("t-1", alice_, bob_, 10), TransferBody("t-2", alice_, anna_, 11)});
  Must(system->WaitUntilIdle(Never));
  log_.Submit({TransferBody("u-1", alice_, bob_, 10)});
  Must(system->WaitUntilIdle(Never));
  Must(system->Stop());
  system.reset();
  ExpectCleanAudit();

  const auto completed = log_.ResultsOf(alice_, "t-1");
  ASSERT_EQ(completed.size(), 3U);  // Once, as a repeat, and as a repeat after the restart.
  EXPECT_EQ(std::count_if(completed.begin(), completed.end(),
                          [](const auto& result) { return !result.duplicate; }),
            1);
  EXPECT_EQ(log_.ResultsOf(alice_, "t-2").back().code, ResultCode::kIdempotencyConflict);
  EXPECT_EQ(log_.ResultsOf(alice_, "x-1").back().code, ResultCode::kCreditorNotFound);
  // 20 of the first 30 went out to each side at 10 a time, 30 came in at 7; then u-1.
  const auto last = log_.ResultsOf(alice_, "u-1").back();
  ASSERT_FALSE(last.balances.empty());
  EXPECT_TRUE(last.balances[0].posted == 10'000 - 30 * 10 + 30 * 7 - 10);
}

TEST_F(LocalSystemTest, SharesItsPartitionsAndTakesThemOver) {
  log_.Submit({OpenBody("o-1", alice_), OpenBody("o-2", anna_), OpenBody("o-3", bob_)});
  RunUntilIdle();
  log_.Submit({DepositBody("d-1", alice_, 10'000), DepositBody("d-2", bob_, 10'000)});
  int next = 0;
  const auto feed = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const std::string id = "t-" + std::to_string(next++);
      log_.Submit({TransferBody(id, alice_, bob_, 1), TransferBody(id, bob_, anna_, 1)});
    }
  };
  auto staying = Start();
  for (int round = 0; round < 4; ++round) {
    auto leaving = Start("snapshots-of-the-other");
    feed(20);
    Must(leaving->Stop());
    leaving.reset();
    feed(5);
  }
  Must(staying->WaitUntilIdle(Never));
  Must(staying->Stop());
  EXPECT_EQ(ExpectCleanAudit().results, 5 + 2 * next);
}

TEST_F(LocalSystemTest, StopsBeforeAllIsDoneAndGoesOnLater) {
  log_.Submit({OpenBody("o-1", alice_), OpenBody("o-3", bob_)});
  RunUntilIdle();
  std::vector<std::string> bodies;
  for (int i = 0; i < 200; ++i) {
    bodies.push_back(DepositBody("d-" + std::to_string(i), i % 2 == 0 ? alice_ : bob_, 1));
  }
  log_.Submit(bodies);
  for (int round = 0; round < 3; ++round) {
    const auto system = Start();
    Must(system->Stop());
  }
  RunUntilIdle();
  EXPECT_EQ(ExpectCleanAudit().results, 202);
}

TEST_F(LocalSystemTest, ReportsAFailureToWhoeverWaits) {
  log_.Produce(runtime::Partition(runtime::kInboxTopic, base::PartitionId(1)),
               {{.value = "garbage"}});
  const auto system = Start();
  const base::Error error = test_support::ErrorOf(system->WaitUntilIdle(Never));
  EXPECT_EQ(error.code, base::ErrorCode::kCorrupt);
  EXPECT_THAT(error.context, HasSubstr("ledger.inbox/1"));
  EXPECT_FALSE(system->Stop().has_value());
}

TEST_F(LocalSystemTest, TakesEachLineOfAFileOnce) {
  const std::string text = OpenBody("o-1", alice_) + "\n\n" + OpenBody("o-2", bob_) + "\r\n" +
                           DepositBody("d-1", alice_, 5);
  EXPECT_EQ(Ingest(text).taken, 3);
  const IngestReport again = Ingest(text);
  EXPECT_EQ(again.taken, 0);
  EXPECT_EQ(again.resumed_at, static_cast<std::int64_t>(text.size()));
  EXPECT_EQ(Commands(), 3U);
  EXPECT_EQ(Ingest(text + "\n").taken, 3) << "another file";
  RunUntilIdle();
  ExpectCleanAudit();
}

TEST_F(LocalSystemTest, ResumesAFileWhereItWasStopped) {
  std::string text;
  for (int i = 0; i < 50; ++i) {
    text += DepositBody("d-" + std::to_string(i), alice_, 5) + (i == 40 ? "\nno command\n" : "\n");
  }
  std::int64_t taken = 0;
  for (int runs = 0; taken < 50; ++runs) {
    ASSERT_LT(runs, 20);
    int left = 7;
    taken += Ingest(text, [&] { return left-- == 0; }).taken;
  }
  EXPECT_EQ(Commands(), 50U);
  EXPECT_THAT(bad_, ElementsAre(HasSubstr("line 42: ")));
}

TEST_F(LocalSystemTest, RemembersNoPlaceInAFileThatChangesWhileItIsRead) {
  const std::string text = OpenBody("o-1", alice_) + "\n" + OpenBody("o-2", bob_) + "\n";
  const std::string path = log_.In("commands.jsonl");
  test_support::WriteFile(path, text);
  bool changed = false;
  const auto change_once = [&] {  // Called before each line, so behind the digest.
    if (!changed) {
      std::ofstream(path, std::ios::app) << OpenBody("o-3", anna_) << '\n';
      changed = true;
    }
    return false;
  };
  const auto report =
      IngestLines(log_.log(), log_.clock(),
                  {.path = path,
                   .counts = log_.counts(),
                   .stopped = change_once,
                   .report_bad = [](const std::string&) {},
                   .progress = [](std::int64_t, const LineReader&, std::int64_t) {}});
  const base::Error error = test_support::ErrorOf(report);
  EXPECT_EQ(error.code, base::ErrorCode::kIo);
  EXPECT_THAT(error.context, HasSubstr(path + ": was changed while it was read"));
  EXPECT_EQ(Commands(), 0U);
  const IngestReport again = Ingest(text);
  EXPECT_EQ(again.taken, 2);
  EXPECT_EQ(again.resumed_at, 0);
}

TEST_F(LocalSystemTest, ReportsBadLinesByNumberAndTakesTheRest) {
  const IngestReport report =
      Ingest(OpenBody("o-1", alice_) + "\n{\n\n" + DepositBody("d-1", alice_, 0) + "\n" +
             R"({"command_id":"x"})" + "\n" + std::string(100'000, 'x') + "\n" +
             OpenBody("o-2", bob_) + "\n");
  EXPECT_EQ(report.lines, 6);
  EXPECT_EQ(report.taken, 3);  // What can be answered is taken; the validator refuses it.
  EXPECT_EQ(report.bad, 3);
  EXPECT_THAT(
      bad_, ElementsAre(HasSubstr("line 2: invalid_json"), HasSubstr("line 5: unreadable_account"),
                        HasSubstr("line 6: body_too_large")));
  RunUntilIdle();
  EXPECT_EQ(ExpectCleanAudit().results, 3);
}

}  // namespace
}  // namespace paylog::cli
