#pragma once

#include <string>

#include "paylog/log/record.h"

namespace paylog::cli {

// One line of `paylog read`: topic, partition, offset, timestamp (ms), key, headers and value. A
// value that is a JSON object on one line stands there as it is, byte for byte; other text is a
// JSON string ("value_text"), and bytes that are not UTF-8 are "value_base64". Keys and headers
// that are not UTF-8 likewise.
std::string RecordJson(const log::TopicPartition& from, const log::StoredRecord& record);

}  // namespace paylog::cli
