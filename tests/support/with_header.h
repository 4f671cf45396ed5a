#pragma once

#include <optional>
#include <string_view>

#include "paylog/log/headers.h"

namespace paylog::test_support {

// The headers with another value for each of this name, or without them.
log::Headers WithHeader(const log::Headers& headers, std::string_view name,
                        std::optional<std::string_view> value);

}  // namespace paylog::test_support
