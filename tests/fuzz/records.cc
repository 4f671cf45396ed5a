#include <string>

#include "paylog/base/bytes.h"
#include "paylog/base/check.h"
#include "paylog/codec/event_codec.h"
#include "paylog/codec/field_reader.h"
#include "paylog/codec/headers.h"
#include "paylog/codec/message_codec.h"
#include "paylog/codec/result_codec.h"
#include "paylog/codec/settings_codec.h"
#include "paylog/codec/snapshot_codec.h"
#include "paylog/codec/state_codec.h"
#include "paylog/ledger/stage/inbox_decoder.h"
#include "paylog/tests/fuzz/targets.h"

namespace paylog::fuzz {
namespace {

// One value has one spelling: what is read is written as the same bytes. Everything else is
// kCorrupt, with a reason.
template <typename Value, typename Encode>
void CheckOneSpelling(std::string_view text, const base::Result<Value>& decoded,
                      const Encode& encode) {
  if (!decoded) {
    CHECK(decoded.error().code == base::ErrorCode::kCorrupt);
    CHECK(!decoded.error().context.empty());
    return;
  }
  CHECK(encode(*decoded) == text);
}

// The partition of the record is not part of the account.
std::string EncodeAccountLike(const model::Account& account, std::string_view text) {
  const auto root = codec::ReadOwnJson(text);
  CHECK(root.has_value());
  codec::FieldReader reader(root->root());
  const auto partition = reader.Object(
      "position", [](codec::FieldReader& position) { return position.Partition("partition"); });
  return codec::EncodeAccount(account, partition);
}

void CheckInbox(std::string_view text, std::string_view type) {
  const log::StoredRecord record{.offset = base::Offset(3),
                                 .value = std::string(text),
                                 .headers = {{.name = codec::kCeType, .value = type}},
                                 .timestamp = base::TimestampMs(5)};
  const auto decoded = ledger::DecodeInboxRecord(record);
  if (decoded) {
    CHECK(decoded->offset == record.offset && decoded->timestamp == record.timestamp);
    CHECK(std::holds_alternative<model::CommandInput>(decoded->body) ==
          (type == codec::kTypeCommand));
  } else {
    CHECK(decoded.error().code == base::ErrorCode::kCorrupt && decoded.error().fatal);
  }
}

// What headers hold.
void CheckOrigin(std::string_view text) {
  const auto origin = codec::Origin::Parse(text);
  CHECK(!origin || origin->ToString() == text);
}

void CheckTime(std::string_view bytes) {
  const codec::TimeText text = codec::FormatTime(base::TimestampMs(base::ByteReader(bytes).I64()));
  const std::string_view time = text.view();
  CHECK(time.size() >= std::string_view("1970-01-01T00:00:00.000Z").size());
  CHECK(time[time.size() - 5] == '.' && time.ends_with('Z'));
}

}  // namespace

void FuzzOneRecords(Bytes input) {
  const std::string_view text = TextOf(input);
  const auto journal = codec::DecodeJournalRecord(text);
  CheckOneSpelling(text, journal, codec::EncodeJournalRecord);
  if (journal) {
    CHECK(!codec::JournalKey(*journal).empty());
  }
  const auto message = codec::DecodeMessage(text);
  CheckOneSpelling(text, message, codec::EncodeMessage);
  if (message) {
    CHECK(!model::RecipientOf(*message).value().empty() &&
          !model::RecipientOf(*message).is_system());
    CHECK(model::SenderOf(*message).sequence.value() >= 0);
  }
  CheckOneSpelling(text, codec::DecodeResult(text), codec::EncodeResult);
  CheckOneSpelling(text, codec::DecodeSettings(text), codec::EncodeSettings);
  CheckOneSpelling(text, codec::DecodeIndexEntry(text), codec::EncodeIndexEntry);
  CheckOneSpelling(text, codec::DecodeSavedAccount("alice", text), codec::EncodeSavedAccount);
  CheckOneSpelling(text, codec::DecodeAccount(text), [text](const model::Account& account) {
    return EncodeAccountLike(account, text);
  });
  for (const std::string_view type : {codec::kTypeCommand, codec::kTypeMessage, text}) {
    CheckInbox(text, type);
  }
  CheckOrigin(text);
  CheckTime(text);
}

std::vector<std::string> RecordsSeeds() {
  model::IndexEntry entry{.body_sha256 = base::Sha256("body"), .first_sequence = base::Sequence(9)};
  std::vector<std::string> seeds = {codec::EncodeIndexEntry(entry), "payments.commands/3/42"};
  entry.state = model::IndexState::kSent;
  entry.other = base::PartitionId(2);
  seeds.push_back(codec::EncodeIndexEntry(entry));
  entry.state = model::IndexState::kFinal;
  entry.outcome.status = model::ResultStatus::kCompleted;
  entry.outcome.position = {.partition = base::PartitionId(1), .sequence = base::Sequence(8)};
  entry.outcome.balances.push_back({.account = *model::AccountId::Parse("alice"),
                                    .currency = *model::Currency::Parse("EUR"),
                                    .posted = 125,
                                    .held = 0,
                                    .available = 125});
  entry.outcome.reopened_account = model::AccountId::Parse("bob");
  seeds.push_back(codec::EncodeIndexEntry(entry));
  seeds.push_back(codec::EncodeSavedAccount({.id = *model::AccountId::Parse("alice"),
                                             .currency = *model::Currency::Parse("EUR"),
                                             .debits_frozen = true,
                                             .posted = -125,
                                             .freeze_reason = "why"}));
  return seeds;
}

}  // namespace paylog::fuzz
