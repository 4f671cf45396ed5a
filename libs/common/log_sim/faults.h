#pragma once

#include <array>
#include <cstdint>
#include <string_view>

// What can go wrong in a simulated log, and who decides that it does.
namespace paylog::log_sim {

// Asked at each opportunity. Used by one thread at a time.
class FaultSource {
 public:
  virtual ~FaultSource() = default;
  // Does the fault of this name, one of those below or of the owner's own, happen here?
  virtual bool Happens(std::string_view fault) = 0;
  // A detail of the fault that happened last: a number below `bound`, which is at least 1.
  virtual std::uint64_t Choose(std::uint64_t bound) = 0;
};

namespace fault {

// Commits. Lost and late requests and lost answers are all of unknown outcome to the writer.
inline constexpr std::string_view kCommitRequestLost = "commit-request-lost";
inline constexpr std::string_view kCommitRequestLate = "commit-request-late";
inline constexpr std::string_view kCommitAnswerLost = "commit-answer-lost";
inline constexpr std::string_view kMarkerLate = "marker-late";  // Committed, and not visible yet.
inline constexpr std::string_view kAbortFails = "abort-fails";
inline constexpr std::string_view kTainted = "writer-tainted";
inline constexpr std::string_view kInitFails = "init-fails";
inline constexpr std::string_view kInitAnswerLost = "init-answer-lost";  // Others are fenced.
inline constexpr std::string_view kAppendFails = "append-fails";
inline constexpr std::string_view kEarlyDelivery = "early-delivery";  // Before the commit.
inline constexpr std::string_view kPartitionsReordered = "partitions-reordered";

// Producers without transactions.
inline constexpr std::string_view kSendAnswerLost = "send-answer-lost";
inline constexpr std::string_view kSendTorn = "send-torn";    // Only the first of them arrive.
inline constexpr std::string_view kSendTwice = "send-twice";  // As a library that tries again.
inline constexpr std::string_view kLogFull = "log-full";      // For some seconds, for all.

// Reading.
inline constexpr std::string_view kReadFails = "read-fails";
inline constexpr std::string_view kReadLate = "read-late";    // Nothing yet, though there is.
inline constexpr std::string_view kReadShort = "read-short";  // Fewer records than there are.
inline constexpr std::string_view kEndStale = "end-stale";    // As a deposed leader tells it.
inline constexpr std::string_view kOffsetFails = "offset-fails";
inline constexpr std::string_view kGroupFails = "group-fails";

inline constexpr std::array kAll = {
    kCommitRequestLost,
    kCommitRequestLate,
    kCommitAnswerLost,
    kMarkerLate,
    kAbortFails,
    kTainted,
    kInitFails,
    kInitAnswerLost,
    kAppendFails,
    kEarlyDelivery,
    kPartitionsReordered,
    kSendAnswerLost,
    kSendTorn,
    kSendTwice,
    kLogFull,
    kReadFails,
    kReadLate,
    kReadShort,
    kEndStale,
    kOffsetFails,

    kGroupFails,
};

}  // namespace fault
}  // namespace paylog::log_sim
