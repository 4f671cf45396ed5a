#include "paylog/cli/command_line.h"

#include <cstdlib>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "paylog/cli/commands.h"

namespace paylog::cli {
namespace {

constexpr const char* kVersion = "paylog 0.1.0";
constexpr std::int32_t kPartitionsMax = 1'000;

std::string DefaultLog() {
  const char* const named = std::getenv("PAYLOG_LOG");
  return named != nullptr && *named != '\0' ? named : "sqlite:./paylog-data";
}

// Each Add... declares one command; `action` becomes the one that was asked for.
using Action = std::function<ExitCode()>;

void AddLogOption(CLI::App& command, std::string& log) {
  log = DefaultLog();
  command.add_option("--log", log, "The log: sqlite:DIR. $PAYLOG_LOG, or sqlite:./paylog-data")
      ->capture_default_str();
}

void AddPartitionsOption(CLI::App& command, std::int32_t& partitions) {
  command.add_option("--partitions", partitions, "Partitions of a new log (default 4)")
      ->check(CLI::Range(1, kPartitionsMax));
}

void AddRun(CLI::App& app, RunArguments& arguments, Action& action) {
  CLI::App* const command =
      app.add_subcommand("run", "Run all services in this process on an embedded log");
  AddLogOption(*command, arguments.log);
  AddPartitionsOption(*command, arguments.partitions);
  command->add_option("--input", arguments.input,
                      "Commands to take, JSON Lines; '-' is standard input. A file's place is "
                      "remembered over restarts");
  command->add_flag("--until-idle", arguments.until_idle,
                    "End when every command has its result or dead letter");
  command
      ->add_option("--snapshot-events", arguments.snapshot_events,
                   "Save ledger state after so many events of a partition")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->callback([&] { action = [&] { return Run(arguments); }; });
}

void AddSubmit(CLI::App& app, SubmitArguments& arguments, Action& action) {
  CLI::App* const command =
      app.add_subcommand("submit", "Write commands, JSON Lines, to payments.commands");
  AddLogOption(*command, arguments.log);
  AddPartitionsOption(*command, arguments.partitions);
  command->add_option("FILE", arguments.input, "A file, or '-' for standard input")->required();
  command->callback([&] { action = [&] { return Submit(arguments); }; });
}

void AddAudit(CLI::App& app, AuditArguments& arguments, Action& action) {
  CLI::App* const audit = app.add_subcommand("audit", "Check a log from outside");
  audit->require_subcommand(1);
  CLI::App* const command = audit->add_subcommand(
      "verify", "Read everything, decide it again, and name the first difference");
  AddLogOption(*command, arguments.log);
  command->callback([&] { action = [&] { return AuditVerify(arguments); }; });
}

}  // namespace

ExitCode Main(int argc, const char* const* argv) {
  CLI::App app("paylog: an event-sourced payment processor on a message log");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  Action action;
  RunArguments run;
  SubmitArguments submit;
  AuditArguments audit;
  AddRun(app, run, action);
  AddSubmit(app, submit, action);
  AddAudit(app, audit, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_help = error.get_exit_code() == 0;
    (void)app.exit(error);
    return asked_for_help ? ExitCode::kDone : ExitCode::kUsage;
  }
  return action();
}

}  // namespace paylog::cli
