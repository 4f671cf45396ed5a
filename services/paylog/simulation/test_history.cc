#include "paylog/simulation/test_history.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/base/int128.h"
#include "paylog/cli/local_system.h"
#include "paylog/ledger/stage/ledger_partition.h"
#include "paylog/runtime/topics.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/payment_log.h"

namespace paylog::simulation {
namespace {

using test_support::DepositBody;
using test_support::Must;
using test_support::NameOn;
using test_support::OpenBody;
using test_support::PaymentLog;
using test_support::TransferBody;
using test_support::WithdrawBody;

std::string Name(const std::string& stem, std::int32_t partition) {
  return NameOn(stem, partition, kTestPartitions);
}

// A command about one account: `rest` is the other fields.
std::string Body(const std::string& type, const std::string& id, const std::string& account,
                 const std::string& rest = "") {
  return R"({"type":")" + type + R"(","command_id":")" + id + R"(","account":")" + account + '"' +
         (rest.empty() ? "" : "," + rest) + '}';
}

// An upstream, the services, and a reader who looks whenever all is quiet.
class Run {
 public:
  Run() { history_.partition_count = kTestPartitions; }

  void Send(std::int32_t partition, std::optional<std::string> key, std::string value) {
    const auto id = static_cast<std::int64_t>(history_.submissions.size());
    const log::TopicPartition to =
        runtime::Partition(runtime::kCommandsTopic, base::PartitionId(partition));
    log_.Produce(to, {{.key = key,
                       .value = value,
                       .headers = {{.name = kSubmissionHeader, .value = std::to_string(id)}}}});
    history_.submissions.push_back({.id = id,
                                    .to = to,
                                    .key = std::move(key),
                                    .value = std::move(value),
                                    .sent = step_,
                                    .acknowledged = step_ + 1});
    step_ += 2;
  }
  void Send(const std::vector<std::string>& bodies) {
    for (const std::string& body : bodies) {
      const auto [to, record] = test_support::CommandRecord(body, kTestPartitions);
      Send(to.partition.value(), record.key, body);
    }
  }

  void RunUntilIdle() {
    const std::string snapshots = log_.In("snapshots");
    std::filesystem::create_directories(snapshots);
    cli::LocalSystem system(log_.log(),
                            {.counts = log_.counts(),
                             .snapshot_directory = snapshots,
                             .snapshot_events = 4,
                             .warn = [](const std::string& warning) { ADD_FAILURE() << warning; }});
    Must(system.Start());
    Must(system.WaitUntilIdle([] { return false; }));
    Must(system.Stop());
    Look();
  }

  History Take() {
    for (const log::TopicSpec& topic : runtime::TopicSpecs(log_.counts())) {
      for (std::int32_t p = 0; p < topic.partition_count; ++p) {
        history_.log[runtime::Partition(topic.name, base::PartitionId(p))] =
            log_.Read(topic.name, p);
      }
    }
    for (std::int32_t p = 0; p < kTestPartitions; ++p) {
      history_.live.push_back(LiveOf(p));
    }
    return std::move(history_);
  }

 private:
  void Look() {
    ++step_;
    for (const std::string_view topic :
         {runtime::kJournalTopic, runtime::kResultsTopic, runtime::kDeadLettersTopic}) {
      for (std::int32_t p = 0; p < kTestPartitions; ++p) {
        const log::TopicPartition from = runtime::Partition(topic, base::PartitionId(p));
        const std::vector<log::StoredRecord> records = log_.Read(topic, p);
        for (std::size_t& next = looked_[from]; next < records.size(); ++next) {
          history_.observations.push_back({.seen = step_, .from = from, .record = records[next]});
        }
      }
    }
    ++step_;
  }

  std::map<std::string, LiveAccount> LiveOf(std::int32_t partition) {
    const base::PartitionId id(partition);
    runtime::Counters counters;
    ledger::LedgerPartition ledger(log_.log(), id,
                                   {.counts = log_.counts(),
                                    .snapshot_path = "",
                                    .snapshot_events = INT64_MAX,
                                    .inline_snapshots = true},
                                   counters);
    const auto committed = Must(log_.log().CommittedOffset(
        std::string(runtime::kLedgerGroup), runtime::Partition(runtime::kInboxTopic, id)));
    (void)Must(ledger.TakeOver(committed));
    std::map<std::string, LiveAccount> accounts;
    for (const model::Account* const account : ledger.state().SortedAccounts()) {
      accounts.emplace(account->id.value(),
                       LiveAccount{.currency = std::string(account->currency.code()),
                                   .posted = base::ToString(account->posted)});
    }
    return accounts;
  }

