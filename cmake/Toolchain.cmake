# Warnings are errors; sanitizers are chosen by the preset through PAYLOG_SANITIZE.
add_library(paylog_flags INTERFACE)
target_compile_options(paylog_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Werror -fno-omit-frame-pointer
  # Designated initializers may leave out members that have a default.
  -Wno-missing-field-initializers
  # GCC 12 reports false positives in std::variant and std::optional.
  -Wno-maybe-uninitialized)

set(PAYLOG_SANITIZE "" CACHE STRING "Value of -fsanitize=, for example address,undefined")
if(PAYLOG_SANITIZE)
  target_compile_options(paylog_flags INTERFACE -fsanitize=${PAYLOG_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(paylog_flags INTERFACE -fsanitize=${PAYLOG_SANITIZE})
  if(PAYLOG_SANITIZE MATCHES "thread")
    target_compile_options(paylog_flags INTERFACE -Wno-tsan)
  endif()
endif()

option(PAYLOG_FUZZ "Instrument everything for libFuzzer and build the fuzzers of tests/fuzz; needs clang" OFF)
if(PAYLOG_FUZZ)
  # The warnings that count are g++'s.
  target_compile_options(paylog_flags INTERFACE -fsanitize=fuzzer-no-link -w)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
