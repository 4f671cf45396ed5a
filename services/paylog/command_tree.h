#pragma once

#include <string>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): CLI11 named it.
namespace CLI {
class App;
}

// What a shell and a manual need to know of a command line, taken from its CLI11 tree.
namespace paylog::cli {

// What may stand where a value is asked for.
enum class ValueKind { kNone, kText, kChoice, kFile, kDirectory, kLog, kTopic };

// An option, a flag or a positional argument. Plain value.
struct ArgumentSpec {
  std::vector<std::string> names;  // "-h", "--help"; empty: positional.
  ValueKind kind = ValueKind::kNone;
  std::string value;                 // What the value is called, "FILE"; empty for a flag.
  std::vector<std::string> choices;  // All values there are, of kChoice and kTopic.
  std::string description;
  std::string standard;  // What it is where it is left out; empty: nothing, or the text says it.
  std::string group;     // Under which head it stands.
  bool is_required = false;
  bool is_repeatable = false;
};

// A command with all beneath it. Plain value.
struct CommandSpec {
  std::string path;  // "paylog topics create"
  std::string description;
  std::vector<ArgumentSpec> options;
  std::vector<ArgumentSpec> positionals;
  std::vector<CommandSpec> commands;

  [[nodiscard]] std::string name() const;  // The last word of the path.
};

CommandSpec Describe(const CLI::App& app);

// The command and all beneath it, from the top.
std::vector<const CommandSpec*> Flatten(const CommandSpec& top);

}  // namespace paylog::cli