  PaymentLog log_{kTestPartitions};
  History history_;
  Step step_ = 0;
  std::map<log::TopicPartition, std::size_t> looked_;
};

const std::string kAlice = Name("alice", 0);
const std::string kAnna = Name("anna", 0);
const std::string kLeaver = Name("leaver", 0);
const std::string kBob = Name("bob", 1);
const std::string kShut = Name("shut", 1);
const std::string kCold = Name("cold", 1);
const std::string kFull = Name("full", 1);
const std::string kNobody = Name("nobody", 1);
const std::string kCarl = Name("carl", 2);
const std::string kDollars = Name("dollars", 2);
const std::string kRich = Name("rich", 2);

void OpenAndFill(Run& run) {
  run.Send({OpenBody("o", kAlice), OpenBody("o", kAnna), OpenBody("o", kLeaver),
            OpenBody("o", kBob), OpenBody("o", kShut), OpenBody("o", kCold),
            Body("open_account", "o", kFull, R"("currency":"EUR","max_balance":50)"),
            Body("open_account", "o", kCarl, R"("currency":"EUR","overdraft_limit":100)"),
            Body("open_account", "o", kDollars, R"("currency":"USD","min_balance":10)"),
            OpenBody("o", kRich)});
  run.RunUntilIdle();
  run.Send({DepositBody("d", kAlice, 10'000),
            DepositBody("d", kLeaver, 70),
            DepositBody("d", kBob, 500),
            DepositBody("d", kRich, 9'007'199'254'740'991),
            DepositBody("d-2", kRich, 1),
            WithdrawBody("w", kCarl, 100),
            WithdrawBody("w-2", kCarl, 1),
            DepositBody("d", kFull, 51),
            DepositBody("d", kDollars, 5),
            OpenBody("o-2", kBob),
            Body("deposit", "d-2", kDollars, R"("amount":30,"currency":"USD")"),
            Body("withdraw", "w", kDollars, R"("amount":21,"currency":"USD")"),
            Body("update_account", "u", kDollars, R"("max_balance":1000)"),
            Body("update_account", "u-2", kDollars, R"("overdraft_limit":3)"),
            Body("close_account", "c", kShut),
            Body("close_account", "c", kBob),
            Body("freeze_account", "f", kCold, R"("scope":"credits","reason":"court")"),
            DepositBody("d", kCold, 1),
            DepositBody("d", kShut, 1),
            DepositBody("d", kNobody, 1)});
  run.RunUntilIdle();
}

void Pay(Run& run) {
  const std::string paid =
      R"({"type":"transfer","command_id":"t-bob","debtor_account":")" + kAlice +
      R"(","creditor_account":")" + kBob +
      R"(","amount":120,"currency":"EUR","reference":"rent \u00fc","metadata":{"z":"1","a":"2"}})";
  run.Send({TransferBody("t-anna", kAlice, kAnna, 100), paid, paid,
            TransferBody("t-carl", kAlice, kCarl, 1), TransferBody("t-back", kBob, kAlice, 20),
            TransferBody("t-nobody", kAlice, kNobody, 2),
            TransferBody("t-nobody", kAlice, kNobody, 2), TransferBody("t-shut", kAlice, kShut, 3),
            TransferBody("t-cold", kAlice, kCold, 4), TransferBody("t-full", kAlice, kFull, 51),
            TransferBody("t-fits", kAlice, kFull, 50), TransferBody("t-usd", kAlice, kDollars, 5),
            TransferBody("t-rich", kAlice, kRich, 6), TransferBody("t-poor", kAnna, kBob, 101),
            TransferBody("t-bob", kAlice, kBob, 121), TransferBody("t-gone", kLeaver, kNobody, 70),
            Body("close_account", "c", kLeaver), TransferBody("t-near", kCold, kShut, 1)});
  run.RunUntilIdle();
  run.Send({paid, TransferBody("t-nobody", kAlice, kNobody, 2),
            TransferBody("t-gone", kLeaver, kNobody, 70), DepositBody("d", kAlice, 10'000),
            DepositBody("d", kAlice, 10'001), DepositBody("d", kShut, 1),
            Body("unfreeze_account", "f-2", kCold, R"("scope":"both","reason":"lifted")"),
            Body("freeze_account", "f-3", kBob, R"("scope":"both","reason":"lost")"),
            WithdrawBody("w", kBob, 1), TransferBody("t-cold-2", kAlice, kCold, 4)});
  run.RunUntilIdle();
}

void SendWhatIsNoCommand(Run& run) {
  const std::string good = DepositBody("x", kAlice, 1);
  const auto deposit = [](const std::string& rest) { return Body("deposit", "x", kAlice, rest); };
  const std::vector<std::string> bodies = {
      "",
      "no JSON",
      "[]",
      "\xff",
      std::string(70'000, ' '),
      R"({"type":"deposit","account":"a"})",
      R"({"type":"deposit","command_id":"x","account":"$external:EUR"})",
      Body("pay", "x", kAlice),
      deposit(R"("amount":1,"amount":1,"currency":"EUR")"),
      deposit(R"("amount":1,"currency":"EUR","tip":1)"),
      deposit(R"("amount":1)"),
      deposit(R"("amount":"1","currency":"EUR")"),
      deposit(R"("amount":1.5,"currency":"EUR")"),
      deposit(R"("amount":-1,"currency":"EUR")"),
      deposit(R"("amount":0,"currency":"EUR")"),
      deposit(R"("amount":1,"currency":"XXQ")"),
      deposit(R"("amount":1,"currency":"EUR","reference":"")"),
      TransferBody("x", kAlice, kAlice, 1),
      TransferBody("x", kAlice, "$external:EUR", 1),
      Body("update_account", "x", kAlice),
      Body("update_account", "x", kAlice, R"("overdraft_limit":1,"min_balance":1)")};
  for (const std::string& body : bodies) {
    run.Send(0, kAlice, body);
  }
  run.Send(0, std::nullopt, good);
  run.Send(0, kAnna, good);
  run.Send(1, kAlice, good);
  run.RunUntilIdle();
}

}  // namespace

History MakeTestHistory() {
  Run run;
  OpenAndFill(run);
  Pay(run);
  SendWhatIsNoCommand(run);
  return run.Take();
}

}  // namespace paylog::simulation
