#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/codec/field_reader.h"
#include "paylog/codec/json_writer.h"
#include "paylog/model/command_result.h"
#include "paylog/model/event.h"

// What several of our formats share. Internal to codec. Pure and thread-safe.
namespace paylog::codec {

inline constexpr std::int64_t kFormatVersion = 1;

// {"partition":1,"sequence":42}
void WritePosition(JsonWriter& writer, std::string_view name, const model::Position& position);
model::Position ReadPosition(FieldReader& fields, std::string_view name);

// {"account":"alice","currency":"EUR","posted":8750,"held":0,"available":8750}
void WriteBalance(JsonWriter& writer, const model::AccountBalance& balance);
model::AccountBalance ReadBalance(FieldReader& balance);
void WriteBalances(JsonWriter& writer, const std::vector<model::AccountBalance>& balances);
std::vector<model::AccountBalance> ReadBalances(FieldReader& fields);

// [{"account":"alice","currency":"EUR","amount":-1250},...]
void WriteEntries(JsonWriter& writer, const std::vector<model::Entry>& entries);
std::vector<model::Entry> ReadEntries(FieldReader& fields);

// {"status":"completed","code":"ok","position":{...},"balances":[...]}, with reopened_account where
// there is one.
void WriteOutcome(JsonWriter& writer, const model::Outcome& outcome);
model::Outcome ReadOutcome(FieldReader& outcome);

// "account", "command_id", "command_type", "body_sha256"
void WriteCommandRef(JsonWriter& writer, const model::CommandRef& command);
model::CommandRef ReadCommandRef(FieldReader& fields);

// "amount", "currency"
void WriteMoney(JsonWriter& writer, const model::Money& money);

void WriteOptional(JsonWriter& writer, std::string_view name,
                   const std::optional<std::string>& text);
void WriteOptional(JsonWriter& writer, std::string_view name,
                   const std::optional<model::AccountId>& account);
std::optional<model::AccountId> ReadOptionalCustomer(FieldReader& fields, std::string_view name);

// 1 to kEndpointNameLengthMax letters, digits, '_' or '-', the first a letter or digit.
bool IsEndpointName(std::string_view name);

}  // namespace paylog::codec
