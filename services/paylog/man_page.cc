#include "paylog/cli/man_page.h"

#include <string_view>
#include <vector>

#include "paylog/cli/completion_text.h"
#include "paylog/service/flags.h"

namespace paylog::cli {
namespace {

constexpr std::string_view kDate = "2026-11-27";  // Of the text below.

constexpr std::string_view kDescription = R"(.SH DESCRIPTION
Upstream systems write payment commands to a log that is partitioned by account.
A validator checks each command, a ledger decides it and keeps double-entry books, and every command is answered with
exactly one result.
.B paylog
runs them in one process on an embedded log, and has the tools that look at a log, embedded or on Kafka.
.PP
Amounts are whole numbers of the currency's minor unit.
Data goes to standard output, errors and warnings to standard error, one line each.
)";

constexpr std::string_view kTail = R"(.SH EXIT STATUS
.TP
.B 0
Done.
Rejected and refused payments are results, not failures.
.TP
.B 1
Incomplete: lines were not taken, an account was not found, a signal cut the run short, or a check found a difference.
.TP
.B 2
The command line, a story or a scenario file cannot be understood.
.TP
.B 3
The log, the input or the output could not be opened, read or written.
.TP
.BR 130 ", " 143
A second SIGINT or SIGTERM ended the process at once.
.TP
.B 134
A CHECK failed.
Please report it.
.TP
.B 141
The reader of the output closed it.
.SH ENVIRONMENT
.TP
.B PAYLOG_LOG
The log where
.B \-\-log
is left out.
.TP
.BI PAYLOG_KAFKA_ NAME
A property of librdkafka, such as
.B PAYLOG_KAFKA_SASL_PASSWORD
for
.BR sasl.password .
.TP
.B COLUMNS
The width that tables have to fit, where standard output is a terminal.
.SH FILES
.TP
.I ./paylog-data
The embedded log where neither
.B \-\-log
nor
.B PAYLOG_LOG
names one.
.SH EXAMPLES
Accounts, money, and a payment on a log of their own:
.PP
.EX
export PAYLOG_LOG=sqlite:example
paylog generate \-\-accounts 20 \-\-part accounts | paylog run \-\-input \- \-\-until\-idle
paylog generate \-\-accounts 20 \-\-payments 100 \-\-part payments > payments.jsonl
paylog submit payments.jsonl
paylog run \-\-until\-idle
.EE
.PP
What came of them:
.PP
.EX
paylog balances wallet:000000001 shop:000000000
paylog results \-\-account wallet:000000001 \-\-format json
paylog read ledger.journal \-\-partition 0 \-\-offset \-1
paylog audit verify
.EE
.PP
Completion for the shell that runs, and this page where
.BR man (1)
finds it:
.PP
.EX
source <(paylog completion bash)
mkdir \-p ~/.local/share/man/man1
paylog man > ~/.local/share/man/man1/paylog.1
.EE
.SH SEE ALSO
.BR kcat (1)
)";

// A backslash would begin a request, a hyphen would be typeset as another character.
std::string Roff(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '\\':
        escaped += "\\e";
        break;
      case '-':
        escaped += "\\-";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// A line of running text; a full stop or a quote at its begin would make it a request.
std::string Line(std::string_view text) {
  const bool is_request = text.starts_with('.') || text.starts_with('\'');
  return (is_request ? "\\&" : "") + Roff(text) + '\n';
}

std::string Sentence(const std::string& text) {
  return Line(text.ends_with('.') ? text : text + '.');
}

std::string Bold(std::string_view text) {
  return "\\fB" + Roff(text) + "\\fR";
}

std::string Italic(std::string_view text) {
  return "\\fI" + Roff(text) + "\\fR";
}

// What stands for the value: its choices, or its name.
std::string Value(const ArgumentSpec& argument) {
  if (argument.kind != ValueKind::kChoice) {
    return Italic(argument.value);
  }
  std::vector<std::string> choices;
  choices.reserve(argument.choices.size());
  for (const std::string& choice : argument.choices) {
    choices.push_back(Bold(choice));
  }
  return Join(choices, "|");
}

std::string Positional(const ArgumentSpec& argument) {
  const std::string value = Value(argument) + (argument.is_repeatable ? "..." : "");
  return argument.is_required ? value : '[' + value + ']';
}

std::string Head(const CommandSpec& command) {
  std::string head = Bold(command.path);
  for (const ArgumentSpec& positional : command.positionals) {
    head += ' ' + Positional(positional);
  }
  return head + '\n';
}

std::string Item(const ArgumentSpec& option) {
  std::vector<std::string> names;
  names.reserve(option.names.size());
  for (const std::string& name : option.names) {
    names.push_back(Bold(name));
  }
  std::string item = ".TP\n" + Join(names, ", ");
  item += (option.kind == ValueKind::kNone ? "" : ' ' + Value(option)) + '\n';
  item += Sentence(option.description);
  if (!option.standard.empty()) {
    item += "Default: " + Bold(option.standard) + ".\n";
  }
  return item;
}

bool IsCommon(const ArgumentSpec& option) {
  return option.group == service::kLogFlagsGroup || option.names.back() == "--help";
}

std::string Section(const CommandSpec& command) {
  std::string section = ".SS " + Head(command) + Sentence(command.description);
  for (const ArgumentSpec& positional : command.positionals) {
    section += ".TP\n" + Value(positional) + '\n' + Sentence(positional.description);
  }
  for (const ArgumentSpec& option : command.options) {
    section += IsCommon(option) ? "" : Item(option);
  }
  return section;
}

// Those of the first command that has them; they are the same everywhere.
std::string CommonOptions(const CommandSpec& top) {
  std::string section = ".SH COMMON OPTIONS\nOf every command that has a log:\n";
  for (const CommandSpec* const command : Flatten(top)) {
    std::string items;
    for (const ArgumentSpec& option : command->options) {
      items += option.group == service::kLogFlagsGroup ? Item(option) : "";
    }
    if (!items.empty()) {
      section += items;
      break;
    }
  }
  section += ".PP\nOf every command:\n";
  for (const ArgumentSpec& option : top.options) {
    section += option.names.back() == "--help" ? Item(option) : "";
  }
  return section;
}

}  // namespace

std::string ManPage(const CommandSpec& top, const std::string& version) {
  const std::size_t colon = top.description.find(": ");
  std::string page = ".\\\" Made by `paylog man`.\n.TH PAYLOG 1 \"" + std::string(kDate) +
                     "\" \"paylog " + version + "\"\n";
  page += ".SH NAME\npaylog \\- " + Roff(top.description.substr(colon + 2)) + '\n';
  page += ".SH SYNOPSIS\n" + Bold(top.path) + ' ' + Italic("COMMAND") + " [" + Italic("OPTION") +
          "...] [" + Italic("ARGUMENT") + "...]\n.br\n" + Bold(top.path + " --version") + '\n';
  page += std::string(kDescription) + CommonOptions(top) + ".SH COMMANDS\n";
  for (const CommandSpec* const command : Flatten(top)) {
    page += command->path == top.path ? "" : Section(*command);
  }
  return page + std::string(kTail);
}

}  // namespace paylog::cli
