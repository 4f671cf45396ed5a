#include "paylog/store/key_index.h"

#include <algorithm>
#include <utility>

#include "paylog/sqlite/damage.h"
#include "paylog/store/key_cursor.h"
#include "paylog/store/run_writer.h"

namespace paylog::store {
namespace {

// Per index. Segments of some 10 million keys; the blocks serve repeats that come close together.
constexpr std::size_t kSegmentCacheBytes = std::size_t{16} << 20;
constexpr std::size_t kBlockCacheBytes = std::size_t{1} << 20;

// How many of the newest runs are merged with the new one, by size.
std::size_t DueBySize(const std::vector<SharedRun>& runs, const SortedValues& values) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : values) {
    bytes += key.size() + value.size();
  }
  std::size_t newer = 1 + bytes / kSegmentRawBytes;  // Segments of all runs behind this one.
  std::size_t due = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::size_t own = runs[runs.size() - 1 - i]->index.segments.size();
    if (own <= newer) {
      due = i + 1;
    }
    newer += own;
  }
  return due;
}

// Likewise by count: those above the lowest level are left to RunMerges.
std::size_t DueByCount(const std::vector<SharedRun>& runs) {
  constexpr std::ptrdiff_t kDue = kRunsOfALevel - 1;  // And the new one.
  const bool due = std::ssize(runs) >= kDue &&
                   std::all_of(runs.end() - kDue, runs.end(),
                               [](const SharedRun& run) { return run->entry.level == 0; });
  return due ? static_cast<std::size_t>(kDue) : 0;
}

std::size_t WeightOf(const Segment& segment) {
  std::size_t weight = sizeof(Segment) + segment.filter.size();
  for (const Fence& fence : segment.blocks) {
    weight += sizeof(Fence) + fence.first_key.size();
  }
  return weight;
}

}  // namespace

KeyIndex::KeyIndex(PartTable& parts, std::vector<SharedRun> runs, MergePolicy policy)
    : parts_(parts),
      policy_(policy),
      merges_(parts),
      runs_(std::move(runs)),
      segments_(kSegmentCacheBytes),
      blocks_(kBlockCacheBytes) {}

base::Result<std::unique_ptr<KeyIndex>> KeyIndex::Open(PartTable& parts,
                                                       const std::vector<RunEntry>& entries,
                                                       MergePolicy policy) {
  std::vector<SharedRun> runs;
  for (const RunEntry& entry : entries) {
    PAYLOG_ASSIGN(const std::string data,
                  parts.Get(PartId(entry.run, PartKind::kIndex, 0), entry.index_checksum));
    PAYLOG_ASSIGN(RunIndex index, DecodeRunIndex(data));
    runs.push_back(std::make_shared<const Run>(Run{.entry = entry, .index = std::move(index)}));
  }
  return std::unique_ptr<KeyIndex>(new KeyIndex(parts, std::move(runs), policy));
}

base::Result<std::optional<std::string>> KeyIndex::Find(std::string_view key) {
  const KeyHash hash = HashKey(key);
  const std::scoped_lock lock(mutex_);
  LocateInRuns(key, hash);
  for (const Place& place : places_) {
    PAYLOG_ASSIGN(std::optional<std::string> value, FindAt(place, key, hash));
    if (value.has_value()) {
      return value;
    }
  }
  return std::optional<std::string>();
}

// Where most keys are in no run, as new ids are, a look-up waits for the memory of filters most of
// all: so all of them are fetched before the first is asked.
void KeyIndex::LocateInRuns(std::string_view key, KeyHash hash) {
  places_.clear();
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    const RunIndex& index = (*run)->index;
    if (index.last_key < key) {
      continue;
    }
    const std::optional<std::size_t> at = Locate(index.segments, key);
    if (!at.has_value()) {
      continue;
    }
    places_.push_back({.run = run->get(), .segment = *at});
    const std::int64_t id = PartId((*run)->entry.run, PartKind::kSegment, *at);
    if (const Segment* const cached = segments_.Get(id); cached != nullptr) {
      Prefetch(cached->filter, hash);
    }
  }
}

