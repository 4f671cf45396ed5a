#include <algorithm>
#include <atomic>
#include <charconv>
#include <iostream>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "paylog/runtime/topics.h"
#include "paylog/tests/bench/report.h"
#include "paylog/tests/bench/resources.h"
#include "paylog/tests/bench/rivals/kafka_client.h"

// rival_kafka_loop: what Kafka's transactions allow at most. Two loops in a row that decide nothing
// and pass bytes on, with as many inputs, outputs, transactions and producers as the validator and
// the ledger have, on the same topics:
//   1. a record of payments.commands becomes one of ledger.inbox;
//   2. a record of ledger.inbox becomes one of ledger.journal and one of payments.results, where
//      debtor and creditor would lie on one partition. Otherwise it becomes one of ledger.journal
//      and a second half, a record without a key, on another partition of ledger.inbox.
// `paylog_bench fill` makes the topics and the commands.
namespace paylog::bench::rivals {
namespace {

constexpr int kPollMs = 100;
constexpr double kMicro = 1e6;

struct Arguments {
  std::string name;
  std::string log;
  std::string json;
  std::int32_t partitions = 4;
  std::size_t batch_records = 5'000;
  std::int64_t commands = 100'000;
  std::int64_t amounts = 0;

  [[nodiscard]] std::string bootstrap() const { return log.substr(log.find(':') + 1); }
};

// What one loop does with one record; returns how many second halves it made (0 or 1).
using Pass = std::int64_t (*)(Producer&, const rd_kafka_message_t&, std::int32_t partitions);

std::int64_t PassCommand(Producer& to, const rd_kafka_message_t& record, std::int32_t) {
  to.Send(std::string(runtime::kInboxTopic), record.partition, record, true);
  return 0;
}

std::int64_t PassInbox(Producer& to, const rd_kafka_message_t& record, std::int32_t partitions) {
  to.Send(std::string(runtime::kJournalTopic), record.partition, record, true);
  const auto away = static_cast<std::int32_t>(record.offset % partitions);
  if (away == 0 || record.key == nullptr) {
    to.Send(std::string(runtime::kResultsTopic), record.partition, record, true);
    return 0;
  }
  to.Send(std::string(runtime::kInboxTopic), (record.partition + away) % partitions, record, false);
  return 1;
}

// Consume, produce, send offsets, commit: on one partition, with a producer of its own.
class Loop {
 public:
  Loop(const Arguments& arguments, const std::string& topic, std::int32_t partition, Pass pass)
      : arguments_(arguments),
        topic_(topic),
        partition_(partition),
        pass_(pass),
        consumer_(arguments.bootstrap(), "loop-" + topic, topic, {partition}),
        producer_(arguments.bootstrap(), "loop-" + topic + '-' + std::to_string(partition)) {}

  void Run(const std::atomic<bool>& stopped) {
    while (!stopped) {
      const auto records = consumer_.Poll(kPollMs, arguments_.batch_records);
      if (records.empty()) {
        continue;
      }
      producer_.Begin();
      for (const Message& record : records) {
        second_halves_ += pass_(producer_, *record, arguments_.partitions);
      }
      const Offsets offsets(rd_kafka_topic_partition_list_new(1));
      rd_kafka_topic_partition_list_add(offsets.get(), topic_.c_str(), partition_)->offset =
          records.back()->offset + 1;
      producer_.Commit(consumer_, *offsets);
      ++transactions_;
    }
  }
  [[nodiscard]] std::int64_t second_halves() const { return second_halves_; }
  [[nodiscard]] std::int64_t transactions() const { return transactions_; }

