#pragma once

#include "paylog/cli/exit_code.h"

namespace paylog::cli {

// Understands the command line and carries out the command.
ExitCode Main(int argc, const char* const* argv);

}  // namespace paylog::cli
