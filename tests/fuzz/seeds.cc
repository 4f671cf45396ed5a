#include "paylog/tests/fuzz/seeds.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWordBytesMax = 60;

// All files below the directory, in order of name.
std::vector<Input> FilesBelow(const fs::path& directory) {
  std::vector<Input> files;
  if (fs::is_directory(directory)) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
      if (entry.is_regular_file()) {
        files.push_back({.name = fs::relative(entry.path(), directory).string(),
                         .bytes = test_support::ReadFile(entry.path().string())});
      }
    }
  }
  std::sort(files.begin(), files.end(),
            [](const Input& a, const Input& b) { return a.name < b.name; });
  return files;
}

fs::path Root() {
  return PAYLOG_SOURCE_DIR;
}

std::string FromHex(const Input& file) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string bytes;
  int high = -1;
  for (const char c : file.bytes) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) {
      CHECK(c == ' ' || c == '\n');
    } else if (high < 0) {
      high = static_cast<int>(digit);
    } else {
      bytes.push_back(static_cast<char>(high * 16 + static_cast<int>(digit)));
      high = -1;
    }
  }
  CHECK(high < 0);
  return bytes;
}

// Bytes as a string of libFuzzer's dictionaries.
std::string Quoted(std::string_view word) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') {
      text.append(1, '\\').append(1, c);
    } else if (c >= ' ' && c <= '~') {
      text.append(1, c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      text.append("\\x").append(1, kDigits[byte / 16]).append(1, kDigits[byte % 16]);
    }
  }
  return text + "\"";
}

}  // namespace

std::vector<Input> GoldenExamples() {
  std::vector<Input> examples = FilesBelow(Root() / "schemas/examples");
  std::erase_if(examples, [](const Input& file) { return file.name == "expected.json"; });
  for (Input& example : examples) {
    CHECK(example.bytes.ends_with('\n'));
    example.bytes.pop_back();
  }
  CHECK(!examples.empty());
  return examples;
}

std::vector<Input> SeedsOf(const Target& target) {
  std::vector<Input> seeds = FilesBelow(Root() / "tests/fuzz/seeds" / target.name);
  const std::vector<std::string> own =
      target.seeds == nullptr ? std::vector<std::string>() : target.seeds();
  for (std::size_t i = 0; i < own.size(); ++i) {
    seeds.push_back({.name = "seed " + std::to_string(i), .bytes = own[i]});
  }
  for (Input& example : GoldenExamples()) {
    seeds.push_back(std::move(example));
  }
  return seeds;
}

std::vector<Input> RegressionsOf(const Target& target) {
  std::vector<Input> inputs = FilesBelow(Root() / "tests/fuzz/regressions" / target.name);
  for (Input& input : inputs) {
    if (input.name.ends_with(".hex")) {
      input.bytes = FromHex(input);
    }
  }
  return inputs;
}

std::string JsonDictionary() {
  std::set<std::string> words = {"true",
                                 "false",
                                 "null",
                                 "\\u0000",
                                 "\\ud83d\\ude00",
                                 "1e999",
                                 "9007199254740992",
                                 "9223372036854775808",
                                 "-0",
                                 "1.0"};
  for (const Input& example : GoldenExamples()) {
    // Between quotes: names and texts; the rest is too.
    std::string_view rest = example.bytes;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('"'), rest.size());
      if (end > 0 && end <= kWordBytesMax) {
        words.emplace(rest.substr(0, end));
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  std::string text;
  for (const std::string& word : words) {
    text += Quoted(word) + "\n";
  }
  return text;
}

}  // namespace paylog::fuzz
