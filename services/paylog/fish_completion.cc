#include <string>
#include <string_view>
#include <vector>

#include "paylog/cli/completion.h"
#include "paylog/cli/completion_text.h"

namespace paylog::cli {
namespace {

constexpr std::string_view kHead =
    R"(# Completion of paylog for fish, made by `paylog completion fish`.

function __paylog_log
    set -l token (commandline -ct)
    string match -q -- '--log=*' $token; and set token (string replace -- --log= '' $token)
    if string match -q -- 'sqlite:*' $token
        for directory in (__fish_complete_directories (string replace -- sqlite: '' $token) '')
            echo sqlite:$directory
        end
    else
        printf '%s\n' sqlite: kafka:
    end
end

# Is the command so far just this?
function __paylog_at
    set -l command paylog
    for word in (commandline -opc)[2..]
        switch "$command $word"
            case )";

constexpr std::string_view kHeadEnd = R"(
                set command "$command $word"
        end
    end
    test "$command" = "$argv"
end

complete -c paylog -f
)";

std::string Value(const ArgumentSpec& argument) {
  switch (argument.kind) {
    case ValueKind::kFile:
      return " -r -F";
    case ValueKind::kDirectory:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::kLog:
      return " -x -a '(__paylog_log)'";
    case ValueKind::kChoice:
    case ValueKind::kTopic:
      return " -x -a " + QuoteForFish(Join(argument.choices, " "));
    case ValueKind::kText:
      return " -x";
    case ValueKind::kNone:
      break;
  }
  return "";
}

// The part of a line that all share: where it holds.
std::string At(const CommandSpec& command) {
  return "complete -c paylog -n " + QuoteForFish("__paylog_at " + command.path);
}

std::string OptionLine(const CommandSpec& command, const ArgumentSpec& option) {
  std::string line = At(command);
  for (const std::string& name : option.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return line + Value(option) + " -d " + QuoteForFish(Brief(option.description)) + '\n';
}

std::string Lines(const CommandSpec& command) {
  std::string text;
  for (const CommandSpec& below : command.commands) {
    text += At(command) + " -a " + below.name() + " -d " + QuoteForFish(Brief(below.description)) +
            '\n';
  }
  for (const ArgumentSpec& option : command.options) {
    text += OptionLine(command, option);
  }
  for (const ArgumentSpec& positional : command.positionals) {
    if (positional.kind == ValueKind::kFile) {
      text += At(command) + " -F\n";
    } else if (!positional.choices.empty()) {
      text += At(command) + " -a " + QuoteForFish(Join(positional.choices, " ")) + '\n';
    }
  }
  return text;
}

}  // namespace

std::string FishCompletion(const CommandSpec& top) {
  std::vector<std::string> paths;
  std::string lines;
  for (const CommandSpec* const command : Flatten(top)) {
    if (command->path != top.path) {
      paths.push_back(QuoteForFish(command->path));
    }
    lines += Lines(*command);
  }
  return std::string(kHead) + Join(paths, " ") + std::string(kHeadEnd) + lines;
}

}  // namespace paylog::cli
