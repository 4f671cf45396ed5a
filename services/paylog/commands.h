#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "paylog/cli/format.h"
#include "paylog/ledger/stage/ledger_partition.h"
#include "paylog/runtime/worker.h"
#include "paylog/service/exit_code.h"
#include "paylog/service/log_options.h"

// The commands of `paylog`, one function each. They print what they have to say on standard output
// and one clear line for an error on standard error, and return how the process ends.
namespace paylog::cli {

using service::ExitCode;
using service::LogOptions;

struct RunArguments {
  LogOptions log;
  std::int32_t partitions = 0;  // 0: as the log has it, or the default for a new one.
  std::string input;            // Empty: none. "-": standard input.
  std::string webhooks;         // An endpoint file; empty: none are sent.
  bool until_idle = false;
  bool strict = false;
  std::int64_t snapshot_events = ledger::kSnapshotEvents;
  std::size_t batch_records = runtime::kBatchRecordsMax;
};
ExitCode Run(const RunArguments& arguments);

struct SubmitArguments {
  LogOptions log;
  std::int32_t partitions = 0;
  std::string input;
};
ExitCode Submit(const SubmitArguments& arguments);

struct BalancesArguments {
  LogOptions log;
  std::vector<std::string> accounts;  // Empty: all customers'.
  bool system = false;
  Format format = Format::kTable;
};
ExitCode Balances(const BalancesArguments& arguments);

struct ResultsArguments {
  LogOptions log;
  std::string command_id;  // Empty: any.
  std::string account;     // Empty: any.
  bool follow = false;
  Format format = Format::kTable;
};
ExitCode Results(const ResultsArguments& arguments);

struct ReadArguments {
  LogOptions log;
  std::string topic;
  std::optional<std::int32_t> partition;
  std::string offset = "beginning";
  std::optional<std::int64_t> count;
  std::optional<std::string> key;
  bool follow = false;
};
// "beginning", "end", N or -N.
bool IsReadOffset(const std::string& text);
// REQUIRES: IsReadOffset(arguments.offset).
ExitCode Read(const ReadArguments& arguments);

struct TopicsArguments {
  LogOptions log;
};
ExitCode Topics(const TopicsArguments& arguments);

struct CreateTopicsArguments {
  LogOptions log;
  std::int32_t partitions = 0;  // 0: as the log has it, or the default for a new one.
  bool strict = false;
};
ExitCode CreateTopics(const CreateTopicsArguments& arguments);

struct RepairHeadArguments {
  LogOptions log;
};
ExitCode RepairHead(const RepairHeadArguments& arguments);

struct ListDeadLettersArguments {
  LogOptions log;
  std::string reason;  // Empty: any.
  std::optional<std::int64_t> count;
  Format format = Format::kTable;
};
ExitCode ListDeadLetters(const ListDeadLettersArguments& arguments);

struct ShowDeadLetterArguments {
  LogOptions log;
  std::string position;  // "P:OFFSET"
  bool raw = false;      // The exact bytes of the body, and nothing else.
};
// REQUIRES: ParseLetterPosition(arguments.position), here and below.
ExitCode ShowDeadLetter(const ShowDeadLetterArguments& arguments);

struct ResubmitArguments {
  LogOptions log;
  std::string position;
  std::optional<std::string> body;  // A file to take the body from; "-" for standard input.
  bool again = false;               // Though it was resubmitted before.
};
ExitCode Resubmit(const ResubmitArguments& arguments);

struct AuditArguments {
  LogOptions log;
  int jobs = 0;  // Partitions at a time; 0: one for each processor.
};
ExitCode AuditVerify(const AuditArguments& arguments);

// As many as are asked for; for 0, as many as there are processors.
int JobsOf(int asked);

// "paylog: warning: <message>" on standard error. Thread-safe.
void Warn(const std::string& message);
// "paylog: <error>" on standard error.
ExitCode ReportError(const std::string& message);
// The same, where something was done but not all.
ExitCode ReportIncomplete(const std::string& message);
// Of a reading that ended with this error; kShutdown: a signal cut it short.
ExitCode ReportReading(const base::Error& error);
// "paylog: <error>", in one line whatever the message, for a command line that cannot be
// understood.
ExitCode ReportUsage(const std::string& message);

// Needs no log: it simulates one, and a cluster on it.
struct SimulateArguments {
  std::optional<std::uint64_t> seed;
  std::string seeds;     // "A..B"
  std::string scenario;  // A file.
  int minutes = 0;       // 0: until all seeds are done.
  int jobs = 0;          // Runs at a time; 0: one for each processor.
  bool trace = false;
  bool require_all = false;
};
ExitCode Simulate(const SimulateArguments& arguments);

// Needs no log: it makes up commands.
struct GenerateArguments {
  std::int64_t accounts = 1'000;
  std::int64_t payments = 10'000;
  std::uint64_t seed = 1;
  std::string part = "all";  // Or "accounts" or "payments" alone.
};
ExitCode Generate(const GenerateArguments& arguments);

// Needs no log either: it plays stories on one in memory.
struct ScenarioArguments {
  std::vector<std::string> files;
  bool rewrite = false;
  bool accounts = false;
};
ExitCode PlayScenarios(const ScenarioArguments& arguments);

}  // namespace paylog::cli
