#pragma once

#include <functional>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/notifier/core/endpoint.h"

namespace paylog::notifier {

// Told, in words, of what is allowed but unwise.
using WarnFunction = std::function<void(const std::string& warning)>;

// Reads an endpoint file (docs/reference/webhooks.md) and the secrets that it names. All is checked
// before anything is sent: kInvalidArgument, or kIo for a file that cannot be read, with the file,
// the place in it, and why; no message repeats a secret. Secret files with a relative path lie
// beside the endpoint file. Thread-safe.
base::Result<std::vector<Endpoint>> ReadEndpoints(const std::string& path,
                                                  const WarnFunction& warn = {});

}  // namespace paylog::notifier
