#include "paylog/cli/command_line.h"

#include <charconv>
#include <cstdlib>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "paylog/cli/commands.h"
#include "paylog/cli/open_log.h"
#include "paylog/cli/output.h"

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

template <typename Arguments>
void SetAction(CLI::App& command, const Arguments& arguments, Action& action,
               ExitCode (*carry_out)(const Arguments&)) {
  command.callback([&arguments, &action, carry_out] {
    action = [&arguments, carry_out] {
      const auto address = ParseLogAddress(arguments.log);
      return address ? carry_out(arguments) : ReportUsage(address.error().context);
    };
  });
}

// The check of an option's text, with an error that people can read.
CLI::Validator WholeNumber(std::int64_t min) {
  return CLI::Validator(
      [min](const std::string& text) {
        std::int64_t number = 0;
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data(), end, number);
        const bool good = error == std::errc() && rest == end && number >= min;
        return good ? std::string()
                    : "'" + text + "' is not a whole number of at least " + std::to_string(min);
      },
      "");
}

CLI::Validator ReadOffset() {
  return CLI::Validator(
      [](const std::string& text) {
        return IsReadOffset(text) ? std::string() : "'" + text + "' is not beginning, end, N or -N";
      },
      "");
}

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
      ->check(WholeNumber(1))
      ->capture_default_str();
  command
      ->add_option("--batch-records", arguments.batch_records,
                   "Records of one transaction at most: more are faster, fewer answer sooner")
      ->check(WholeNumber(1))
      ->capture_default_str();
  SetAction(*command, arguments, action, Run);
}

void AddSubmit(CLI::App& app, SubmitArguments& arguments, Action& action) {
  CLI::App* const command =
      app.add_subcommand("submit", "Write commands, JSON Lines, to payments.commands");
  AddLogOption(*command, arguments.log);
  AddPartitionsOption(*command, arguments.partitions);
  command->add_option("FILE", arguments.input, "A file, or '-' for standard input")->required();
  SetAction(*command, arguments, action, Submit);
}

void AddAudit(CLI::App& app, AuditArguments& arguments, Action& action) {
  CLI::App* const audit = app.add_subcommand("audit", "Check a log from outside");
  audit->require_subcommand(0, 1);
  CLI::App* const command = audit->add_subcommand(
      "verify", "Read everything, decide it again, and name the first difference");
  AddLogOption(*command, arguments.log);
  SetAction(*command, arguments, action, AuditVerify);
}

void AddFormatOption(CLI::App& command, Format& format) {
  command
      .add_option_function<std::string>(
          "--format", [&format](const std::string& text) { format = *ParseFormat(text); },
          "table, csv or json (one object a line)")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->default_str("table");
}

void AddBalances(CLI::App& app, BalancesArguments& arguments, Action& action) {
  CLI::App* const command =
      app.add_subcommand("balances", "Balances in minor units, as of the log's end");
  AddLogOption(*command, arguments.log);
  command->add_option("ACCOUNT", arguments.accounts, "Only these accounts");
  command->add_flag("--system", arguments.system, "System accounts too, summed over partitions");
  AddFormatOption(*command, arguments.format);
  SetAction(*command, arguments, action, Balances);
}

void AddResults(CLI::App& app, ResultsArguments& arguments, Action& action) {
  CLI::App* const command = app.add_subcommand("results", "The outcomes of commands");
  AddLogOption(*command, arguments.log);
  command->add_option("--command-id", arguments.command_id, "Only of this command id");
  command->add_option("--account", arguments.account, "Only of this account's commands");
  command->add_flag("--follow", arguments.follow, "Go on with what comes");
  AddFormatOption(*command, arguments.format);
  SetAction(*command, arguments, action, Results);
}

void AddRead(CLI::App& app, ReadArguments& arguments, Action& action) {
  CLI::App* const command = app.add_subcommand("read", "Records of a topic as JSON Lines");
  AddLogOption(*command, arguments.log);
  command->add_option("TOPIC", arguments.topic, "`paylog topics` lists them")->required();
  command->add_option("--partition", arguments.partition, "Only this partition")
      ->check(WholeNumber(0));
  command->add_option("--offset", arguments.offset, "beginning, end, N, or -N for the last N")
      ->check(ReadOffset())
      ->capture_default_str();
  command->add_option("--count", arguments.count, "At most so many records")->check(WholeNumber(0));
  command->add_option("--key", arguments.key, "Only records with this key");
  command->add_flag("--follow", arguments.follow, "Go on with what comes");
  SetAction(*command, arguments, action, Read);
}

void AddTopics(CLI::App& app, TopicsArguments& arguments, Action& action) {
  CLI::App* const command = app.add_subcommand("topics", "Topics, partitions and their ends");
  AddLogOption(*command, arguments.log);
  SetAction(*command, arguments, action, Topics);
}

void AddRepairHead(CLI::App& app, RepairHeadArguments& arguments, Action& action) {
  CLI::App* const command = app.add_subcommand(
      "repair-head", "Check an embedded log whose head file is damaged, and write the head anew");
  AddLogOption(*command, arguments.log);
  SetAction(*command, arguments, action, RepairHead);
}

ExitCode ParseAndCarryOut(int argc, const char* const* argv) {
  CLI::App app("paylog: an event-sourced payment processor on a message log");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(0, 1);  // So that a wrong one is named; see below for none.
  Action action;
  RunArguments run;
  SubmitArguments submit;
  BalancesArguments balances;
  ResultsArguments results;
  TopicsArguments topics;
  ReadArguments read;
  AuditArguments audit;
  RepairHeadArguments repair_head;
  AddRun(app, run, action);
  AddSubmit(app, submit, action);
  AddBalances(app, balances, action);
  AddResults(app, results, action);
  AddTopics(app, topics, action);
  AddRead(app, read, action);
  AddAudit(app, audit, action);
  AddRepairHead(app, repair_head, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      return ReportUsage(error.what());
    }
    (void)app.exit(error);  // Prints the help or the version.
    return ExitCode::kDone;
  }
  return action ? action() : ReportUsage("a subcommand is required");
}

}  // namespace

ExitCode Main(int argc, const char* const* argv) {
  PrepareProcess();
  return FinishOutput(ParseAndCarryOut(argc, argv));
}

}  // namespace paylog::cli
