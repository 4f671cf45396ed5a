#pragma once

#include <string>

#include "paylog/cli/command_tree.h"

// Scripts that complete paylog's command line, for a shell to source. They say what the tree says
// and ask paylog nothing.
namespace paylog::cli {

std::string BashCompletion(const CommandSpec& top);
std::string ZshCompletion(const CommandSpec& top);
std::string FishCompletion(const CommandSpec& top);

}  // namespace paylog::cli
