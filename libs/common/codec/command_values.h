#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "paylog/codec/command_fields.h"
#include "paylog/codec/json_value.h"
#include "paylog/codec/refusals.h"
#include "paylog/model/command.h"

namespace paylog::codec {

// The values of a command's fields, each read and checked by itself. A field that is absent or
// wrong leaves its value empty; what is wrong goes to `refusals`. Internal to codec. Not
// thread-safe.
class CommandValues {
 public:
  explicit CommandValues(Refusals& refusals) : refusals_(refusals) {}

  // kType, kCommandId and kAccount are read before, and not here.
  void Read(const FieldSpec& field, const JsonValue& value);

  std::optional<model::AccountId> creditor_account;
  std::optional<std::int64_t> amount;
  std::optional<model::Currency> currency;
  model::AccountLimits limits;
  std::optional<model::FreezeScope> scope;
  std::optional<std::string> reason;
  std::optional<std::string> reference;
  std::optional<model::Metadata> metadata;

 private:
  void ReadCreditor(std::string_view name, const JsonValue& value);
  void ReadAmount(std::string_view name, const JsonValue& value);
  void ReadCurrency(std::string_view name, const JsonValue& value);
  void ReadScope(std::string_view name, const JsonValue& value);
  void ReadMetadata(std::string_view name, const JsonValue& value);
  void ReadMetadataEntry(std::string_view name, const JsonValue& entry);
  std::optional<std::int64_t> ReadLimit(std::string_view name, const JsonValue& value);
  std::optional<std::string> ReadText(std::string_view name, const JsonValue& value,
                                      std::size_t length_max);

  std::optional<std::int64_t> IntegerOf(std::string_view name, const JsonValue& value);
  void RefuseKind(const std::string& path, const JsonValue& value, JsonKind wanted);
  void Refuse(model::ResultCode code, const std::string& path, std::string_view problem);

  Refusals& refusals_;
};

}  // namespace paylog::codec
