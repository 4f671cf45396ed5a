#pragma once

#include <string>

#include "paylog/cli/command_tree.h"

namespace paylog::cli {

// The manual page of a command line, in the macros of man(7), for section 1.
std::string ManPage(const CommandSpec& top, const std::string& version);

}  // namespace paylog::cli
