#include <optional>
#include <string>
#include <variant>

#include "paylog/base/check.h"
#include "paylog/base/murmur2.h"
#include "paylog/codec/command_codec.h"
#include "paylog/codec/headers.h"
#include "paylog/codec/result_codec.h"
#include "paylog/codec/utf8.h"
#include "paylog/ledger/stage/inbox_decoder.h"
#include "paylog/tests/fuzz/targets.h"
#include "paylog/validator/stage/verdict_output.h"

namespace paylog::fuzz {
namespace {

// All different, so that a wrong one is found out.
constexpr runtime::PartitionCounts kCounts{
    .commands = 5, .inbox = 4, .results = 3, .dead_letters = 2};
constexpr base::TimestampMs kTime(1'700'000'000'000);

// No text of a command holds a control character, so these two are all that is ever escaped.
bool HasOnlyPlainText(std::string_view canonical) {
  for (std::size_t i = 0; i < canonical.size(); ++i) {
    const auto byte = static_cast<unsigned char>(canonical[i]);
    if (byte < 0x20 || byte == 0x7F) {
      return false;
    }
    if (byte == '\\' && canonical[i + 1] != '"' && canonical[i + 1] != '\\') {
      return false;
    }
    i += byte == '\\' ? 1 : 0;
  }
  return true;
}

// The canonical form is a command, the same one, and its own canonical form.
void CheckCanonical(const model::Command& command) {
  const std::string canonical = codec::CanonicalCommand(command);
  const model::DecodedCommand again = codec::DecodeCommand(canonical);
  const auto* const same = std::get_if<model::Command>(&again);
  CHECK(same != nullptr);
  CHECK(HasOnlyPlainText(canonical));
  CHECK(codec::CanonicalCommand(*same) == canonical);
  CHECK(codec::BodySha256(*same) == codec::BodySha256(command));
  CHECK(codec::BodySha256(command) == base::Sha256(canonical));
  CHECK(same->id == command.id && same->account == command.account);
  CHECK(same->type() == command.type());
}

void CheckRefusal(const model::Refusal& refusal) {
  CHECK(refusal.code != model::ResultCode::kOk);
  CHECK(model::ParseResultCode(model::ToString(refusal.code)) == refusal.code);
  CHECK(!refusal.message.empty());
  CHECK(!codec::FindInvalidUtf8(refusal.path) && !codec::FindInvalidUtf8(refusal.message));
  CHECK(!codec::HasControlCharacter(refusal.path) && !codec::HasControlCharacter(refusal.message));
}

void CheckAccepted(const validator::Accepted& accepted, const log::Record& record,
                   const std::string& body) {
  const model::DecodedCommand decoded = codec::DecodeCommand(body);
  CHECK(std::get<model::Command>(decoded).account == accepted.account);
  CHECK(record.key == accepted.account.value());
  CHECK(record.value == body);
  const log::StoredRecord stored{.offset = base::Offset(7),
                                 .key = record.key,
                                 .value = record.value,
                                 .headers = record.headers,
                                 .timestamp = record.timestamp};
  const auto inbox = ledger::DecodeInboxRecord(stored);
  CHECK(inbox.has_value());
  CHECK(std::holds_alternative<model::CommandInput>(inbox->body));
}

void CheckRefused(const validator::Refused& refused, const log::Record& record) {
  CHECK(refused.result.code != model::ResultCode::kOk);
  CHECK(record.key == refused.result.account.value());
  const auto result = codec::DecodeResult(record.value);
  CHECK(result.has_value() && *result == refused.result);
  CHECK(codec::EncodeResult(*result) == record.value);
}

void CheckDeadLetter(const validator::DeadLetter& letter, const log::Record& record,
                     const log::StoredRecord& command) {
  CheckRefusal(letter.reason);
  CHECK(record.value == command.value && record.key == command.key);
  const log::StoredRecord stored{.headers = record.headers};
  const auto reason = stored.FindHeader(codec::kReason);
  CHECK(reason && model::ParseResultCode(*reason) == letter.reason.code);
}

void CheckVerdict(const std::string& body, const std::optional<std::string>& key) {
  const base::PartitionId partition =
      key ? base::PartitionOf(*key, kCounts.commands) : base::PartitionId(0);
  const log::StoredRecord command{.offset = base::Offset(42),
                                  .key = key,
                                  .value = body,
                                  .headers = {{.name = codec::kTraceParent, .value = body}},
                                  .timestamp = kTime};
  const validator::VerdictOutput output = validator::Judge(command, partition, kCounts);
  CHECK(output.record.timestamp == kTime);
  const log::StoredRecord written{.headers = output.record.headers};
  const auto origin = written.FindHeader(codec::kOrigin);
  CHECK(origin && codec::Origin::Parse(*origin)->offset == command.offset);
  if (const auto* const accepted = std::get_if<validator::Accepted>(&output.verdict)) {
    CHECK(output.to.topic == runtime::kInboxTopic);
    CHECK(output.to.partition == base::PartitionOf(*output.record.key, kCounts.inbox));
    CHECK(key == accepted->account.value());
    CheckAccepted(*accepted, output.record, body);
  } else if (const auto* const refused = std::get_if<validator::Refused>(&output.verdict)) {
    CHECK(output.to.topic == runtime::kResultsTopic);
    CHECK(output.to.partition == base::PartitionOf(*output.record.key, kCounts.results));
    CheckRefused(*refused, output.record);
  } else {
    CHECK(output.to.topic == runtime::kDeadLettersTopic);
    CHECK(output.to.partition.value() == partition.value() % kCounts.dead_letters);
    CheckDeadLetter(std::get<validator::DeadLetter>(output.verdict), output.record, command);
  }
}

}  // namespace

void FuzzOneCommand(Bytes input) {
  const std::string body(TextOf(input));
  const model::DecodedCommand decoded = codec::DecodeCommand(body);
  std::string account = "alice";
  if (const auto* const command = std::get_if<model::Command>(&decoded)) {
    CheckCanonical(*command);
    account = command->account.value();
  } else if (const auto* const refused = std::get_if<model::RefusedCommand>(&decoded)) {
    CheckRefusal(refused->refusal);
    account = refused->account.value();
  } else {
    CheckRefusal(std::get<model::UnreadableCommand>(decoded).refusal);
  }
  CheckVerdict(body, account);
  CheckVerdict(body, std::nullopt);
  CheckVerdict(body, "somebody");
  CheckVerdict(body, body);
}

}  // namespace paylog::fuzz
