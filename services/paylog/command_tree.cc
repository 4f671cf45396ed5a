#include "paylog/cli/command_tree.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "paylog/runtime/topics.h"

namespace paylog::cli {
namespace {

// CLI11 has a type name with the choices of an IsMember check behind it: "TEXT:{table,csv,json}".
std::vector<std::string> ChoicesOf(std::string_view type) {
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}');
  if (begin == std::string_view::npos || end == std::string_view::npos) {
    return {};
  }
  std::vector<std::string> choices{""};
  for (const char c : type.substr(begin + 1, end - begin - 1)) {
    if (c == ',') {
      choices.emplace_back();
    } else {
      choices.back() += c;
    }
  }
  return choices;
}

std::vector<std::string> TopicNames() {
  std::vector<std::string> names;
  for (const log::TopicSpec& spec : runtime::TopicSpecs(runtime::EqualCounts(1))) {
    names.push_back(spec.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

ValueKind KindOf(const std::string& value) {
  static const std::map<std::string, ValueKind, std::less<>> kKinds = {
      {"FILE", ValueKind::kFile},
      {"DIR", ValueKind::kDirectory},
      {"LOG", ValueKind::kLog},
      {"TOPIC", ValueKind::kTopic}};
  const auto found = kKinds.find(value);
  return found == kKinds.end() ? ValueKind::kText : found->second;
}

ArgumentSpec DescribeArgument(const CLI::Option& option) {
  ArgumentSpec spec{.description = option.get_description(),
                    .standard = option.get_default_str(),
                    .group = option.get_group(),
                    .is_required = option.get_required(),
                    .is_repeatable = option.get_expected_max() > 1};
  for (const std::string& name : option.get_snames()) {
    spec.names.push_back("-" + name);
  }
  for (const std::string& name : option.get_lnames()) {
    spec.names.push_back("--" + name);
  }
  if (option.get_items_expected_max() == 0) {
    spec.standard.clear();
    return spec;
  }
  const std::string type = option.get_type_name();
  spec.value = option.get_positional() ? option.get_name(true) : type.substr(0, type.find(':'));
  spec.kind = KindOf(spec.value);
  spec.choices = spec.kind == ValueKind::kTopic ? TopicNames() : ChoicesOf(type);
  if (spec.kind == ValueKind::kText && !spec.choices.empty()) {
    spec.kind = ValueKind::kChoice;
  }
  if (spec.kind == ValueKind::kLog) {
    spec.standard.clear();  // It depends on the environment, and the description says how.
  }
  return spec;
}

CommandSpec DescribeBelow(const CLI::App& app, const std::string& path) {
  CommandSpec spec{.path = path + app.get_name(), .description = app.get_description()};
  for (const CLI::Option* const option : app.get_options()) {
    ArgumentSpec argument = DescribeArgument(*option);
    (option->get_positional() ? spec.positionals : spec.options).push_back(std::move(argument));
  }
  for (const CLI::App* const command : app.get_subcommands({})) {
    spec.commands.push_back(DescribeBelow(*command, spec.path + " "));
  }
  return spec;
}

void FlattenInto(const CommandSpec& spec, std::vector<const CommandSpec*>& all) {
  all.push_back(&spec);
  for (const CommandSpec& command : spec.commands) {
    FlattenInto(command, all);
  }
}

}  // namespace

std::string CommandSpec::name() const {
  return path.substr(path.rfind(' ') + 1);
}

CommandSpec Describe(const CLI::App& app) {
  return DescribeBelow(app, "");
}

std::vector<const CommandSpec*> Flatten(const CommandSpec& top) {
  std::vector<const CommandSpec*> all;
  FlattenInto(top, all);
  return all;
}

}  // namespace paylog::cli
