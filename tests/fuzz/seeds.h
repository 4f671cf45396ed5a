#pragma once

#include <string>
#include <vector>

#include "paylog/tests/fuzz/targets.h"

namespace paylog::fuzz {

// An input that came from somewhere. Plain value.
struct Input {
  std::string name;  // For people: "deposit/valid/full.json".
  std::string bytes;
};

// schemas/examples/**, without the newline at the end of each file.
std::vector<Input> GoldenExamples();
// tests/fuzz/seeds/<target>, the target's own seeds, and the golden examples.
std::vector<Input> SeedsOf(const Target& target);
// tests/fuzz/regressions/<target>: what once broke something. Files *.hex hold hexadecimal digits
// and white space; all others are taken as they are.
std::vector<Input> RegressionsOf(const Target& target);

// For libFuzzer's -dict: the names, texts and numbers of the golden examples.
std::string JsonDictionary();

}  // namespace paylog::fuzz
