#pragma once

#include <string>
#include <string_view>

#include "paylog/base/result.h"
#include "paylog/model/command_result.h"

// Records of payments.results. Deterministic and thread-safe.
namespace paylog::codec {

std::string EncodeResult(const model::CommandResult& result);
// kCorrupt for anything that EncodeResult does not write, with the path.
base::Result<model::CommandResult> DecodeResult(std::string_view value);

}  // namespace paylog::codec
