#include "mutants.h"

#include <string>

namespace paylog::mutants {
namespace {

constexpr Mutant kAll[] = {
#include "mutant_list.inc"
};

std::string& Active() {
  static std::string active;
  return active;
}

}  // namespace

std::span<const Mutant> All() {
  return kAll;
}

void Activate(std::string_view name) {
  Active() = name;
}

bool IsActive(std::string_view name) {
  return Active() == name;
}

}  // namespace paylog::mutants
