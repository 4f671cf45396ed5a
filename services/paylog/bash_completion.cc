#include <string>
#include <string_view>
#include <vector>

#include "paylog/cli/completion.h"
#include "paylog/cli/completion_text.h"

namespace paylog::cli {
namespace {

constexpr std::string_view kHead =
    R"(# Completion of paylog for bash, made by `paylog completion bash`.

_paylog_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

_paylog_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# What stands behind --log. Bash takes `sqlite`, `:` and a directory for three words.
_paylog_log() {
  compopt -o nospace 2>/dev/null
  if [[ $cur == sqlite:* ]]; then
    mapfile -t COMPREPLY < <(compgen -P sqlite: -d -- "${cur#sqlite:}")
  else
    _paylog_words 'sqlite: kafka:'
  fi
}

)";

// The loop passes over options with their values, and keeps the names of commands.
constexpr std::string_view kFunction = R"(
_paylog() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=paylog i word
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if _paylog_takes_value "$command $word"; then
      ((i++))
      [[ ${COMP_WORDS[i]} != '=' ]] || ((i++))
      while [[ ${COMP_WORDS[i + 1]} == ':' ]]; do ((i += 2)); done
    elif _paylog_is_command "$command $word"; then
      command+=" $word"
    fi
  done
  # Words are split at = and : too.
  word=
  if [[ $cur == ':' ]]; then
    word=$prev cur=
  elif [[ $prev == ':' ]]; then
    word=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if [[ $word ]]; then
    [[ $word != sqlite ]] || _paylog_files -d
    return
  fi
  [[ $cur != '=' ]] || cur=
  [[ $prev != '=' ]] || prev=${COMP_WORDS[COMP_CWORD - 2]}
  if _paylog_takes_value "$command $prev"; then
    _paylog_value "$command $prev"
  elif [[ $cur == -* ]]; then
    _paylog_options "$command"
  else
    _paylog_arguments "$command"
  fi
}

complete -F _paylog paylog
)";

struct Case {
  std::vector<std::string> patterns;
  std::string action;
};

// Patterns with the same action stand together.
void Add(std::vector<Case>& cases, const std::string& pattern, const std::string& action) {
  for (Case& one : cases) {
    if (one.action == action) {
      one.patterns.push_back(QuoteForShell(pattern));
      return;
    }
  }
  cases.push_back({{QuoteForShell(pattern)}, action});
}

std::string Function(std::string_view name, const std::vector<Case>& cases,
                     std::string_view otherwise) {
  std::string text(name);
  text += "() {\n  case $1 in\n";
  for (const Case& one : cases) {
    text += "    " + Join(one.patterns, " | ") + ") " + one.action + " ;;\n";
  }
  text += "    *) " + std::string(otherwise) + " ;;\n  esac\n}\n";
  return text;
}

std::string ValueAction(const ArgumentSpec& argument) {
  switch (argument.kind) {
    case ValueKind::kFile:
      return "_paylog_files -f";
    case ValueKind::kDirectory:
      return "_paylog_files -d";
    case ValueKind::kLog:
      return "_paylog_log";
    case ValueKind::kChoice:
    case ValueKind::kTopic:
      return "_paylog_words " + QuoteForShell(Join(argument.choices, " "));
    case ValueKind::kNone:
    case ValueKind::kText:
      break;
  }
  return ":";
}

std::vector<std::string> OptionNames(const CommandSpec& command) {
  std::vector<std::string> names;
  for (const ArgumentSpec& option : command.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

// What may follow that is no option: a command, or the first positional argument.
std::string ArgumentsAction(const CommandSpec& command) {
  std::vector<std::string> names;
  names.reserve(command.commands.size());
  for (const CommandSpec& below : command.commands) {
    names.push_back(below.name());
  }
  if (!names.empty()) {
    return "_paylog_words " + QuoteForShell(Join(names, " "));
  }
  return command.positionals.empty() ? ":" : ValueAction(command.positionals.front());
}

}  // namespace

std::string BashCompletion(const CommandSpec& top) {
  std::vector<Case> commands;
  std::vector<Case> with_value;
  std::vector<Case> values;
  std::vector<Case> options;
  std::vector<Case> arguments;
  for (const CommandSpec* const command : Flatten(top)) {
    if (command->path != top.path) {
      Add(commands, command->path, "return 0");
    }
    for (const ArgumentSpec& option : command->options) {
      for (const std::string& name : option.names) {
        if (option.kind != ValueKind::kNone) {
          Add(with_value, command->path + ' ' + name, "return 0");
          Add(values, command->path + ' ' + name, ValueAction(option));
        }
      }
    }
    Add(options, command->path, "_paylog_words " + QuoteForShell(Join(OptionNames(*command), " ")));
    Add(arguments, command->path, ArgumentsAction(*command));
  }
  return std::string(kHead) + Function("_paylog_is_command", commands, "return 1") + '\n' +
         Function("_paylog_takes_value", with_value, "return 1") + '\n' +
         Function("_paylog_value", values, ":") + '\n' + Function("_paylog_options", options, ":") +
         '\n' + Function("_paylog_arguments", arguments, ":") + std::string(kFunction);
}

}  // namespace paylog::cli
