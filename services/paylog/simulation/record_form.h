#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/simulation/history.h"

namespace paylog::simulation {

// What docs/reference/topics.md says of every record that paylog writes, whatever it means: its
// headers, its key, its partition, the version of its format. The check is called "form".
std::vector<Violation> FindMalformed(const History& history);

// The value of a header; empty where there is none.
std::string HeaderOf(const log::StoredRecord& record, std::string_view name);

// Of payments.dead-letters: a webhook that could not be delivered, and not a command.
bool IsDeadWebhook(const log::StoredRecord& record);

// "2026-11-24T10:59:18.538Z", of milliseconds since 1970.
std::string TimeText(std::int64_t milliseconds);

}  // namespace paylog::simulation
