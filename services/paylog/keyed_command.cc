#include "paylog/cli/keyed_command.h"

#include <utility>

#include "paylog/base/murmur2.h"
#include "paylog/codec/command_codec.h"

namespace paylog::cli {

std::variant<BatchWriter::Entry, std::string> KeyCommand(std::string body,
                                                         const runtime::PartitionCounts& counts,
                                                         base::TimestampMs now) {
  const model::DecodedCommand decoded = codec::DecodeCommand(body);
  if (const auto* const unreadable = std::get_if<model::UnreadableCommand>(&decoded)) {
    const model::Refusal& refusal = unreadable->refusal;
    return std::string(model::ToString(refusal.code)) + ": " + refusal.message +
           (refusal.path.empty() ? "" : " (" + refusal.path + ")");
  }
  const auto* const command = std::get_if<model::Command>(&decoded);
  const model::AccountId& account =
      command != nullptr ? command->account : std::get<model::RefusedCommand>(decoded).account;
  return BatchWriter::Entry{
      .to = runtime::Partition(runtime::kCommandsTopic,
                               base::PartitionOf(account.value(), counts.commands)),
      .record = {
          .key = account.ToString(), .value = std::move(body), .headers = {}, .timestamp = now}};
}

}  // namespace paylog::cli
