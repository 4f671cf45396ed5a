#include <filesystem>
#include <iostream>
#include <string>

#include "paylog/test_support/temporary_directory.h"
#include "paylog/tests/fuzz/seeds.h"
#include "paylog/tests/fuzz/targets.h"

// make_corpus DIRECTORY: writes DIRECTORY/<target>/<number> for each seed of each target, and
// DIRECTORY/json.dict. Prints the targets' names.
int main(int argc, char** argv) {
  using namespace paylog;
  if (argc != 2) {
    std::cerr << "usage: make_corpus DIRECTORY\n";
    return 2;
  }
  const std::string directory = argv[1];
  for (const fuzz::Target& target : fuzz::Targets()) {
    const std::string into = directory + "/" + std::string(target.name);
    std::filesystem::create_directories(into);
    int number = 0;
    for (const auto& inputs : {fuzz::SeedsOf(target), fuzz::RegressionsOf(target)}) {
      for (const fuzz::Input& input : inputs) {
        test_support::WriteFile(into + "/" + std::to_string(number++), input.bytes);
      }
    }
    std::cout << target.name << '\n';
  }
  test_support::WriteFile(directory + "/json.dict", fuzz::JsonDictionary());
  return 0;
}
