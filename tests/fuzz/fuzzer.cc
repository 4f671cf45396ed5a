#include <cstddef>
#include <cstdint>

#include "paylog/tests/fuzz/targets.h"

// A fuzzer of the target that the build names.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  paylog::fuzz::PAYLOG_FUZZ_TARGET({data, size});
  return 0;
}
