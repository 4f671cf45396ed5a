#include "paylog/simulation/trace.h"

namespace paylog::simulation {

void Witness::Say(const std::string& what, std::string_view counted) {
  trace_.Line(step_, name_, what);
  trace_.Count(counted);
}

void Witness::OnAssigned(const std::vector<log::TopicPartition>& inputs) {
  std::string what = "assigned";
  for (const log::TopicPartition& input : inputs) {
    what += ' ' + input.ToString();
  }
  Say(what, "path: partitions assigned");
}

void Witness::OnRevoked(bool lost) {
  Say(lost ? "lost all" : "revoked all", "path: partitions revoked");
}

void Witness::OnTakenOver(const log::TopicPartition& input, base::Offset next, bool kept) {
  Say("took over " + input.ToString() + " at " + std::to_string(next.value()) +
          (kept ? ", state kept" : ""),
      kept ? "path: take-over, state kept" : "path: take-over, state rebuilt");
}

void Witness::OnRebuilt(const log::TopicPartition& input, base::Sequence snapshot,
                        std::int64_t replayed) {
  Say("rebuilt " + input.ToString() + " from " + std::to_string(snapshot.value()) + " and " +
          std::to_string(replayed) + " events",
      snapshot.value() > 0 ? "path: rebuilt from a snapshot" : "path: rebuilt from the beginning");
}

void Witness::OnFollowed(const log::TopicPartition& input, base::Sequence last) {
  Say("followed " + input.ToString() + " up to " + std::to_string(last.value()),
      "path: events followed");
}

void Witness::OnFollowTrouble(const log::TopicPartition& input, const base::Error& error) {
  Say("cannot follow " + input.ToString() + ": " + error.ToString(), "path: following failed");
}

void Witness::OnCommitted(const log::TopicPartition& input, base::Offset next) {
  Say("committed " + input.ToString() + " before " + std::to_string(next.value()), "path: commit");
}

void Witness::OnTrouble(const log::TopicPartition& input, const base::Error& error) {
  Say(input.ToString() + ": " + error.ToString(),
      "path: trouble, " + std::string(base::ToString(error.code)));
}

void Witness::OnSnapshotSaved(const log::TopicPartition& input, base::Sequence last) {
  Say("saved a snapshot of " + input.ToString() + " up to " + std::to_string(last.value()),
      "path: snapshot saved");
}

}  // namespace paylog::simulation
