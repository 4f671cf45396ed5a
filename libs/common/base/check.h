#pragma once

// CHECK(condition): a programmer's error or damaged history of our own. Prints the expression with
// its place and ends the process, in every build. Never used for input from outside: that is
// rejected as data (ResultCode) or reported as an Error.

namespace paylog::base {

[[noreturn]] void CheckFailed(const char* file, int line, const char* expression);

}  // namespace paylog::base

#define CHECK(condition)                                           \
  do {                                                             \
    if (!(condition)) [[unlikely]] {                               \
      ::paylog::base::CheckFailed(__FILE__, __LINE__, #condition); \
    }                                                              \
  } while (false)
