#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <benchmark/benchmark.h>

#include "paylog/base/check.h"
#include "paylog/base/clock.h"
#include "paylog/base/hash.h"
#include "paylog/codec/command_codec.h"
#include "paylog/codec/event_codec.h"
#include "paylog/ledger/core/decide.h"
#include "paylog/ledger/core/evolve.h"
#include "paylog/ledger/stage/transition.h"
#include "paylog/model/index_entry.h"
#include "paylog/runtime/topics.h"
#include "paylog/service/open_log.h"
#include "paylog/store/snapshot_store.h"
#include "paylog/store/testing.h"
#include "paylog/tests/bench/workload.h"
#include "paylog/validator/stage/verdict_output.h"

// paylog_micro DIRECTORY [--benchmark_...]: what each step of a payment takes by itself, on one
// partition. The steps do not add up to a payment: they run on data that lie in a near cache.
namespace paylog::bench {
namespace {

constexpr std::int64_t kAccounts = 10'000;
constexpr std::size_t kTransfers = 1'000;
constexpr std::uint64_t kIds = 100'000;

model::InboxRecord InboxRecordOf(const Submission& submission, std::int64_t offset) {
  const auto decoded = codec::DecodeCommand(submission.record.value);
  const auto& command = std::get<model::Command>(decoded);
  return {
      .offset = base::Offset(offset),
      .timestamp = base::TimestampMs(offset),
      .body = model::CommandInput{.command = command, .body_sha256 = codec::BodySha256(command)}};
}

// A ledger partition whose accounts are open and have money, and transfers that come next.
struct Material {
  ledger::State state{base::PartitionId(0), 1};
  std::vector<log::StoredRecord> commands;
  std::vector<model::InboxRecord> inputs;
  std::vector<ledger::AppliedEvent> events;  // One of each input.
};

Material MakeMaterial() {
  Material material;
  Workload workload({.accounts = kAccounts, .partitions = 1});
  std::int64_t offset = 0;
  for (std::int64_t i = 0; i < kAccounts; ++i) {
    for (const Submission& submission : {workload.Opening(i), workload.Deposit(i)}) {
      ledger::ApplyInput(material.state, InboxRecordOf(submission, offset++), nullptr);
    }
  }
  ledger::State after(&material.state);
  for (std::size_t i = 0; i < kTransfers; ++i) {
    const Submission transfer = workload.Next(i);
    material.commands.push_back({.offset = base::Offset(offset),
                                 .key = transfer.record.key,
                                 .value = transfer.record.value,
                                 .headers = {},
                                 .timestamp = base::TimestampMs(offset)});
    material.inputs.push_back(InboxRecordOf(transfer, offset++));
    auto applied = ledger::ApplyInput(after, material.inputs.back(), nullptr);
    CHECK(applied.size() == 1);
    material.events.push_back(std::move(applied.front()));
  }
  return material;
}

// `step` for one transfer after another.
template <typename Step>
void Each(benchmark::State& state, Step step) {
  std::size_t next = 0;
  for (auto unused : state) {
    benchmark::DoNotOptimize(step(next));
    next = (next + 1) % kTransfers;
  }
  state.SetItemsProcessed(state.iterations());
}

void Evolve(benchmark::State& state, const Material& material) {
  for (auto unused : state) {
    ledger::State overlay(&material.state);
    for (const ledger::AppliedEvent& event : material.events) {
      benchmark::DoNotOptimize(ledger::Evolve(overlay, event.record, base::Sha256(event.value)));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTransfers));
}

void Apply(benchmark::State& state, const Material& material) {
  for (auto unused : state) {
    ledger::State overlay(&material.state);
    for (const model::InboxRecord& input : material.inputs) {
      benchmark::DoNotOptimize(ledger::ApplyInput(overlay, input, nullptr));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTransfers));
}

std::string IdKey(std::uint64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 12 - std::min<std::size_t>(12, digits.size()), '0');
  return "account:" + digits.substr(8) + " 019ab" + digits;
}

std::unique_ptr<store::SnapshotStore> MakeIds(const std::string& path) {
  auto opened = store::SnapshotStore::Open(path);
  CHECK(opened.has_value());
  store::OwnedChanges changes{.meta = "micro", .rows = {}, .ids = {}};
  for (std::uint64_t i = 0; i < kIds; ++i) {
    changes.ids[IdKey(2 * i)] = std::string(200, static_cast<char>('a' + i % 26));
  }
  CHECK((*opened)->Write(changes).has_value());
  return std::move(*opened);
}

void LookUp(benchmark::State& state, store::SnapshotStore& ids, bool is_there) {
  std::uint64_t next = 0;
  for (auto unused : state) {
    const auto found = ids.FindId(IdKey(2 * next + (is_there ? 0 : 1)));
    CHECK(found.has_value() && found->has_value() == is_there);
    next = (next + 7'919) % kIds;
  }
  state.SetItemsProcessed(state.iterations());
}

// All commands, durable: how long a record takes in a batch.
void Append(benchmark::State& state, const std::string& address, const Material& material) {
  const base::SystemClock clock;
  const auto opened = service::OpenLogToServe({.address = address}, 1, clock, [](const auto&) {});
  CHECK(opened.has_value());
  const auto producer = opened->log->NewProducer();
  CHECK(producer.has_value());
  const auto to = runtime::Partition(runtime::kCommandsTopic, base::PartitionId(0));
  for (auto unused : state) {
    for (const log::StoredRecord& command : material.commands) {
      CHECK((*producer)->Send(
          to,
          {.key = command.key, .value = command.value, .headers = {}, .timestamp = clock.Now()}));
    }
    CHECK((*producer)->Flush());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTransfers));
}

void Register(const std::string& name, const std::function<void(benchmark::State&)>& run) {
  benchmark::RegisterBenchmark(name.c_str(), run)->UseRealTime();
}

void RegisterAll(const Material& material, store::SnapshotStore& ids, const std::string& address) {
  const auto each = [](const std::string& name, auto step) {
    Register(name, [step](benchmark::State& state) { Each(state, step); });
  };
  each("decode", [&](std::size_t i) { return codec::DecodeCommand(material.commands[i].value); });
  each("validate", [&](std::size_t i) {
    return validator::Judge(material.commands[i], base::PartitionId(0), runtime::EqualCounts(1));
  });
  each("decide",
       [&](std::size_t i) { return ledger::Decide(material.state, material.inputs[i], nullptr); });
  each("encode",
       [&](std::size_t i) { return codec::EncodeJournalRecord(material.events[i].record); });
  each("hash", [&](std::size_t i) { return base::Sha256(material.events[i].value); });
  Register("evolve", [&](benchmark::State& state) { Evolve(state, material); });
  Register("apply", [&](benchmark::State& state) { Apply(state, material); });
  Register("look_up_known", [&](benchmark::State& state) { LookUp(state, ids, true); });
  Register("look_up_new", [&](benchmark::State& state) { LookUp(state, ids, false); });
  Register("append", [&, address](benchmark::State& state) { Append(state, address, material); });
}

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 2) {
    std::cerr << "usage: paylog_micro DIRECTORY [--benchmark_...]\n";
    return 2;
  }
  const std::string directory = argv[1];
  const Material material = MakeMaterial();
  const auto ids = MakeIds(directory + "/ids");
  RegisterAll(material, *ids, "sqlite:" + directory + "/log");
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace
}  // namespace paylog::bench

int main(int argc, char** argv) {
  return paylog::bench::Main(argc, argv);
}
