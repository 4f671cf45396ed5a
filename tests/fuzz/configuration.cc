#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include "paylog/base/check.h"
#include "paylog/cli/command_line.h"
#include "paylog/cli/commands.h"
#include "paylog/service/exit_code.h"
#include "paylog/service/kafka_properties.h"
#include "paylog/service/log_options.h"
#include "paylog/tests/fuzz/targets.h"

namespace paylog::fuzz {
namespace {

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool IsName(std::string_view name) {
  return !name.empty() && name.find_first_of(" \t\r\n=") == std::string_view::npos;
}

void CheckProperties(const std::string& text) {
  const auto properties = service::ParseKafkaConfig(text);
  if (!properties) {
    CHECK(properties.error().code == base::ErrorCode::kInvalidArgument);
    CHECK(properties.error().context.starts_with("line "));
    return;
  }
  // Written as a file again, they are the same.
  std::string again;
  for (const auto& [name, value] : *properties) {
    CHECK(!name.empty() && name.find_first_of(" \t\n=") == std::string::npos);
    CHECK(text.find(value) != std::string::npos);
    again.append(name).append("=").append(value).append("\n");
  }
  const auto same = service::ParseKafkaConfig(again);
  CHECK(same.has_value() && *same == *properties);
}

// No secret comes from the command line, and none is repeated in a message.
void CheckCollected(const std::vector<std::string>& lines) {
  const auto properties = service::CollectKafkaProperties(lines, {}, "");
  for (const std::string& line : lines) {
    const auto one = service::CheckCommandLineProperty(line);
    const std::size_t equals = line.find('=');
    const std::string name = line.substr(0, equals);
    CHECK(one || one.error().code == base::ErrorCode::kInvalidArgument);
    CHECK(!one || equals != std::string::npos);
    CHECK(!one || !service::IsSecret(name) || !IsName(name));
    CHECK(one || !properties);
  }
  for (const auto& [name, value] : service::KafkaPropertiesOf(lines)) {
    CHECK(name.find('=') == std::string::npos && name.find('_') == std::string::npos);
  }
}

void CheckAddress(const std::string& text) {
  const auto address = service::ParseLogAddress(text);
  if (!address) {
    CHECK(address.error().code == base::ErrorCode::kInvalidArgument);
    return;
  }
  const bool sqlite = address->kind == service::LogKind::kSqlite;
  CHECK((sqlite ? "sqlite:" : "kafka:") + address->place == text);
  CHECK(!address->place.empty());
  CHECK(!service::SnapshotDirectory({.address = text}, *address).empty());
}

// Takes what is printed, and keeps none of it.
class Silence {
 public:
  Silence() : out_(std::cout.rdbuf(&nothing_)), err_(std::cerr.rdbuf(&nothing_)) {}
  ~Silence() {
    std::cout.rdbuf(out_);
    std::cerr.rdbuf(err_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  class Nothing final : public std::streambuf {
    int overflow(int character) override { return traits_type::not_eof(character); }
    std::streamsize xsputn(const char* /*text*/, std::streamsize size) override { return size; }
  };

  Nothing nothing_;
  std::streambuf* out_;
  std::streambuf* err_;
};

// The command line as far as it asks for nothing that is carried out: no log has the address
// "nowhere", and no other address gets through. The first argument is a command that takes one.
void CheckCommandLine(const std::vector<std::string>& lines) {
  static const std::vector<std::string> kCommands = {"run",  "submit", "balances", "results",
                                                     "read", "topics", "audit",    "repair-head"};
  if (lines.empty() || std::find(kCommands.begin(), kCommands.end(), lines[0]) == kCommands.end()) {
    return;
  }
  CHECK(::setenv("PAYLOG_LOG", "nowhere", 1) == 0);
  std::vector<std::string> arguments = {"paylog"};
  for (const std::string& line : lines) {
    arguments.push_back(line.substr(0, line.find('\0')));
    if (arguments.back().find("sqlite:") != std::string::npos ||
        arguments.back().find("kafka:") != std::string::npos) {
      return;
    }
  }
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) {
    argv.push_back(argument.c_str());
  }
  const Silence silence;
  const service::ExitCode code = cli::Main(static_cast<int>(argv.size()), argv.data());
  CHECK(code == service::ExitCode::kUsage || code == service::ExitCode::kDone);
}

}  // namespace

void FuzzOneConfiguration(Bytes input) {
  const std::string text(TextOf(input));
  const std::vector<std::string> lines = LinesOf(text);
  CheckProperties(text);
  CheckCollected(lines);
  CheckAddress(text);
  for (const std::string& line : lines) {
    CheckAddress(line);
    static_cast<void>(cli::IsReadOffset(line));
    static_cast<void>(cli::ParseFormat(line));
  }
  CheckCommandLine(lines);
}

}  // namespace paylog::fuzz
