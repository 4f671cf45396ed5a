#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "paylog/model/command.h"

// Which fields each command has, in the order of its schema, which is also the order of its
// canonical form. Internal to codec.
namespace paylog::codec {

enum class FieldKind : std::uint8_t {
  kType,
  kCommandId,
  kAccount,  // Whose command it is; "debtor_account" of a transfer.
  kCreditorAccount,
  kAmount,
  kCurrency,
  kOverdraftLimit,
  kMinBalance,
  kMaxBalance,
  kScope,
  kReason,
  kReference,
  kMetadata,
};

struct FieldSpec {
  std::string_view name;
  FieldKind kind;
  bool required;
};

std::span<const FieldSpec> FieldsOf(model::CommandType type);

// "account", or "debtor_account".
std::string_view AccountFieldOf(model::CommandType type);

}  // namespace paylog::codec
