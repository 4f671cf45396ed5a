#include "paylog/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace paylog::base {

void CheckFailed(const char* file, int line, const char* expression) {
  std::fprintf(stderr, "paylog: CHECK failed at %s:%d: %s\n", file, line, expression);
  std::fflush(stderr);
  std::abort();
}

}  // namespace paylog::base
