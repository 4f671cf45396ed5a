#include "paylog/simulation/upstream.h"

#include <string>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::simulation {
namespace {

constexpr std::uint64_t kBatchMax = 6;

log::Record MakeRecord(const Draft& draft, std::int64_t id) {
  return {.key = draft.key,
          .value = draft.value,
          .headers = {{.name = kSubmissionHeader, .value = std::to_string(id)}}};
}

}  // namespace

Upstream::Upstream(log_sim::Broker& broker, const Scenario& scenario, Trace& trace)
    : log_(broker),
      trace_(trace),
      random_(scenario.seed, "upstream"),
      workload_(scenario),
      next_(workload_.Next()) {}

Draft Upstream::Take() {
  if (!again_.empty() && (!next_ || random_.Chance(50))) {
    Draft draft = std::move(again_.front());
    again_.pop_front();
    return draft;
  }
  return *std::exchange(next_, workload_.Next());
}

void Upstream::Send(Step now) {
  if (producer_ == nullptr) {
    auto made = log_.NewProducer();
    CHECK(made);  // Nobody kills the upstream.
    producer_ = std::move(*made);
  }
  std::vector<Draft> sent;
  const std::size_t first = submissions_.size();
  for (std::uint64_t left = 1 + random_.Below(kBatchMax); left > 0 && !done(); --left) {
    Draft draft = Take();
    const auto id = static_cast<std::int64_t>(submissions_.size());
    submissions_.push_back(
        {.id = id, .to = draft.to, .key = draft.key, .value = draft.value, .sent = now});
    CHECK(producer_->Send(draft.to, MakeRecord(draft, id)));
    sent.push_back(std::move(draft));
  }
  const auto flushed = producer_->Flush();
  trace_.Line(now, "upstream",
              "sent " + std::to_string(sent.size()) +
                  (flushed ? ", acknowledged" : ", " + flushed.error().ToString()));
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (flushed) {
      submissions_[first + i].acknowledged = now;
    } else {
      again_.push_back(std::move(sent[i]));
    }
  }
  if (!flushed) {
    trace_.Count("path: sent again");
  }
}

}  // namespace paylog::simulation
