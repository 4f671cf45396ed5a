#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/model/account_id.h"
#include "paylog/model/command_result.h"

// The endpoint file of the notifier, as people write it: schemas/endpoints.v1.json. Pure and
// thread-safe.
namespace paylog::codec {

// What the file says of one endpoint. Plain value.
struct EndpointEntry {
  std::string name;
  std::string url;                        // As written: whoever uses it checks it.
  std::vector<std::string> secret_files;  // At least one.
  std::vector<model::AccountId> accounts;
  std::vector<model::ResultStatus> statuses;
  bool allow_insecure = false;
};

// An array of at least one entry. kInvalidArgument, with the path and in words, for JSON that is
// none, fields that are missing, unknown, twice there or of another type, and names that are.
base::Result<std::vector<EndpointEntry>> DecodeEndpoints(std::string_view text);

}  // namespace paylog::codec
