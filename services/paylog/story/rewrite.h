#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "paylog/story/play.h"

namespace paylog::story {

// The text of a story with what was found in place of what was expected; comments and layout stay.
// What had no expectation gets one. REQUIRES: the findings are of this text.
std::string Rewrite(std::string_view text, const std::vector<Finding>& findings);

}  // namespace paylog::story
