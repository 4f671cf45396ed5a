#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "paylog/base/short_text.h"
#include "paylog/base/strong_type.h"

// Record headers: CloudEvents in binary mode, W3C trace context, and paylog's own.
namespace paylog::codec {

inline constexpr std::string_view kCeId = "ce_id";
inline constexpr std::string_view kCeType = "ce_type";
inline constexpr std::string_view kCeSource = "ce_source";
inline constexpr std::string_view kCeTime = "ce_time";
inline constexpr std::string_view kCeSpecVersion = "ce_specversion";
inline constexpr std::string_view kContentType = "content-type";
inline constexpr std::string_view kTraceParent = "traceparent";
// The command that caused the record: "payments.commands/3/42"; of what the notifier writes, the
// result.
inline constexpr std::string_view kOrigin = "paylog_origin";
// Of a dead letter: the result code's name, the JSON path, and a sentence.
inline constexpr std::string_view kReason = "paylog_reason";
inline constexpr std::string_view kReasonPath = "paylog_reason_path";
inline constexpr std::string_view kReasonMessage = "paylog_reason_message";
// Of a webhook that could not be delivered: the endpoint's name.
inline constexpr std::string_view kEndpoint = "paylog_endpoint";
// Of a command: the dead letter that it is sent again for, as "payments.dead-letters/0/5".
inline constexpr std::string_view kResubmissionOf = "paylog_resubmission_of";

// Values of ce_type.
inline constexpr std::string_view kTypeCommand = "paylog.command.v1";  // in ledger.inbox
inline constexpr std::string_view kTypeMessage = "paylog.message.v1";  // in ledger.inbox
inline constexpr std::string_view kTypeEvent = "paylog.event.v1";      // in ledger.journal
inline constexpr std::string_view kTypeResult = "paylog.result.v1";    // in payments.results
inline constexpr std::string_view kTypeBalance = "paylog.balance.v1";  // in ledger.balances
inline constexpr std::string_view kTypeDeadLetter = "paylog.dead_letter.v1";
inline constexpr std::string_view kTypeDelivery = "paylog.delivery.v1";  // in notifier.deliveries
// In payments.dead-letters: a webhook's body, and not a command's.
inline constexpr std::string_view kTypeDeadWebhook = "paylog.dead_webhook.v1";

// Which record of which topic caused another. Plain value.
struct Origin {
  std::string topic;
  base::PartitionId partition;
  base::Offset offset;

  [[nodiscard]] std::string ToString() const { return Format(topic, partition, offset); }
  static std::string Format(std::string_view topic, base::PartitionId partition,
                            base::Offset offset);  // "payments.commands/3/42"
  static std::optional<Origin> Parse(std::string_view text);
  friend auto operator<=>(const Origin&, const Origin&) = default;
};

// "2026-11-21T08:00:00.000Z", as ce_time wants it.
using TimeText = base::ShortText<48>;  // A year may have 20 characters.
TimeText FormatTime(base::TimestampMs time);

}  // namespace paylog::codec
