#include "paylog/cli/command_line.h"

#include <functional>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "paylog/base/limits.h"
#include "paylog/cli/command_tree.h"
#include "paylog/cli/commands.h"
#include "paylog/cli/completion.h"
#include "paylog/cli/dead_letters.h"
#include "paylog/cli/man_page.h"
#include "paylog/cli/output.h"
#include "paylog/service/flags.h"
#include "paylog/service/process.h"

namespace paylog::cli {
namespace {

// Each Add... declares one command; `action` becomes the one that was asked for.
using Action = std::function<ExitCode()>;

template <typename Arguments>
void SetAction(CLI::App& command, const Arguments& arguments, Action& action,
               ExitCode (*carry_out)(const Arguments&)) {
  command.callback([&arguments, &action, carry_out] {
    if (action) {
      return;  // That of a subcommand, which comes first.
    }
    action = [&arguments, carry_out] {
      const auto checked = service::CheckLogOptions(arguments.log);
      return checked ? carry_out(arguments) : ReportUsage(checked.error().context);
    };
  });
}

CLI::Validator ReadOffset() {
  return CLI::Validator(
      [](const std::string& text) {
        return IsReadOffset(text) ? std::string() : "'" + text + "' is not beginning, end, N or -N";
      },
      "");
}

void AddPartitionsOption(CLI::App& command, std::int32_t& partitions) {
  command.add_option("--partitions", partitions, "Partitions of a new log (default 4)")
      ->type_name("N")
      ->check(CLI::Range(1, base::kPartitionCountMax));
}

void AddRun(CLI::App& app, RunArguments& arguments, Action& action) {
  CLI::App* const command = app.add_subcommand("run", "Run all services in this process");
  service::AddLogFlags(*command, arguments.log);
  AddPartitionsOption(*command, arguments.partitions);
  command
      ->add_option("--input", arguments.input,
                   "Commands to take, JSON Lines; '-' is standard input. A file's place is "
                   "remembered over restarts")
      ->type_name("FILE");
  command->add_flag("--until-idle", arguments.until_idle,
                    "End when every command has its result or dead letter, and every webhook was "
                    "tried once");
  service::AddWebhooksFlag(*command, arguments.webhooks);
  service::AddSnapshotsFlag(*command, arguments.log);
  service::AddSnapshotEventsFlag(*command, arguments.snapshot_events);
  service::AddBatchRecordsFlag(*command, arguments.batch_records);
  service::AddStrictFlag(*command, arguments.strict);
  SetAction(*command, arguments, action, Run);
}

void AddSubmit(CLI::App& app, SubmitArguments& arguments, Action& action) {
  CLI::App* const command =
      app.add_subcommand("submit", "Write commands, JSON Lines, to payments.commands");
  service::AddLogFlags(*command, arguments.log);
  AddPartitionsOption(*command, arguments.partitions);
  command->add_option("FILE", arguments.input, "A file, or '-' for standard input")->required();
  SetAction(*command, arguments, action, Submit);
}

void AddAudit(CLI::App& app, AuditArguments& arguments, Action& action) {
  CLI::App* const audit = app.add_subcommand("audit", "Check a log from outside");
  audit->require_subcommand(0, 1);
  CLI::App* const command = audit->add_subcommand(
      "verify", "Read everything, decide it again, and name the first difference");
  service::AddLogFlags(*command, arguments.log);
  service::AddSnapshotsFlag(*command, arguments.log);
  service::TakeWholeNumber(
      *command->add_option("--jobs", arguments.jobs, "Partitions at a time (default: processors)"),
      1);
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
  service::AddLogFlags(*command, arguments.log);
  command->add_option("ACCOUNT", arguments.accounts, "Only these accounts")->type_name("ACCOUNT");
  command->add_flag("--system", arguments.system, "System accounts too, summed over partitions");
  AddFormatOption(*command, arguments.format);
  SetAction(*command, arguments, action, Balances);
}

void AddResults(CLI::App& app, ResultsArguments& arguments, Action& action) {
  CLI::App* const command = app.add_subcommand("results", "The outcomes of commands");
  service::AddLogFlags(*command, arguments.log);
  command->add_option("--command-id", arguments.command_id, "Only of this command id")
      ->type_name("ID");
  command->add_option("--account", arguments.account, "Only of this account's commands")
      ->type_name("ACCOUNT");
  command->add_flag("--follow", arguments.follow, "Go on with what comes");
  AddFormatOption(*command, arguments.format);
  SetAction(*command, arguments, action, Results);
}

CLI::Option* AddLetterPosition(CLI::App& command, std::string& position) {
  return command
      .add_option("POSITION", position, "P:OFFSET, as `paylog dead-letters list` shows it")
      ->required()
      ->check(CLI::Validator(
          [](const std::string& text) {
            return ParseLetterPosition(text) ? std::string() : "'" + text + "' is not P:OFFSET";
          },
          ""));
}

struct DeadLettersArguments {
  ListDeadLettersArguments list;
  ShowDeadLetterArguments show;
  ResubmitArguments resubmit;
};

void AddDeadLetters(CLI::App& app, DeadLettersArguments& arguments, Action& action) {
  CLI::App* const letters = app.add_subcommand("dead-letters", "What could not be understood");
  letters->require_subcommand(0, 1);
  CLI::App* const list = letters->add_subcommand("list", "All of them, by partition");
  service::AddLogFlags(*list, arguments.list.log);
  list->add_option("--reason", arguments.list.reason, "Only with this result code")
      ->type_name("CODE");
  service::TakeWholeNumber(*list->add_option("--count", arguments.list.count, "At most so many"),
                           0);
  AddFormatOption(*list, arguments.list.format);
  SetAction(*list, arguments.list, action, ListDeadLetters);
  CLI::App* const show = letters->add_subcommand("show", "All that is known of one, and its body");
  service::AddLogFlags(*show, arguments.show.log);
  AddLetterPosition(*show, arguments.show.position);
  show->add_flag("--raw", arguments.show.raw, "Only the body, its exact bytes");
  SetAction(*show, arguments.show, action, ShowDeadLetter);
  CLI::App* const resubmit =
      letters->add_subcommand("resubmit", "Write one to payments.commands once more");
  service::AddLogFlags(*resubmit, arguments.resubmit.log);
  AddLetterPosition(*resubmit, arguments.resubmit.position);
  resubmit
      ->add_option("--body", arguments.resubmit.body,
                   "The corrected body: a file, or '-' for standard input")
      ->type_name("FILE");
  resubmit->add_flag("--again", arguments.resubmit.again, "Though it was resubmitted before");
  SetAction(*resubmit, arguments.resubmit, action, Resubmit);
}

void AddRead(CLI::App& app, ReadArguments& arguments, Action& action) {
  CLI::App* const command = app.add_subcommand("read", "Records of a topic as JSON Lines");
  service::AddLogFlags(*command, arguments.log);
  command->add_option("TOPIC", arguments.topic, "`paylog topics` lists them")->required();
  service::TakeWholeNumber(
      *command->add_option("--partition", arguments.partition, "Only this partition"), 0);
  command->add_option("--offset", arguments.offset, "beginning, end, N, or -N for the last N")
      ->check(ReadOffset())
      ->type_name("OFFSET")
      ->capture_default_str();
  service::TakeWholeNumber(
      *command->add_option("--count", arguments.count, "At most so many records"), 0);
  command->add_option("--key", arguments.key, "Only records with this key")->type_name("KEY");
  command->add_flag("--follow", arguments.follow, "Go on with what comes");
  SetAction(*command, arguments, action, Read);
}

void AddTopics(CLI::App& app, TopicsArguments& arguments, CreateTopicsArguments& to_create,
               Action& action) {
  CLI::App* const command = app.add_subcommand("topics", "Topics, partitions and their ends");
  service::AddLogFlags(*command, arguments.log);
  command->require_subcommand(0, 1);
  SetAction(*command, arguments, action, Topics);
  CLI::App* const create =
      command->add_subcommand("create", "Make what is missing of a log's topics");
  service::AddLogFlags(*create, to_create.log);
  AddPartitionsOption(*create, to_create.partitions);
  service::TakeWholeNumber(
      *create->add_option("--replication-factor", to_create.log.replication_factor,
                          "Copies of each record on Kafka; 3, or as many as there are brokers"),
      1);
  service::AddStrictFlag(*create, to_create.strict);
  SetAction(*create, to_create, action, CreateTopics);
}

void AddRepairHead(CLI::App& app, RepairHeadArguments& arguments, Action& action) {
  CLI::App* const command = app.add_subcommand(
      "repair-head", "Check an embedded log whose head file is damaged, and write the head anew");
  service::AddLogFlags(*command, arguments.log);
  SetAction(*command, arguments, action, RepairHead);
}

void AddSimulate(CLI::App& app, SimulateArguments& arguments, Action& action) {
  CLI::App* const command = app.add_subcommand(
      "simulate", "Run a whole cluster in this process, under faults, and check what comes of it");
  command->add_option("--seed", arguments.seed, "Run this seed, and print its settings")
      ->type_name("N");
  command->add_option("--seeds", arguments.seeds, "Run the seeds A..B")->type_name("A..B");
  command
      ->add_option("--scenario", arguments.scenario,
                   "Settings, faults and commands from a file; the rest is drawn from the seed")
      ->type_name("FILE");
  service::TakeWholeNumber(
      *command->add_option("--minutes", arguments.minutes, "Begin no run after so many minutes"),
      1);
  service::TakeWholeNumber(
      *command->add_option("--jobs", arguments.jobs, "Runs at a time (default: processors)"), 1);
  command->add_flag("--trace", arguments.trace, "Print what happens, step by step");
  command->add_flag("--require-all", arguments.require_all,
                    "Fail if a kind of fault, event, code or rare path never happened");
  command->callback(
      [&arguments, &action] { action = [&arguments] { return Simulate(arguments); }; });
}

void AddGenerate(CLI::App& app, GenerateArguments& arguments, Action& action) {
  CLI::App* const command =
      app.add_subcommand("generate", "Make up payments, JSON Lines, to try things with");
  service::TakeWholeNumber(
      *command->add_option("--accounts", arguments.accounts, "Wallets and shops (default 1000)"),
      2);
  service::TakeWholeNumber(
      *command->add_option("--payments", arguments.payments, "Payments (default 10000)"), 0);
  service::TakeWholeNumber(
      *command->add_option("--seed", arguments.seed, "Another seed, other payments (default 1)"),
      0);
  command
      ->add_option("--part", arguments.part,
                   "all, or only what opens the accounts, or only the payments")
      ->check(CLI::IsMember({"all", "accounts", "payments"}));
  command->callback(
      [&arguments, &action] { action = [&arguments] { return Generate(arguments); }; });
}

void AddScenario(CLI::App& app, ScenarioArguments& arguments, Action& action) {
  CLI::App* const command = app.add_subcommand(
      "scenario", "Play stories: commands with what must come of them, in text files");
  command->add_option("FILE", arguments.files, "Story files")->required();
  command->add_flag("--rewrite", arguments.rewrite,
                    "Write what was found into the files, in place of what was expected");
  command->add_flag("--accounts", arguments.accounts,
                    "Print how each account ends, and on which partition it lies");
  command->callback(
      [&arguments, &action] { action = [&arguments] { return PlayScenarios(arguments); }; });
}

// What is printed about the command line itself.
void AddCompletion(CLI::App& app, std::string& shell, Action& action) {
  CLI::App* const command = app.add_subcommand(
      "completion", "Print a script that completes this command line, for a shell to source");
  command->add_option("SHELL", shell, "Which shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&app, &shell, &action] {
    action = [&app, &shell] {
      const CommandSpec tree = Describe(app);
      std::cout << (shell == "bash"  ? BashCompletion(tree)
                    : shell == "zsh" ? ZshCompletion(tree)
                                     : FishCompletion(tree));
      return ExitCode::kDone;
    };
  });
}

void AddMan(CLI::App& app, Action& action) {
  CLI::App* const command =
      app.add_subcommand("man", "Print the manual page: `paylog man | man -l -` shows it");
  command->callback([&app, &action] {
    action = [&app] {
      std::cout << ManPage(Describe(app), service::kVersion);
      return ExitCode::kDone;
    };
  });
}

ExitCode ParseAndCarryOut(int argc, const char* const* argv) {
  CLI::App app("paylog: an event-sourced payment processor on a message log", "paylog");
  app.set_version_flag("--version", std::string("paylog ") + service::kVersion);
  app.require_subcommand(0, 1);  // So that a wrong one is named; see below for none.
  Action action;
  RunArguments run;
  SubmitArguments submit;
  BalancesArguments balances;
  ResultsArguments results;
  TopicsArguments topics;
  CreateTopicsArguments create_topics;
  ReadArguments read;
  DeadLettersArguments dead_letters;
  AuditArguments audit;
  RepairHeadArguments repair_head;
  SimulateArguments simulate;
  GenerateArguments generate;
  ScenarioArguments scenario;
  std::string shell;
  AddRun(app, run, action);
  AddSubmit(app, submit, action);
  AddBalances(app, balances, action);
  AddResults(app, results, action);
  AddTopics(app, topics, create_topics, action);
  AddRead(app, read, action);
  AddDeadLetters(app, dead_letters, action);
  AddAudit(app, audit, action);
  AddRepairHead(app, repair_head, action);
  AddSimulate(app, simulate, action);
  AddGenerate(app, generate, action);
  AddScenario(app, scenario, action);
  AddCompletion(app, shell, action);
  AddMan(app, action);
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

service::ExitCode Main(int argc, const char* const* argv) {
  service::PrepareProcess();
  return FinishOutput(ParseAndCarryOut(argc, argv));
}

}  // namespace paylog::cli
