#include "paylog/service/kafka_properties.h"

#include <array>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include <unistd.h>

namespace paylog::service {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view kEnvironmentPrefix = "PAYLOG_KAFKA_";

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

using Property = std::pair<std::string, std::string>;

// A value may contain '=' and be empty.
std::optional<Property> ParseProperty(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view name = Trim(text.substr(0, equals));
  if (name.empty() || name.find_first_of(" \t") != std::string_view::npos) {
    return std::nullopt;
  }
  return Property(name, Trim(text.substr(equals + 1)));
}

std::string VariableOf(std::string_view property) {
  std::string name(kEnvironmentPrefix);
  for (const char c : property) {
    name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

base::Result<std::string> ReadWhole(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  std::string text;
  if (file != nullptr) {
    std::array<char, 4'096> block{};
    while (const std::size_t read = std::fread(block.data(), 1, block.size(), file.get())) {
      text.append(block.data(), read);
    }
  }
  if (file == nullptr || std::ferror(file.get()) != 0) {
    return Error{.code = ErrorCode::kIo, .context = std::strerror(errno)};
  }
  return text;
}

base::Result<KafkaProperties> ReadKafkaConfig(const std::string& path) {
  const std::string where = "--kafka-config " + path;
  const auto text = ReadWhole(path);
  if (!text) {
    return text.error().In(where);
  }
  auto properties = ParseKafkaConfig(*text);
  if (!properties) {
    return properties.error().In(where);
  }
  return properties;
}

}  // namespace

bool IsSecret(std::string_view property) {
  return property.ends_with("password") || property.find("secret") != std::string_view::npos ||
         property == "ssl.key.pem" || property == "sasl.oauthbearer.config";
}

base::Result<void> CheckCommandLineProperty(const std::string& text) {
  const auto property = ParseProperty(text);
  if (!property) {
    // What it is instead may be a secret.
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = "--kafka-property takes NAME=VALUE"};
  }
  if (IsSecret(property->first)) {
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = "--kafka-property " + property->first +
                            ": a secret on the command line can be read by every user of this "
                            "machine; put it into a file for --kafka-config or into $" +
                            VariableOf(property->first)};
  }
  return {};
}

base::Result<KafkaProperties> ParseKafkaConfig(std::string_view text) {
  KafkaProperties properties;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') {
      continue;
    }
    auto property = ParseProperty(line);
    if (!property) {
      return Error{.code = ErrorCode::kInvalidArgument,
                   .context = "line " + std::to_string(number) + " is not NAME=VALUE"};
    }
    if (!properties.insert(*property).second) {
      return Error{.code = ErrorCode::kInvalidArgument,
                   .context = "line " + std::to_string(number) + ": " + property->first +
                              " stands there twice"};
    }
  }
  return properties;
}

KafkaProperties KafkaPropertiesOf(const std::vector<std::string>& environment) {
  KafkaProperties properties;
  for (const std::string& variable : environment) {
    const std::size_t equals = variable.find('=');
    if (!variable.starts_with(kEnvironmentPrefix) || equals == std::string::npos) {
      continue;
    }
    std::string name;
    for (std::size_t i = kEnvironmentPrefix.size(); i < equals; ++i) {
      const char c = variable[i];
      name += c == '_' ? '.' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    properties[name] = variable.substr(equals + 1);
  }
  return properties;
}

std::vector<std::string> ProcessEnvironment() {
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  return variables;
}

base::Result<KafkaProperties> CollectKafkaProperties(const std::vector<std::string>& command_line,
                                                     const std::vector<std::string>& environment,
                                                     const std::string& file) {
  KafkaProperties properties;
  for (const std::string& text : command_line) {
    PAYLOG_TRY(CheckCommandLineProperty(text));
    Property property = *ParseProperty(text);
    properties[property.first] = std::move(property.second);
  }
  properties.merge(KafkaPropertiesOf(environment));  // Keeps what is there.
  if (!file.empty()) {
    PAYLOG_ASSIGN(KafkaProperties more, ReadKafkaConfig(file));
    properties.merge(more);
  }
  return properties;
}

}  // namespace paylog::service
