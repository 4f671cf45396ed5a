#pragma once

#include <string_view>

#include "paylog/base/result.h"
#include "paylog/story/story.h"

namespace paylog::story {

// Reads a story. kInvalidArgument begins with the number of the line, as in "12: ...". Pure; no
// input ends the process.
base::Result<Story> Parse(std::string_view text);

}  // namespace paylog::story
