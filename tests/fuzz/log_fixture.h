#pragma once

#include <cstddef>
#include <vector>

#include "paylog/log_sqlite/test_support.h"
#include "paylog/tests/fuzz/patches.h"

namespace paylog::fuzz {

// A small embedded log, with the same bytes each time it is made. Plain value.
struct LogFixture {
  LogFixture();

  Files closed;  // As closing left it.
  Files killed;  // With more commits, as a kill would leave it.
  // What the log held after each commit, oldest first; `killed` holds the last.
  std::vector<log_sqlite::Contents> states;
  std::size_t closed_state = 0;  // What `closed` holds, in `states`.
};

}  // namespace paylog::fuzz
