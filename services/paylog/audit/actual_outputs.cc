#include "paylog/audit/actual_outputs.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "paylog/audit/scan.h"
#include "paylog/codec/headers.h"
#include "paylog/codec/state_codec.h"

namespace paylog::audit {
namespace {

constexpr std::array<std::string_view, 4> kTopics = {runtime::kInboxTopic, runtime::kResultsTopic,
                                                     runtime::kDeadLettersTopic,
                                                     runtime::kBalancesTopic};
constexpr std::int32_t kInbox = 0;
constexpr std::int32_t kResults = 1;
constexpr std::int32_t kDeadLetters = 2;
constexpr std::int32_t kBalances = 3;

std::string HeaderOf(const log::Headers& headers, std::string_view name) {
  return std::string(headers.Find(name).value_or(""));
}

std::string Identity(const log::TopicPartition& to, const log::Headers& headers) {
  return to.ToString() + ' ' + HeaderOf(headers, codec::kCeSource) + ' ' +
         HeaderOf(headers, codec::kCeId);
}

std::string BalanceIdentity(const log::TopicPartition& to, const std::string& account,
                            base::Sequence sequence) {
  return to.ToString() + ' ' + account + '@' + std::to_string(sequence.value());
}

// Over key, value and the headers that say what the record is, each with its length.
base::Hash256 Digest(const std::optional<std::string>& key, const std::string& value,
                     const log::Headers& headers) {
  std::string bytes;
  for (const std::string& part :
       {key.has_value() ? 'k' + *key : std::string("-"), HeaderOf(headers, codec::kOrigin),
        HeaderOf(headers, codec::kCeType), HeaderOf(headers, codec::kReason),
        HeaderOf(headers, codec::kReasonPath), HeaderOf(headers, codec::kReasonMessage)}) {
    bytes += std::to_string(part.size()) + ':' + part;
  }
  return base::Sha256(bytes + value);
}

std::string Place(const log::TopicPartition& at, base::Offset offset) {
  return at.topic + ", partition " + std::to_string(at.partition.value()) + ", offset " +
         std::to_string(offset.value());
}

}  // namespace

ActualOutputs::ActualOutputs(log::Log& log, const runtime::PartitionCounts& counts)
    : log_(log), counts_(counts) {}

Verdict ActualOutputs::SizeFinals() {
  for (std::int32_t p = 0; p < counts_.commands; ++p) {
    const auto commands = runtime::Partition(runtime::kCommandsTopic, base::PartitionId(p));
    const auto reader = log_.NewReader(commands, log::Isolation::kReadCommitted);
    if (!reader) {
      return reader.error();
    }
    const auto end = (*reader)->EndOffset();
    if (!end) {
      return end.error();
    }
    finals_.emplace_back(static_cast<std::size_t>(end->value()));
  }
  return {};
}

Verdict ActualOutputs::Load() {
  if (Verdict verdict = SizeFinals(); !verdict.ok()) {
    return verdict;
  }
  const std::array<std::int32_t, kTopics.size()> partition_counts = {
      counts_.inbox, counts_.results, counts_.dead_letters, counts_.inbox};
  for (std::size_t topic = 0; topic < kTopics.size(); ++topic) {
    for (std::int32_t p = 0; p < partition_counts[topic]; ++p) {
      Verdict verdict = LoadPartition(static_cast<std::int32_t>(topic), base::PartitionId(p));
      if (!verdict.ok()) {
        return verdict;
      }
    }
  }
  return {};
}

Verdict ActualOutputs::LoadPartition(std::int32_t topic, base::PartitionId partition) {
  return ForEachRecord(
      log_, runtime::Partition(kTopics[static_cast<std::size_t>(topic)], partition),
      [&](const log::StoredRecord& record) { return LoadRecord(topic, partition, record); });
}

Verdict ActualOutputs::LoadRecord(std::int32_t topic, base::PartitionId partition,
                                  const log::StoredRecord& record) {
  if (topic == kDeadLetters && record.FindHeader(codec::kCeType) == codec::kTypeDeadWebhook) {
    return {};  // The notifier's, which follows from the answers of receivers.
  }
  const auto at = runtime::Partition(kTopics[static_cast<std::size_t>(topic)], partition);
  std::string identity = Identity(at, record.headers);
  inbox_records_ += topic == kInbox ? 1 : 0;
  results_ += topic == kResults ? 1 : 0;
  dead_letters_ += topic == kDeadLetters ? 1 : 0;
  if (topic == kResults || topic == kDeadLetters) {
    CountFinal(record);
  }
  if (topic == kBalances) {
    ++balances_;
    const auto account = codec::DecodeAccount(record.value);
    if (!account) {
      return Difference{.where = Place(at, record.offset),
                        .what = "the record cannot be read: " + account.error().context,
                        .expected = {},
                        .found = record.value};
    }
    identity = BalanceIdentity(at, account->id.value(), account->last_sequence);
  }
  const Found found{.topic = topic,
                    .partition = partition,
                    .offset = record.offset,
                    .digest = Digest(record.key, record.value, record.headers)};
  const auto [place, added] = found_.emplace(std::move(identity), found);
  // A balance may be published again as it was, after a take-over.
  const bool allowed = added || (topic == kBalances && place->second.digest == found.digest);
  if (!allowed) {
    return Difference{.where = Place(at, record.offset),
                      .what = "the same record stands at offset " +
                              std::to_string(place->second.offset.value()) + " already",
                      .expected = {},
                      .found = record.value};
  }
  return {};
}

// A final whose origin is no command's is not counted: it follows from nothing.
void ActualOutputs::CountFinal(const log::StoredRecord& record) {
  const auto origin = codec::Origin::Parse(record.FindHeader(codec::kOrigin).value_or(""));
  if (!origin || origin->topic != runtime::kCommandsTopic) {
    return;
  }
  const auto partition = static_cast<std::size_t>(origin->partition.value());
  const auto offset = static_cast<std::size_t>(origin->offset.value());
  if (partition < finals_.size() && offset < finals_[partition].size()) {
    std::uint8_t& count = finals_[partition][offset];
    count = static_cast<std::uint8_t>(std::min(count + 1, 255));
  }
}

int ActualOutputs::FinalsOf(base::PartitionId partition, base::Offset offset) const {
  return finals_.at(static_cast<std::size_t>(partition.value()))
      .at(static_cast<std::size_t>(offset.value()));
}

bool ActualOutputs::Contains(const log::TopicPartition& to, const log::Record& record) const {
  return found_.contains(Identity(to, record.headers));
}

Verdict ActualOutputs::Take(const log::TopicPartition& to, const log::Record& expected,
                            const std::string& cause) {
  const auto found = found_.find(Identity(to, expected.headers));
  if (found == found_.end()) {
    return Difference{.where = to.ToString() + ", from " + cause,
                      .what = "a record is missing",
                      .expected = expected.value,
                      .found = {}};
  }
  found->second.accounted_for = true;
  if (found->second.digest != Digest(expected.key, expected.value, expected.headers)) {
    return Differs(found->second, expected, "the record does not follow from " + cause);
  }
  return {};
}

Verdict ActualOutputs::CheckBalance(const log::TopicPartition& to, const log::Record& expected,
                                    base::Sequence sequence) {
  const auto found = found_.find(BalanceIdentity(to, expected.key.value_or(""), sequence));
  if (found == found_.end()) {
    return {};  // Balances are written now and then.
  }
  found->second.accounted_for = true;
  if (found->second.digest != Digest(expected.key, expected.value, expected.headers)) {
    return Differs(found->second, expected, "the balance is not the journal's");
  }
  return {};
}

Verdict ActualOutputs::Differs(const Found& found, const log::Record& expected,
                               const std::string& what) const {
  const auto at =
      runtime::Partition(kTopics[static_cast<std::size_t>(found.topic)], found.partition);
  auto record = ReadRecord(log_, at, found.offset);
  if (!record) {
    return record.error();
  }
  return Difference{.where = Place(at, found.offset),
                    .what = what,
                    .expected = expected.key.value_or("(no key)") + ' ' + expected.value,
                    .found = record->key.value_or("(no key)") + ' ' + record->value};
}

Verdict ActualOutputs::CheckNothingLeft() {
  const Found* first = nullptr;
  for (const auto& [identity, found] : found_) {
    const auto place = [](const Found& at) {
      return std::tuple(at.topic, at.partition, at.offset);
    };
    if (!found.accounted_for && (first == nullptr || place(found) < place(*first))) {
      first = &found;
    }
  }
  if (first == nullptr) {
    return {};
  }
  const auto at =
      runtime::Partition(kTopics[static_cast<std::size_t>(first->topic)], first->partition);
  auto record = ReadRecord(log_, at, first->offset);
  if (!record) {
    return record.error();
  }
  return Difference{.where = Place(at, first->offset),
                    .what = "the record follows from nothing",
                    .expected = {},
                    .found = record->key.value_or("(no key)") + ' ' + record->value};
}

}  // namespace paylog::audit