base::Result<std::optional<std::string>> KeyIndex::FindAt(const Place& place, std::string_view key,
                                                          KeyHash hash) {
  std::optional<std::string> result;
  const Run& run = *place.run;
  PAYLOG_ASSIGN(const Segment* const segment, ReadSegment(run, place.segment));
  if (!MayContain(segment->filter, hash)) {
    return result;
  }
  const std::optional<std::size_t> fence = Locate(segment->blocks, key);
  if (!fence.has_value()) {
    return sqlite::Damaged("segment begins behind its place in the index");
  }
  PAYLOG_ASSIGN(const Block* const block,
                ReadBlock(run, segment->first_block + *fence, segment->blocks[*fence].checksum));
  if (const std::optional<std::string_view> value = block->Find(key); value.has_value()) {
    result = std::string(*value);
  }
  return result;
}

base::Result<const Segment*> KeyIndex::ReadSegment(const Run& run, std::size_t number) {
  const std::int64_t id = PartId(run.entry.run, PartKind::kSegment, number);
  if (const Segment* const cached = segments_.Get(id); cached != nullptr) {
    return cached;
  }
  PAYLOG_ASSIGN(const std::string data, parts_.Get(id, run.index.segments[number].checksum));
  PAYLOG_ASSIGN(Segment segment, DecodeSegment(data));
  const std::size_t weight = WeightOf(segment);
  return segments_.Put(id, std::move(segment), weight);
}

base::Result<const Block*> KeyIndex::ReadBlock(const Run& run, std::uint64_t number,
                                               std::uint64_t checksum) {
  const std::int64_t id = PartId(run.entry.run, PartKind::kBlock, number);
  if (const Block* const cached = blocks_.Get(id); cached != nullptr) {
    return cached;
  }
  PAYLOG_ASSIGN(const std::string data, parts_.Get(id, checksum));
  PAYLOG_ASSIGN(Block block, Block::Decode(data));
  const std::size_t weight = block.weight();
  return blocks_.Put(id, std::move(block), weight);
}

base::Result<void> KeyIndex::ForEach(
    const std::function<void(std::string_view key, std::string_view value)>& visit) {
  std::vector<std::unique_ptr<KeyCursor>> sources;
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    sources.push_back(std::make_unique<RunCursor>(parts_, *run));
  }
  MergeCursor merged(std::move(sources));
  PAYLOG_ASSIGN(bool more, merged.Next());
  while (more) {
    visit(merged.key(), merged.value());
    PAYLOG_ASSIGN(more, merged.Next());
  }
  return {};
}

base::Result<std::vector<SharedRun>> KeyIndex::Extend(const SortedValues& values,
                                                      RunNumbers& numbers) {
  std::vector<SharedRun> runs = runs_;
  if (values.empty()) {
    return runs;
  }
  const bool by_count = policy_ == MergePolicy::kByCount;
  const std::size_t due = by_count ? DueByCount(runs) : DueBySize(runs, values);
  std::vector<std::unique_ptr<KeyCursor>> sources;
  sources.push_back(std::make_unique<MemoryCursor>(values));
  for (std::size_t i = 0; i < due; ++i) {
    sources.push_back(std::make_unique<RunCursor>(parts_, runs.back()));
    runs.pop_back();
  }
  MergeCursor merged(std::move(sources));
  RunWriter writer(parts_, numbers.Take());
  PAYLOG_ASSIGN(bool more, merged.Next());
  while (more) {
    PAYLOG_TRY(writer.Add(merged.key(), merged.value()));
    PAYLOG_ASSIGN(more, merged.Next());
  }
  PAYLOG_ASSIGN(Run extended, writer.Finish(by_count && due > 0 ? 1 : 0));
  runs.push_back(std::make_shared<const Run>(std::move(extended)));
  if (by_count) {
    PAYLOG_TRY(merges_.GoOn(runs, numbers));
  }
  return runs;
}

void KeyIndex::Adopt(std::vector<SharedRun> runs) {
  const std::scoped_lock lock(mutex_);
  runs_ = std::move(runs);
}

std::set<std::int64_t> KeyIndex::Numbers() const {
  std::set<std::int64_t> numbers = merges_.UnderWay();
  for (const SharedRun& run : runs_) {
    numbers.insert(run->entry.run);
  }
  return numbers;
}

std::vector<RunEntry> EntriesOf(const std::vector<SharedRun>& runs) {
  std::vector<RunEntry> entries;
  std::transform(runs.begin(), runs.end(), std::back_inserter(entries),
                 [](const SharedRun& run) { return run->entry; });
  return entries;
}

}  // namespace paylog::store