 private:
  const Arguments& arguments_;
  const std::string topic_;
  const std::int32_t partition_;
  const Pass pass_;
  Consumer consumer_;
  Producer producer_;
  std::int64_t second_halves_ = 0;
  std::int64_t transactions_ = 0;
};

std::vector<std::int32_t> AllPartitions(const Arguments& arguments) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(arguments.partitions));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::vector<std::unique_ptr<Loop>> MakeLoops(const Arguments& arguments) {
  std::vector<std::unique_ptr<Loop>> loops;
  for (const std::int32_t p : AllPartitions(arguments)) {
    loops.push_back(
        std::make_unique<Loop>(arguments, std::string(runtime::kCommandsTopic), p, PassCommand));
    loops.push_back(
        std::make_unique<Loop>(arguments, std::string(runtime::kInboxTopic), p, PassInbox));
  }
  return loops;
}

void ReadUntilCount(Consumer& results, std::int64_t count) {
  for (std::int64_t seen = 0; seen < count;) {
    seen += static_cast<std::int64_t>(results.Poll(kPollMs, 10'000).size());
  }
}

std::int64_t AmountOf(const rd_kafka_message_t& record) {
  constexpr std::string_view kName = "\"amount\":";
  const std::string_view value(static_cast<const char*>(record.payload), record.len);
  const std::size_t begin = value.find(kName);
  std::int64_t amount = 0;
  if (begin == std::string_view::npos ||
      std::from_chars(value.data() + begin + kName.size(), value.data() + value.size(), amount)
              .ec != std::errc()) {
    Fail("a record without an amount", std::string(value));
  }
  return amount;
}

struct Content {
  std::int64_t records = 0;
  std::int64_t amounts = 0;
};

Content ReadAll(const Arguments& arguments, std::string_view topic) {
  const auto partitions = AllPartitions(arguments);
  Consumer consumer(arguments.bootstrap(), "check", std::string(topic), partitions);
  Content content;
  while (consumer.ended().size() < partitions.size()) {
    for (const Message& record : consumer.Poll(kPollMs, 10'000)) {
      ++content.records;
      content.amounts += AmountOf(*record);
    }
  }
  return content;
}

void ExpectEqual(const std::string& what, std::int64_t found, std::int64_t expected) {
  if (found != expected) {
    Fail(what, std::to_string(found) + " in place of " + std::to_string(expected));
  }
}

void CheckTopics(const Arguments& arguments, std::int64_t second_halves) {
  const Content results = ReadAll(arguments, runtime::kResultsTopic);
  ExpectEqual("results", results.records, arguments.commands);
  ExpectEqual("amounts of all results", results.amounts, arguments.amounts);
  const Content journal = ReadAll(arguments, runtime::kJournalTopic);
  ExpectEqual("records of the journal", journal.records, arguments.commands + second_halves);
}

int Run(const Arguments& arguments) {
  const auto loops = MakeLoops(arguments);
  Consumer results(arguments.bootstrap(), "results", std::string(runtime::kResultsTopic),
                   AllPartitions(arguments));
  std::atomic<bool> stopped = false;
  std::vector<std::jthread> threads;
  const Resources begin = Resources::Now();
  for (const auto& loop : loops) {
    threads.emplace_back([&stopped, one = loop.get()] { one->Run(stopped); });
  }
  ReadUntilCount(results, arguments.commands);
  const Resources end = Resources::Now();
  stopped = true;
  threads.clear();
  std::int64_t second_halves = 0;
  std::int64_t transactions = 0;
  for (const auto& loop : loops) {
    second_halves += loop->second_halves();
    transactions += loop->transactions();
  }
  CheckTopics(arguments, second_halves);
  Report report;
  const auto count = static_cast<double>(arguments.commands);
  report.Add(arguments.name, count / SecondsBetween(begin, end), "payments/s");
  report.Add(arguments.name + "_cpu", (end.cpu_seconds - begin.cpu_seconds) / count * kMicro,
             "us/payment");
  report.Add(arguments.name + "_outputs", 3 + 2 * static_cast<double>(second_halves) / count,
             "records/payment");
  report.Add(arguments.name + "_transaction", count / static_cast<double>(transactions),
             "payments");
  return arguments.json.empty() || report.WriteJson(arguments.json) ? 0 : 1;
}

int Main(int argc, const char* const* argv) {
  CLI::App app("Two loops of Kafka transactions in a row, with no work of their own");
  Arguments arguments;
  app.add_option("--name", arguments.name, "What the figures are called")->required();
  app.add_option("--log", arguments.log, "kafka:HOST:PORT, filled by paylog_bench fill")
      ->required();
  app.add_option("--commands", arguments.commands, "How many it was filled with")->required();
  app.add_option("--amounts", arguments.amounts, "Their sum")->required();
  app.add_option("--partitions", arguments.partitions);
  app.add_option("--batch-records", arguments.batch_records);
  app.add_option("--json", arguments.json, "Write the figures to this file too");
  CLI11_PARSE(app, argc, argv);
  return Run(arguments);
}

}  // namespace
}  // namespace paylog::bench::rivals

int main(int argc, char** argv) {
  return paylog::bench::rivals::Main(argc, argv);
}
