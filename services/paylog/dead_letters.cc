#include "paylog/cli/dead_letters.h"

#include <charconv>
#include <cstdint>
#include <utility>

#include "paylog/cli/follow.h"
#include "paylog/cli/keyed_command.h"
#include "paylog/cli/readable.h"

namespace paylog::cli {
namespace {

using base::Error;
using base::ErrorCode;

template <typename Number>
std::optional<Number> ParseWholeNumber(std::string_view text) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end || number < 0) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

std::string LetterPosition::ToString() const {
  return std::to_string(partition.value()) + ':' + std::to_string(offset.value());
}

codec::Origin LetterPosition::ToOrigin() const {
  return {
      .topic = std::string(runtime::kDeadLettersTopic), .partition = partition, .offset = offset};
}

std::optional<LetterPosition> ParseLetterPosition(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const auto partition = ParseWholeNumber<std::int32_t>(text.substr(0, colon));
  const auto offset = ParseWholeNumber<std::int64_t>(text.substr(colon + 1));
  if (!partition || !offset) {
    return std::nullopt;
  }
  return LetterPosition{.partition = base::PartitionId(*partition),
                        .offset = base::Offset(*offset)};
}

base::Result<log::StoredRecord> ReadLetter(log::Log& log, const runtime::PartitionCounts& counts,
                                           const LetterPosition& position) {
  PAYLOG_ASSIGN(const auto ranges,
                WholeTopic(log, runtime::kDeadLettersTopic, counts.dead_letters));
  std::optional<log::StoredRecord> found;
  for (const ReadRange& range : ranges) {
    if (range.partition.partition != position.partition || position.offset < range.from ||
        position.offset >= range.end) {
      continue;
    }
    const ReadRange one{.partition = range.partition,
                        .from = position.offset,
                        .end = base::Offset(position.offset.value() + 1)};
    PAYLOG_TRY(ReadRanges(log, {one}, [&](const auto&, const log::StoredRecord& record) {
      found = record;
      return false;
    }));
  }
  if (!found) {
    return Error{.code = ErrorCode::kNotFound,
                 .context = "there is no dead letter " + position.ToString() +
                            "; `paylog dead-letters list` lists them"};
  }
  return *std::move(found);
}

base::Result<Resubmissions> FindResubmissions(log::Log& log, const runtime::PartitionCounts& counts,
                                              const std::function<bool()>& stopped) {
  PAYLOG_ASSIGN(const auto ranges, WholeTopic(log, runtime::kCommandsTopic, counts.commands));
  Resubmissions resubmissions;
  PAYLOG_TRY(ReadRanges(
      log, ranges, [&](const log::TopicPartition& from, const log::StoredRecord& record) {
        const auto header = record.FindHeader(codec::kResubmissionOf);
        const auto letter = header ? codec::Origin::Parse(*header) : std::nullopt;
        if (letter) {
          resubmissions[*letter].push_back(
              {.topic = from.topic, .partition = from.partition, .offset = record.offset});
        }
        return !stopped();
      }));
  return resubmissions;
}

std::optional<std::string> WhyNoCommand(const log::StoredRecord& letter) {
  const std::string_view type = letter.FindHeader(codec::kCeType).value_or("");
  const auto origin = codec::Origin::Parse(letter.FindHeader(codec::kOrigin).value_or(""));
  if (type == codec::kTypeDeadLetter && origin && origin->topic == runtime::kCommandsTopic) {
    return std::nullopt;
  }
  return "it is not a command that could be sent again, but of type '" + Escaped(type) + "'" +
         (origin ? " and from " + Escaped(origin->topic) : "");
}

base::Result<std::optional<std::string>> WriteResubmission(log::Log& log,
                                                           const runtime::PartitionCounts& counts,
                                                           const LetterPosition& position,
                                                           std::string body,
                                                           base::TimestampMs now) {
  auto keyed = KeyCommand(std::move(body), counts, now);
  if (auto* const reason = std::get_if<std::string>(&keyed)) {
    return std::optional(std::move(*reason));
  }
  auto& entry = std::get<BatchWriter::Entry>(keyed);
  entry.record.headers.Add(codec::kResubmissionOf, position.ToOrigin().ToString());
  PAYLOG_ASSIGN(const auto producer, log.NewProducer());
  PAYLOG_TRY(producer->Send(entry.to, std::move(entry.record)));
  PAYLOG_TRY(producer->Flush());
  return std::optional<std::string>();
}

}  // namespace paylog::cli
