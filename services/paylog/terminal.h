#pragma once

#include <cstddef>
#include <optional>

namespace paylog::cli {

// Columns of the terminal that standard output is; nullopt where it is none. $COLUMNS wins over
// what the terminal says, as everywhere.
std::optional<std::size_t> TerminalWidth();

}  // namespace paylog::cli
