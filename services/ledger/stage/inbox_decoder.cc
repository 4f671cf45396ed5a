#include "paylog/ledger/stage/inbox_decoder.h"

#include <string>
#include <utility>
#include <variant>

#include "paylog/codec/command_codec.h"
#include "paylog/codec/headers.h"
#include "paylog/codec/message_codec.h"

namespace paylog::ledger {
namespace {

using base::Error;
using base::ErrorCode;

Error Unreadable(const log::StoredRecord& record, const std::string& why) {
  return {.code = ErrorCode::kCorrupt,
          .context = "offset " + std::to_string(record.offset.value()) +
                     ": unreadable inbox record, which may be money: " + why,
          .fatal = true};
}

}  // namespace

base::Result<model::InboxRecord> DecodeInboxRecord(const log::StoredRecord& record) {
  const auto type = record.FindHeader(codec::kCeType);
  if (type == codec::kTypeCommand) {
    model::DecodedCommand decoded = codec::DecodeCommand(record.value);
    auto* const command = std::get_if<model::Command>(&decoded);
    if (command == nullptr) {
      return Unreadable(record, "the validator would not have accepted this command");
    }
    const base::Hash256 body_sha256 = codec::BodySha256(*command);
    return model::InboxRecord{
        .offset = record.offset,
        .timestamp = record.timestamp,
        .body = model::CommandInput{.command = std::move(*command), .body_sha256 = body_sha256}};
  }
  if (type != codec::kTypeMessage) {
    return Unreadable(record, "ce_type is '" + std::string(type.value_or("")) + "'");
  }
  auto message = codec::DecodeMessage(record.value);
  if (!message) {
    return Unreadable(record, message.error().context);
  }
  return model::InboxRecord{
      .offset = record.offset,
      .timestamp = record.timestamp,
      .body = std::visit(
          [](auto&& body) -> model::InboxBody { return std::forward<decltype(body)>(body); },
          std::move(*message))};
}

}  // namespace paylog::ledger
