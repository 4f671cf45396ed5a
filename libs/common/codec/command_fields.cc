#include "paylog/codec/command_fields.h"

namespace paylog::codec {
namespace {

using enum FieldKind;

constexpr FieldSpec kTypeField = {"type", kType, true};
constexpr FieldSpec kCommandIdField = {"command_id", kCommandId, true};
constexpr FieldSpec kAccountField = {"account", kAccount, true};
constexpr FieldSpec kAmountField = {"amount", kAmount, true};
constexpr FieldSpec kCurrencyField = {"currency", kCurrency, true};
constexpr FieldSpec kOverdraftLimitField = {"overdraft_limit", kOverdraftLimit, false};
constexpr FieldSpec kMinBalanceField = {"min_balance", kMinBalance, false};
constexpr FieldSpec kMaxBalanceField = {"max_balance", kMaxBalance, false};
constexpr FieldSpec kReferenceField = {"reference", kReference, false};
constexpr FieldSpec kMetadataField = {"metadata", kMetadata, false};

constexpr FieldSpec kOpenFields[] = {kTypeField,      kCommandIdField,      kAccountField,
                                     kCurrencyField,  kOverdraftLimitField, kMinBalanceField,
                                     kMaxBalanceField};
constexpr FieldSpec kUpdateFields[] = {kTypeField,           kCommandIdField,  kAccountField,
                                       kOverdraftLimitField, kMinBalanceField, kMaxBalanceField};
constexpr FieldSpec kFreezeFields[] = {
    kTypeField, kCommandIdField, kAccountField, {"scope", kScope, true}, {"reason", kReason, true}};
constexpr FieldSpec kCloseFields[] = {kTypeField, kCommandIdField, kAccountField};
constexpr FieldSpec kPaymentFields[] = {kTypeField,    kCommandIdField, kAccountField,
                                        kAmountField,  kCurrencyField,  kReferenceField,
                                        kMetadataField};
constexpr FieldSpec kTransferFields[] = {kTypeField,
                                         kCommandIdField,
                                         {"debtor_account", kAccount, true},
                                         {"creditor_account", kCreditorAccount, true},
                                         kAmountField,
                                         kCurrencyField,
                                         kReferenceField,
                                         kMetadataField};

}  // namespace

std::span<const FieldSpec> FieldsOf(model::CommandType type) {
  switch (type) {
    case model::CommandType::kOpenAccount:
      return kOpenFields;
    case model::CommandType::kUpdateAccount:
      return kUpdateFields;
    case model::CommandType::kFreezeAccount:
    case model::CommandType::kUnfreezeAccount:
      return kFreezeFields;
    case model::CommandType::kCloseAccount:
      return kCloseFields;
    case model::CommandType::kDeposit:
    case model::CommandType::kWithdraw:
      return kPaymentFields;
    case model::CommandType::kTransfer:
      return kTransferFields;
  }
  return {};
}

std::string_view AccountFieldOf(model::CommandType type) {
  return type == model::CommandType::kTransfer ? "debtor_account" : "account";
}

}  // namespace paylog::codec
