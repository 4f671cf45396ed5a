#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "paylog/cli/commands.h"
#include "paylog/cli/format.h"
#include "paylog/story/expectation.h"
#include "paylog/story/parse.h"
#include "paylog/story/play.h"
#include "paylog/story/rewrite.h"

namespace paylog::cli {
namespace {

// Far more than a person writes.
constexpr std::uintmax_t kFileBytesMax = std::uintmax_t{16} << 20;

base::Error FileError(const std::string& path, const std::string& why) {
  return {.code = base::ErrorCode::kIo, .context = path + ": " + why};
}

base::Result<std::string> ReadStory(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return FileError(path, "is a directory");
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > kFileBytesMax) {
    return FileError(path, "is too large for a story");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) {
    return FileError(path, errno != 0 ? std::strerror(errno) : "cannot be read");
  }
  return text;
}

// The whole new file or the old one, whatever happens; behind a link, what the link names.
base::Result<void> ReplaceFile(const std::string& path, const std::string& text) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  const fs::path fresh = target.string() + ".new";
  std::ofstream file(fresh, std::ios::binary);
  file << text;
  file.close();
  if (file && !error) {
    fs::permissions(fresh, fs::status(target, error).permissions(), error);
    if (!error) {
      fs::rename(fresh, target, error);
    }
    if (!error) {
      return {};
    }
  }
  std::error_code ignored;
  fs::remove(fresh, ignored);
  return FileError(path, error ? error.message() : "cannot be written");
}

void PrintFinding(const std::string& path, const story::Finding& finding) {
  std::cout << path << ':' << finding.line << ": " << finding.what << '\n'
            << "  expected: " << finding.expected.value_or("(nothing is said)") << '\n'
            << "  found:    " << finding.found << '\n';
}

void PrintAccounts(const story::Played& played) {
  Table table({"account", "partition>", "at the end"});
  for (const story::AccountAtEnd& end : played.accounts) {
    table.Add({end.account, std::to_string(end.partition), story::Format(end.standing)});
  }
  table.Print();
}

std::string Count(std::size_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

// True where all came as told, or was written as it came.
base::Result<bool> PlayOne(const std::string& path, const ScenarioArguments& arguments) {
  PAYLOG_ASSIGN(const std::string text, ReadStory(path));
  auto played = [&]() -> base::Result<story::Played> {
    PAYLOG_ASSIGN(const story::Story told, story::Parse(text));
    return story::Play(told);
  }();
  if (!played) {
    base::Error error = played.error();
    error.context = path + ':' + error.context;
    return error;
  }
  if (arguments.accounts) {
    PrintAccounts(*played);
  }
  if (played->audit) {
    std::cout << path << ": the audit differs: " << *played->audit << '\n';
    return false;
  }
  const std::vector<story::Finding>& findings = played->findings;
  for (const story::Finding& finding : findings) {
    PrintFinding(path, finding);
  }
  const std::string summary = path + ": " +
                              Count(static_cast<std::size_t>(played->commands), "command") + ", " +
                              Count(static_cast<std::size_t>(played->expectations), "expectation");
  if (findings.empty()) {
    std::cout << summary << ": all as told\n";
    return true;
  }
  if (!arguments.rewrite) {
    std::cout << summary << ": " << findings.size() << " not as told\n";
    return false;
  }
  PAYLOG_TRY(ReplaceFile(path, story::Rewrite(text, findings)));
  std::cout << summary << ": " << findings.size()
            << " written anew; read them before you keep them\n";
  return true;
}

}  // namespace

ExitCode PlayScenarios(const ScenarioArguments& arguments) {
  ExitCode code = ExitCode::kDone;
  for (const std::string& path : arguments.files) {
    const auto played = PlayOne(path, arguments);
    if (!played) {
      const base::Error& error = played.error();
      if (error.code != base::ErrorCode::kInvalidArgument) {
        return ReportError(error.ToString());
      }
      (void)ReportError(error.context);  // What the story says, and not what the system did.
      return ExitCode::kUsage;
    }
    code = *played ? code : ExitCode::kIncomplete;
  }
  return code;
}

}  // namespace paylog::cli
