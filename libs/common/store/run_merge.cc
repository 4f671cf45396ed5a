#include "paylog/store/run_merge.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <utility>

namespace paylog::store {
namespace {

// With so many runs of its level, a merge is brought to its end at once: a process that is
// restarted again and again never comes to the end of a long one in slices.
constexpr std::ptrdiff_t kRunsThatHurry = 8;

std::vector<std::unique_ptr<KeyCursor>> NewestFirst(PartTable& parts,
                                                    const std::vector<SharedRun>& runs) {
  std::vector<std::unique_ptr<KeyCursor>> cursors;
  std::transform(
      runs.rbegin(), runs.rend(), std::back_inserter(cursors),
      [&parts](const SharedRun& run) { return std::make_unique<RunCursor>(parts, run); });
  return cursors;
}

bool IsOfLevel(const SharedRun& run, std::uint64_t level) {
  return run->entry.level == level;
}

}  // namespace

RunMerge::RunMerge(PartTable& parts, std::vector<SharedRun> runs, std::int64_t number)
    : runs_(std::move(runs)),
      number_(number),
      merged_(NewestFirst(parts, runs_)),
      writer_(parts, number) {}

std::size_t RunMerge::slice() const {
  std::size_t segments = 0;
  for (const SharedRun& run : runs_) {
    segments += run->index.segments.size();
  }
  // A level gets a run in each 4^level Writes, so these bring two.
  const std::size_t writes = std::size_t{2} << 2 * level();
  return (segments + writes - 1) / writes;
}

base::Result<SharedRun> RunMerge::Advance(std::size_t segments) {
  const std::size_t before = writer_.segments();
  while (writer_.segments() - before < segments) {
    PAYLOG_ASSIGN(const bool more, merged_.Next());
    if (!more) {
      PAYLOG_ASSIGN(Run whole, writer_.Finish(level() + 1));
      return std::make_shared<const Run>(std::move(whole));
    }
    PAYLOG_TRY(writer_.Add(merged_.key(), merged_.value()));
  }
  return SharedRun();
}

base::Result<void> RunMerges::GoOn(std::vector<SharedRun>& runs, RunNumbers& numbers) {
  Begin(runs, numbers);
  for (auto merge = merges_.begin(); merge != merges_.end();) {
    const std::uint64_t level = (*merge)->level();
    const auto waiting = std::count_if(
        runs.begin(), runs.end(), [level](const SharedRun& run) { return IsOfLevel(run, level); });
    PAYLOG_ASSIGN(
        SharedRun whole,
        (*merge)->Advance(waiting < kRunsThatHurry ? (*merge)->slice()
                                                   : std::numeric_limits<std::size_t>::max()));
    if (whole == nullptr) {
      ++merge;
      continue;
    }
    const auto first = std::find(runs.begin(), runs.end(), (*merge)->runs().front());
    *first = std::move(whole);
    runs.erase(first + 1, first + kRunsOfALevel);
    merge = merges_.erase(merge);
  }
  return {};
}

void RunMerges::Begin(const std::vector<SharedRun>& runs, RunNumbers& numbers) {
  for (auto first = runs.begin(); std::distance(first, runs.end()) >= kRunsOfALevel; ++first) {
    const std::uint64_t level = (*first)->entry.level;
    const auto end = first + kRunsOfALevel;
    const bool under_way = std::any_of(merges_.begin(), merges_.end(), [level](const auto& merge) {
      return merge->level() == level;
    });
    if (level >= 1 && level <= kLevelMax && !under_way &&
        std::all_of(first, end, [level](const SharedRun& run) { return IsOfLevel(run, level); })) {
      merges_.push_back(
          std::make_unique<RunMerge>(parts_, std::vector<SharedRun>(first, end), numbers.Take()));
    }
  }
}

std::set<std::int64_t> RunMerges::UnderWay() const {
  std::set<std::int64_t> numbers;
  for (const std::unique_ptr<RunMerge>& merge : merges_) {
    numbers.insert(merge->number());
  }
  return numbers;
}

}  // namespace paylog::store
