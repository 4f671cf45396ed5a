#include <string>
#include <string_view>
#include <vector>

#include "paylog/cli/completion.h"
#include "paylog/cli/completion_text.h"

namespace paylog::cli {
namespace {

constexpr std::string_view kHead = R"(#compdef paylog
# Completion of paylog for zsh, made by `paylog completion zsh`: to be sourced, or to lie as `_paylog` in a
# directory of $fpath.

_paylog_log() {
  if compset -P 'sqlite:'; then
    _files -/
  else
    compadd -S '' sqlite: kafka:
  fi
}

)";

constexpr std::string_view kTail = R"(
if [[ ${funcstack[1]} == _paylog ]]; then
  _paylog "$@"
else
  compdef _paylog paylog
fi
)";

// Within the brackets of an explanation.
std::string Explained(const std::string& description) {
  std::string text;
  for (const char c : Brief(description)) {
    text += c == '[' || c == ']' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
  }
  return text;
}

std::string Action(const ArgumentSpec& argument) {
  switch (argument.kind) {
    case ValueKind::kFile:
      return "_files";
    case ValueKind::kDirectory:
      return "_files -/";
    case ValueKind::kLog:
      return "_paylog_log";
    case ValueKind::kChoice:
    case ValueKind::kTopic:
      return '(' + Join(argument.choices, " ") + ')';
    case ValueKind::kNone:
    case ValueKind::kText:
      break;
  }
  return " ";
}

// `:FILE:_files`; a colon within the name would end it.
std::string ValueSpec(const ArgumentSpec& argument) {
  std::string name;
  for (const char c : argument.value) {
    name += c == ':' ? "\\:" : std::string(1, c);
  }
  return ':' + name + ':' + Action(argument);
}

std::vector<std::string> OptionSpecs(const ArgumentSpec& option) {
  std::vector<std::string> specs;
  specs.reserve(option.names.size());
  const bool has_value = option.kind != ValueKind::kNone;
  const std::string excluded = option.is_repeatable ? "*" : '(' + Join(option.names, " ") + ')';
  for (const std::string& name : option.names) {
    specs.push_back(QuoteForShell(excluded + name + (has_value ? "=" : "") + '[' +
                                  Explained(option.description) + ']' +
                                  (has_value ? ValueSpec(option) : "")));
  }
  return specs;
}

std::string FunctionName(const CommandSpec& command) {
  std::string name = "_";
  for (const char c : command.path) {
    name += c == ' ' || c == '-' ? '_' : c;
  }
  return name;
}

// Names of the commands beneath, and one of their functions for what follows.
std::string Dispatch(const CommandSpec& command) {
  std::string text = "  case $state in\n    command)\n      local -a commands=(\n";
  for (const CommandSpec& below : command.commands) {
    text += "        " + QuoteForShell(below.name() + ':' + Brief(below.description)) + '\n';
  }
  text +=
      "      )\n      _describe command commands\n      ;;\n    arguments)\n      case $words[1] "
      "in\n";
  for (const CommandSpec& below : command.commands) {
    text += "        " + below.name() + ") " + FunctionName(below) + " ;;\n";
  }
  return text + "      esac\n      ;;\n  esac\n";
}

std::string Function(const CommandSpec& command) {
  std::vector<std::string> specs;
  for (const ArgumentSpec& option : command.options) {
    for (const std::string& spec : OptionSpecs(option)) {
      specs.push_back(spec);
    }
  }
  for (const ArgumentSpec& positional : command.positionals) {
    const std::string place = positional.is_repeatable ? "*" : "1";
    specs.push_back(QuoteForShell(place + ValueSpec(positional)));
  }
  if (!command.commands.empty()) {
    specs.emplace_back("'1: :->command'");
    specs.emplace_back("'*:: :->arguments'");
  }
  const bool has_commands = !command.commands.empty();
  return FunctionName(command) + "() {\n" +
         (has_commands ? "  local context state state_descr line\n  typeset -A opt_args\n" : "") +
         "  _arguments " + (has_commands ? "-C " : "") + "\\\n    " + Join(specs, " \\\n    ") +
         '\n' + (has_commands ? Dispatch(command) : "") + "}\n";
}

}  // namespace

std::string ZshCompletion(const CommandSpec& top) {
  std::vector<std::string> functions;
  for (const CommandSpec* const command : Flatten(top)) {
    functions.push_back(Function(*command));
  }
  return std::string(kHead) + Join(functions, "\n") + std::string(kTail);
}

}  // namespace paylog::cli
