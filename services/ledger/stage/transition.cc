#include "paylog/ledger/stage/transition.h"

#include <utility>

#include "paylog/base/check.h"
#include "paylog/codec/event_codec.h"
#include "paylog/ledger/core/invariants.h"

namespace paylog::ledger {

std::vector<AppliedEvent> ApplyInput(State& state, const model::InboxRecord& input,
                                     const model::IndexEntry* known) {
  std::vector<model::Event> events = Decide(state, input, known);
  const auto count = static_cast<std::int32_t>(events.size());
  std::vector<AppliedEvent> applied;
  applied.reserve(events.size());
  std::int32_t index = 0;
  for (model::Event& event : events) {
    AppliedEvent next{
        .record = {.header = MakeHeader(state, input, index++, count), .event = std::move(event)},
        .value = {},
        .hash = {},
        .effects = {}};
    next.value = codec::EncodeJournalRecord(next.record);
    next.hash = base::Sha256(next.value);
    next.effects = Evolve(state, next.record, next.hash);
    CHECK(!FindOverdraw(state, next.record.event).has_value());
    applied.push_back(std::move(next));
  }
  return applied;
}

}  // namespace paylog::ledger
