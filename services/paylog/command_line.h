#pragma once

#include "paylog/service/exit_code.h"

namespace paylog::cli {

// Understands the command line and carries out the command.
service::ExitCode Main(int argc, const char* const* argv);

}  // namespace paylog::cli
