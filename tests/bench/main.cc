#include <functional>
#include <iostream>
#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "paylog/tests/bench/benchmarks.h"

// paylog_bench BENCHMARK --log ADDRESS [OPTION...]; scripts/bench calls it.
namespace paylog::bench {
namespace {

struct Arguments {
  std::string name;
  std::string json;
  LogSetup setup;
  WorkloadOptions workload;
  std::int64_t commands = 100'000;
  std::int64_t history = 0;
  std::int64_t warm_up = 0;
  std::int64_t rate = 10'000;
  std::int64_t callers = 1'000;
  double seconds = 5;
  bool no_audit = false;
};

using Benchmark = std::function<base::Result<void>(const Arguments&, Report&)>;

void AddOptions(CLI::App& app, Arguments& arguments) {
  WorkloadOptions& workload = arguments.workload;
  app.add_option("--name", arguments.name, "What the figures are called")->required();
  app.add_option("--log", arguments.setup.address, "A log of the benchmark's own")->required();
  app.add_option("--json", arguments.json, "Write the figures to this file too");
  app.add_option("--partitions", arguments.setup.partitions);
  app.add_option("--batch-records", arguments.setup.batch_records);
  app.add_option("--snapshot-events", arguments.setup.snapshot_events);
  app.add_option("--commands", arguments.commands);
  app.add_option("--history", arguments.history, "Commands before those, of end-to-end");
  app.add_option("--warm-up", arguments.warm_up, "Commands that are not counted, of end-to-end");
  app.add_option("--rate", arguments.rate, "Commands a second, of latency");
  app.add_option("--callers", arguments.callers);
  app.add_flag("--socket", arguments.setup.through_socket,
               "Those who send and read go through the owner's socket");
  app.add_option("--seconds", arguments.seconds);
  app.add_flag("--no-audit", arguments.no_audit, "Of recovery: leave the audit out");
  app.add_option("--accounts", workload.accounts);
  app.add_option("--duplicates", workload.duplicates_in_a_hundred, "In a hundred");
  app.add_option("--ids", workload.ids)
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Ids>{{"ordered", Ids::kTimeOrdered}, {"random", Ids::kRandom}}));
  app.add_option("--debtors", workload.debtors)
      ->transform(CLI::CheckedTransformer(std::map<std::string, Debtors>{
          {"uniform", Debtors::kUniform}, {"zipf", Debtors::kZipf}, {"one", Debtors::kOne}}));
  app.add_option("--where", workload.where)
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Partitions>{{"any", Partitions::kAny},
                                            {"within", Partitions::kWithin},
                                            {"across", Partitions::kAcross}}));
}

const std::map<std::string, Benchmark>& Benchmarks() {
  static const std::map<std::string, Benchmark> kBenchmarks = {
      {"end-to-end",
       [](const Arguments& a, Report& report) {
         return EndToEnd(a.name, a.setup, a.workload,
                         {.history = a.history, .measured = a.commands, .warm_up = a.warm_up},
                         report);
       }},
      {"fill",
       [](const Arguments& a, Report& report) {
         return Fill(a.name, a.setup, a.workload, a.commands, report);
       }},
      {"latency",
       [](const Arguments& a, Report& report) {
         return Latency(a.name, a.setup, a.workload, a.rate, a.seconds, report);
       }},
      {"callers",
       [](const Arguments& a, Report& report) {
         return Callers(a.name, a.setup, a.workload, a.callers, a.seconds, report);
       }},
      {"recovery", [](const Arguments& a, Report& report) {
         return RecoveryTime(a.name, a.setup, a.workload,
                             {.commands = a.commands, .audit = !a.no_audit}, report);
       }}};
  return kBenchmarks;
}

int Main(int argc, const char* const* argv) {
  CLI::App app("Measures paylog on a log of its own");
  app.require_subcommand(1);
  Arguments arguments;
  for (const auto& [name, unused] : Benchmarks()) {
    AddOptions(*app.add_subcommand(name), arguments);
  }
  CLI11_PARSE(app, argc, argv);
  arguments.workload.partitions = arguments.setup.partitions;
  Report report;
  const auto measured =
      Benchmarks().at(app.get_subcommands().front()->get_name())(arguments, report);
  if (!measured) {
    std::cerr << "paylog_bench: " << measured.error().ToString() << '\n';
    return 1;
  }
  if (!arguments.json.empty() && !report.WriteJson(arguments.json)) {
    std::cerr << "paylog_bench: " << arguments.json << " could not be written\n";
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace paylog::bench

int main(int argc, char** argv) {
  return paylog::bench::Main(argc, argv);
}
