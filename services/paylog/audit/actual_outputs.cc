#include "paylog/audit/actual_outputs.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "paylog/audit/record_identity.h"
#include "paylog/audit/scan.h"
#include "paylog/audit/side_by_side.h"
#include "paylog/base/check.h"
#include "paylog/codec/headers.h"
#include "paylog/codec/state_codec.h"

namespace paylog::audit {
namespace {

constexpr std::array<std::string_view, 4> kTopics = {runtime::kInboxTopic, runtime::kResultsTopic,
                                                     runtime::kDeadLettersTopic,
                                                     runtime::kBalancesTopic};

// Counted up to here; two are too many.
constexpr std::uint8_t kFinalsMax = 255;

std::size_t IndexOf(base::PartitionId partition) {
  return static_cast<std::size_t>(partition.value());
}

std::string StateOf(std::string_view account, base::Sequence sequence) {
  std::string state(account);
  state += '@';
  state += std::to_string(sequence.value());
  return state;
}

std::string Place(const log::TopicPartition& at, base::Offset offset) {
  return at.topic + ", partition " + std::to_string(at.partition.value()) + ", offset " +
         std::to_string(offset.value());
}

std::string Text(const std::optional<std::string>& key, const std::string& value) {
  return key.value_or("(no key)") + ' ' + value;
}

Difference StandsAlready(const log::TopicPartition& at, const log::StoredRecord& record,
                         base::Offset before) {
  return {.where = Place(at, record.offset),
          .what = "the same record stands at offset " + std::to_string(before.value()) + " already",
          .expected = {},
          .found = record.value};
}

}  // namespace

ActualOutputs::ActualOutputs(log::Log& log, const runtime::PartitionCounts& counts)
    : log_(log), counts_(counts) {
  const std::array<std::int32_t, kTopics.size()> partitions = {counts.inbox, counts.results,
                                                               counts.dead_letters, counts.inbox};
  for (std::size_t topic = 0; topic < kTopics.size(); ++topic) {
    begins_[topic] = contents_.size();
    for (std::int32_t p = 0; p < partitions[topic]; ++p) {
      contents_.emplace_back().at = runtime::Partition(kTopics[topic], base::PartitionId(p));
    }
  }
}

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

Verdict ActualOutputs::Load(int jobs) {
  if (Verdict verdict = SizeFinals(); !verdict.ok()) {
    return verdict;
  }
  return CheckSideBySide(static_cast<std::int32_t>(contents_.size()), jobs, [&](std::int32_t i) {
    return Load(contents_[static_cast<std::size_t>(i)]);
  });
}

Verdict ActualOutputs::Load(Contents& contents) {
  const bool balances = contents.at.topic == runtime::kBalancesTopic;
  Verdict verdict = ForEachRecord(log_, contents.at, [&](const log::StoredRecord& record) {
    return balances ? LoadBalance(contents, record) : LoadRecord(contents, record);
  });
  std::sort(contents.sequences.begin(), contents.sequences.end());
  return verdict;
}

Verdict ActualOutputs::LoadRecord(Contents& contents, const log::StoredRecord& record) {
  const RecordIdentity identity(record.headers);
  if (contents.at.topic == runtime::kDeadLettersTopic &&
      identity.type() == codec::kTypeDeadWebhook) {
    return {};  // The notifier's, which follows from the answers of receivers.
  }
  ++contents.records;
  if (contents.at.topic != runtime::kInboxTopic) {
    CountFinal(record);
  }
  auto found = contents.by_source.find(identity.source());
  if (found == contents.by_source.end()) {
    found = contents.by_source.emplace(identity.source(), PublishedRecords()).first;
  }
  const auto before =
      found->second.Add(identity.id(), record.offset, identity.Digest(record.key, record.value));
  if (before) {
    return StandsAlready(contents.at, record, *before);
  }
  return {};
}

Verdict ActualOutputs::LoadBalance(Contents& contents, const log::StoredRecord& record) {
  ++contents.records;
  const auto account = codec::DecodeAccount(record.value);
  if (!account) {
    return Difference{.where = Place(contents.at, record.offset),
                      .what = "the record cannot be read: " + account.error().context,
                      .expected = {},
                      .found = record.value};
  }
  const Balance balance{.offset = record.offset,
                        .digest = RecordIdentity(record.headers).Digest(record.key, record.value)};
  contents.sequences.push_back(account->last_sequence);
  const auto [place, added] =
      contents.by_state.emplace(StateOf(account->id.value(), account->last_sequence), balance);
  // It may be published again as it was, after a take-over.
  if (!added && place->second.digest != balance.digest) {
    return StandsAlready(contents.at, record, place->second.offset);
  }
  return {};
}

// A final whose origin is no command's is not counted: it follows from nothing.
void ActualOutputs::CountFinal(const log::StoredRecord& record) {
  const auto origin = codec::Origin::Parse(record.FindHeader(codec::kOrigin).value_or(""));
  if (!origin || origin->topic != runtime::kCommandsTopic) {
    return;
  }
  const std::size_t partition = IndexOf(origin->partition);
  const auto offset = static_cast<std::size_t>(origin->offset.value());
  if (partition < finals_.size() && offset < finals_[partition].size()) {
    std::atomic<std::uint8_t>& finals = finals_[partition][offset];
    std::uint8_t count = finals.load();
    while (count < kFinalsMax && !finals.compare_exchange_weak(count, count + 1)) {
    }
  }
}

int ActualOutputs::FinalsOf(base::PartitionId partition, base::Offset offset) const {
  return finals_.at(IndexOf(partition)).at(static_cast<std::size_t>(offset.value()));
}

ActualOutputs::Contents& ActualOutputs::At(const log::TopicPartition& at) {
  const auto topic = std::find(kTopics.begin(), kTopics.end(), at.topic) - kTopics.begin();
  Contents& contents =
      contents_.at(begins_.at(static_cast<std::size_t>(topic)) + IndexOf(at.partition));
  CHECK(contents.at == at);
  return contents;
}

PublishedRecords* ActualOutputs::RecordsOf(const log::TopicPartition& to, std::string_view source) {
  BySource& sources = At(to).by_source;
  const auto found = sources.find(source);
  return found == sources.end() ? nullptr : &found->second;
}

bool ActualOutputs::Contains(const log::TopicPartition& to, const log::Record& record) {
  const RecordIdentity identity(record.headers);
  PublishedRecords* const records = RecordsOf(to, identity.source());
  return records != nullptr && records->Contains(identity.id());
}

Verdict ActualOutputs::Take(const log::TopicPartition& to, const log::Record& expected,
                            const Cause& cause) {
  const RecordIdentity identity(expected.headers);
  const base::Hash256 digest = identity.Digest(expected.key, expected.value);
  PublishedRecords* const records = RecordsOf(to, identity.source());
  const PublishedRecords::Record* const taken =
      records == nullptr ? nullptr : records->Take(identity.id(), digest);
  if (taken == nullptr) {
    return Difference{.where = to.ToString() + ", from " + cause(),
                      .what = "a record is missing",
                      .expected = expected.value,
                      .found = {}};
  }
  if (taken->digest != digest) {
    return Differs(to, taken->offset, expected, "the record does not follow from " + cause());
  }
  return {};
}

const ActualOutputs::Contents& ActualOutputs::BalancesOf(base::PartitionId partition) const {
  const Contents& contents = contents_.at(begins_.back() + IndexOf(partition));
  CHECK(contents.at.topic == runtime::kBalancesTopic);
  return contents;
}

const std::vector<base::Sequence>& ActualOutputs::BalanceSequences(
    base::PartitionId partition) const {
  return BalancesOf(partition).sequences;
}

bool ActualOutputs::HasBalance(base::PartitionId partition, const model::AccountId& account,
                               base::Sequence sequence) const {
  return BalancesOf(partition).by_state.contains(StateOf(account.value(), sequence));
}

Verdict ActualOutputs::CheckBalance(const log::TopicPartition& to, const log::Record& expected,
                                    base::Sequence sequence) {
  auto& states = At(to).by_state;
  const auto found = states.find(StateOf(expected.key.value_or(""), sequence));
  CHECK(found != states.end());
  found->second.accounted_for = true;
  if (found->second.digest !=
      RecordIdentity(expected.headers).Digest(expected.key, expected.value)) {
    return Differs(to, found->second.offset, expected, "the balance is not the journal's");
  }
  return {};
}

Verdict ActualOutputs::Differs(const log::TopicPartition& at, base::Offset offset,
                               const log::Record& expected, const std::string& what) const {
  const auto record = ReadRecord(log_, at, offset);
  if (!record) {
    return record.error();
  }
  return Difference{.where = Place(at, offset),
                    .what = what,
                    .expected = Text(expected.key, expected.value),
                    .found = Text(record->key, record->value)};
}

std::optional<base::Offset> ActualOutputs::FirstLeft(const Contents& contents) {
  std::optional<base::Offset> first;
  const auto look_at = [&first](base::Offset offset) {
    first = first ? std::min(*first, offset) : offset;
  };
  for (const auto& [source, records] : contents.by_source) {
    if (const PublishedRecords::Record* const left = records.FirstLeft()) {
      look_at(left->offset);
    }
  }
  for (const auto& [state, balance] : contents.by_state) {
    if (!balance.accounted_for) {
      look_at(balance.offset);
    }
  }
  return first;
}

Verdict ActualOutputs::CheckNothingLeft() const {
  for (const Contents& contents : contents_) {
    const auto left = FirstLeft(contents);
    if (!left) {
      continue;
    }
    const auto record = ReadRecord(log_, contents.at, *left);
    if (!record) {
      return record.error();
    }
    return Difference{.where = Place(contents.at, *left),
                      .what = "the record follows from nothing",
                      .expected = {},
                      .found = Text(record->key, record->value)};
  }
  return {};
}

std::int64_t ActualOutputs::CountOf(std::string_view topic) const {
  std::int64_t records = 0;
  for (const Contents& contents : contents_) {
    records += contents.at.topic == topic ? contents.records : 0;
  }
  return records;
}

std::int64_t ActualOutputs::inbox_records() const {
  return CountOf(runtime::kInboxTopic);
}

std::int64_t ActualOutputs::results() const {
  return CountOf(runtime::kResultsTopic);
}

std::int64_t ActualOutputs::dead_letters() const {
  return CountOf(runtime::kDeadLettersTopic);
}

std::int64_t ActualOutputs::balances() const {
  return CountOf(runtime::kBalancesTopic);
}

}  // namespace paylog::audit
