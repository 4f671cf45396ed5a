#pragma once

#include <span>
#include <string_view>

// Switches in the mutated sources (mutants.txt). In no binary but mutants_test.
namespace paylog::mutants {

struct Mutant {
  std::string_view name;
  std::string_view about;
};

std::span<const Mutant> All();

// Which one is switched on in this process; none at first.
void Activate(std::string_view name);
bool IsActive(std::string_view name);

}  // namespace paylog::mutants
