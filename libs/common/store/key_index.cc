#include "paylog/store/key_index.h"

#include <algorithm>
#include <utility>

#include "paylog/sqlite/damage.h"
#include "paylog/store/key_cursor.h"
#include "paylog/store/run_writer.h"

namespace paylog::store {
namespace {

constexpr std::size_t kRunsPerLevel = 4;
// Per index. Segments of some 10 million keys; the blocks serve repeats that come close together.
constexpr std::size_t kSegmentCacheBytes = std::size_t{16} << 20;
constexpr std::size_t kBlockCacheBytes = std::size_t{1} << 20;

// How many of the newest runs are merged with the new one, and which level it has then.
struct MergePlan {
  std::size_t merged = 0;
  std::uint64_t level = 0;
};

// REQUIRES: levels do not rise from the oldest to the newest.
MergePlan PlanByCount(const std::vector<Run>& runs) {
  constexpr std::size_t kOthers = kRunsPerLevel - 1;
  MergePlan plan;
  while (plan.merged + kOthers <= runs.size()) {
    const std::size_t oldest = runs.size() - plan.merged - kOthers;
    // The newest of them lies on the level or below, the oldest on it or above.
    if (runs[oldest].entry.level > plan.level) {
      break;
    }
    plan.merged += kOthers;
    ++plan.level;
  }
  return plan;
}

MergePlan PlanBySize(const std::vector<Run>& runs, const SortedValues& values) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : values) {
    bytes += key.size() + value.size();
  }
  std::size_t newer = 1 + bytes / kSegmentRawBytes;  // Segments of all runs behind this one.
  MergePlan plan;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::size_t own = runs[runs.size() - 1 - i].index.segments.size();
    if (own <= newer) {
      plan.merged = i + 1;
    }
    newer += own;
  }
  return plan;
}

std::size_t WeightOf(const Segment& segment) {
  std::size_t weight = sizeof(Segment) + segment.filter.size();
  for (const Fence& fence : segment.blocks) {
    weight += sizeof(Fence) + fence.first_key.size();
  }
  return weight;
}

}  // namespace

KeyIndex::KeyIndex(PartTable& parts, std::vector<Run> runs, MergePolicy policy)
    : parts_(parts),
      policy_(policy),
      runs_(std::move(runs)),
      segments_(kSegmentCacheBytes),
      blocks_(kBlockCacheBytes) {}

base::Result<std::unique_ptr<KeyIndex>> KeyIndex::Open(PartTable& parts,
                                                       const std::vector<RunEntry>& entries,
                                                       MergePolicy policy) {
  std::vector<Run> runs;
  for (const RunEntry& entry : entries) {
    PAYLOG_ASSIGN(const std::string data,
                  parts.Get(PartId(entry.run, PartKind::kIndex, 0), entry.index_checksum));
    PAYLOG_ASSIGN(RunIndex index, DecodeRunIndex(data));
    runs.push_back({.entry = entry, .index = std::move(index)});
  }
  return std::unique_ptr<KeyIndex>(new KeyIndex(parts, std::move(runs), policy));
}

base::Result<std::optional<std::string>> KeyIndex::Find(std::string_view key) {
  const KeyHash hash = HashKey(key);
  const std::scoped_lock lock(mutex_);
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    PAYLOG_ASSIGN(std::optional<std::string> value, FindInRun(*run, key, hash));
    if (value.has_value()) {
      return value;
    }
  }
  return std::optional<std::string>();
}

base::Result<std::optional<std::string>> KeyIndex::FindInRun(const Run& run, std::string_view key,
                                                             KeyHash hash) {
  std::optional<std::string> result;
  const std::optional<std::size_t> at = Locate(run.index.segments, key);
  if (!at.has_value() || run.index.last_key < key) {
    return result;
  }
  PAYLOG_ASSIGN(const Segment* const segment, ReadSegment(run, *at));
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

base::Result<std::vector<Run>> KeyIndex::Extend(const SortedValues& values, std::int64_t run) {
  std::vector<Run> runs = runs_;
  if (values.empty()) {
    return runs;
  }
  const MergePlan plan =
      policy_ == MergePolicy::kBySize ? PlanBySize(runs, values) : PlanByCount(runs);
  std::vector<std::unique_ptr<KeyCursor>> sources;
  sources.push_back(std::make_unique<MemoryCursor>(values));
  for (std::size_t i = 0; i < plan.merged; ++i) {
    sources.push_back(std::make_unique<RunCursor>(parts_, runs[runs.size() - 1 - i]));
  }
  MergeCursor merged(std::move(sources));
  RunWriter writer(parts_, run);
  PAYLOG_ASSIGN(bool more, merged.Next());
  while (more) {
    PAYLOG_TRY(writer.Add(merged.key(), merged.value()));
    PAYLOG_ASSIGN(more, merged.Next());
  }
  PAYLOG_ASSIGN(Run extended, writer.Finish(plan.level));
  runs.resize(runs.size() - plan.merged);
  runs.push_back(std::move(extended));
  return runs;
}

void KeyIndex::Adopt(std::vector<Run> runs) {
  const std::scoped_lock lock(mutex_);
  runs_ = std::move(runs);
}

std::vector<RunEntry> EntriesOf(const std::vector<Run>& runs) {
  std::vector<RunEntry> entries;
  std::transform(runs.begin(), runs.end(), std::back_inserter(entries),
                 [](const Run& run) { return run.entry; });
  return entries;
}

}  // namespace paylog::store
