#include "paylog/validator/stage/verdict_output.h"

#include <utility>

#include "paylog/base/murmur2.h"
#include "paylog/base/short_text.h"
#include "paylog/codec/command_codec.h"
#include "paylog/codec/headers.h"
#include "paylog/codec/result_codec.h"

namespace paylog::validator {
namespace {

// W3C's version 00 has 55; later ones may add to it. Anything longer is left out: every record that
// follows from the command carries it, and one that has no room in its topic would stop a
// partition.
constexpr std::size_t kTraceParentLengthMax = 256;
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kSource = "paylog/validator/";
using SourceText = base::ShortText<kSource.size() + 11>;  // A number of 32 bits, with a sign.
// Of an accepted command, but for a traceparent.
constexpr std::size_t kHeaderBytes = 256;

// Without a `content_type` where that would be a guess.
log::Headers HeadersFor(const log::StoredRecord& command, base::PartitionId partition,
                        std::string_view type, std::optional<std::string_view> content_type) {
  const std::string id = codec::Origin::Format(runtime::kCommandsTopic, partition, command.offset);
  const SourceText source = SourceText(kSource).Append(std::to_string(partition.value()));
  log::Headers headers;
  headers.Reserve(kHeaderBytes);
  headers.Add(codec::kCeSpecVersion, "1.0");
  headers.Add(codec::kCeType, type);
  headers.Add(codec::kCeSource, source.view());
  headers.Add(codec::kCeId, id);
  if (content_type) {
    headers.Add(codec::kContentType, *content_type);
  }
  headers.Add(codec::kOrigin, id);
  if (const auto parent = command.FindHeader(codec::kTraceParent);
      parent && parent->size() <= kTraceParentLengthMax) {
    headers.Add(codec::kTraceParent, *parent);
  }
  return headers;
}

void WriteDeadLetter(const DeadLetter& letter, const log::StoredRecord& command,
                     base::PartitionId partition, const runtime::PartitionCounts& counts,
                     VerdictOutput& output) {
  output.to = runtime::Partition(runtime::kDeadLettersTopic,
                                 base::PartitionId(partition.value() % counts.dead_letters));
  output.record.key = command.key;
  output.record.value = command.value;
  output.record.headers = HeadersFor(command, partition, codec::kTypeDeadLetter, std::nullopt);
  output.record.headers.Add(codec::kReason, model::ToString(letter.reason.code));
  output.record.headers.Add(codec::kReasonPath, letter.reason.path);
  output.record.headers.Add(codec::kReasonMessage, letter.reason.message);
}

}  // namespace

VerdictOutput Judge(const log::StoredRecord& command, base::PartitionId partition,
                    const runtime::PartitionCounts& counts) {
  const RecordFacts facts{
      .key = command.key ? std::optional<std::string_view>(*command.key) : std::nullopt,
      .partition = partition,
      .partition_count = counts.commands};
  VerdictOutput output{.verdict = Decide(codec::DecodeCommand(command.value), facts)};
  output.record.timestamp = command.timestamp;
  if (const auto* const accepted = std::get_if<Accepted>(&output.verdict)) {
    const std::string_view account = accepted->account.value();
    output.to = runtime::Partition(runtime::kInboxTopic, base::PartitionOf(account, counts.inbox));
    output.record.key = account;
    output.record.value = command.value;
    output.record.headers = HeadersFor(command, partition, codec::kTypeCommand, kJson);
  } else if (const auto* const refused = std::get_if<Refused>(&output.verdict)) {
    const std::string_view account = refused->result.account.value();
    output.to =
        runtime::Partition(runtime::kResultsTopic, base::PartitionOf(account, counts.results));
    output.record.key = account;
    output.record.value = codec::EncodeResult(refused->result);
    output.record.headers = HeadersFor(command, partition, codec::kTypeResult, kJson);
  } else {
    WriteDeadLetter(std::get<DeadLetter>(output.verdict), command, partition, counts, output);
  }
  return output;
}

}  // namespace paylog::validator
