#pragma once

#include <cstdint>
#include <functional>

#include "paylog/audit/difference.h"

namespace paylog::audit {

// Calls `check` with 0 to `count` - 1, so many at a time and each once; with one job, in turn and
// in this thread. Returns the first verdict, in the order of these numbers, that is not ok,
// whichever came first; what lies behind one that failed may be left out. One that was interrupted
// (kShutdown) yields to any difference. REQUIRES: jobs >= 1
Verdict CheckSideBySide(std::int32_t count, int jobs,
                        const std::function<Verdict(std::int32_t)>& check);

}  // namespace paylog::audit
