#pragma once

#include <string>
#include <string_view>

#include "paylog/base/result.h"

namespace paylog::story {

// The JSON body of a command as a story writes it: `inv-7: transfer alice -> bob 12.50 EUR`.
// Without an id of its own it gets `id`. What the text can say and the product refuses (an amount
// of zero, a system account) is let through. kInvalidArgument with a sentence about what is wrong.
base::Result<std::string> CommandBody(std::string_view text, const std::string& id);

}  // namespace paylog::story
