#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The golden examples under schemas/examples and what our codec makes of them. For tests.
namespace paylog::schema_test {

// A file below the repository's root.
std::string ReadFile(const std::string& path);
bool FileExists(const std::string& path);
// Names in a directory below the root, in order.
std::vector<std::string> ListDirectory(const std::string& path);

struct Schema {
  std::string name;  // "deposit": its examples are in schemas/examples/deposit.
  std::string path;  // "schemas/commands/deposit.v1.json"
};
std::vector<Schema> CommandSchemas();
std::vector<Schema> EventSchemas();
std::vector<Schema> AllSchemas();

struct Example {
  std::string path;  // "deposit/valid/full.json"
  std::string text;  // Without the newline at the end.
};
// `kind` is "valid" or "invalid".
std::vector<Example> ExamplesOf(const std::string& name, std::string_view kind);

// What decoding came to: "ok", a result code's name, "corrupt" for our own formats, or
// "invalid_argument" for files that people write.
struct Verdict {
  std::string code;
  std::string path;       // Of the fault.
  std::string encoded;    // Of a good value: what encoding it again gives.
  std::string rendering;  // For failures.
};
// With the decoder that belongs to `name`.
Verdict Decode(const std::string& name, const std::string& text);

}  // namespace paylog::schema_test
