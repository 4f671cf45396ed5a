#include "paylog/log_socket/session.h"

#include <algorithm>
#include <chrono>
#include <variant>

namespace paylog::log_socket {
namespace {

// Whatever a request asks for.
constexpr std::uint32_t kRecordsMax = 10'000;
constexpr std::uint32_t kBytesMax = std::uint32_t{4} << 20;
// Short, so that the owner's end need not wait for followers.
constexpr std::uint32_t kWaitMsMax = 200;

}  // namespace

Session::Answer Session::AnswerTo(std::string_view request) {
  auto decoded = DecodeRequest(request);
  if (!decoded) {
    return {.frame = EncodeError(decoded.error()), .last = true};
  }
  auto frame = std::visit([this](auto& body) { return Do(body); }, *decoded);
  return {.frame = frame ? *std::move(frame) : EncodeError(frame.error()), .last = false};
}

base::Result<std::string> Session::Do(const ListTopics& /*request*/) {
  PAYLOG_ASSIGN(const auto topics, log_.ListTopics());
  return EncodeTopics(topics);
}

base::Result<std::string> Session::Do(const Poll& poll) {
  auto polled = PollOnce(poll);
  if (!polled) {
    readers_.erase({poll.from, poll.isolation});  // A reader need not outlive its failure.
    return polled.error();
  }
  return EncodePolled(*polled);
}

base::Result<log::PolledRecords> Session::PollOnce(const Poll& poll) {
  PAYLOG_ASSIGN(log::Reader* const reader, ReaderOf(poll.from, poll.isolation));
  if (reader->position() != poll.position) {
    PAYLOG_TRY(reader->Seek(poll.position));
  }
  return reader->Poll({.records_max = std::clamp<std::uint32_t>(poll.records_max, 1, kRecordsMax),
                       .bytes_max = std::min(poll.bytes_max, kBytesMax),
                       .wait = std::chrono::milliseconds(std::min(poll.wait_ms, kWaitMsMax))});
}

base::Result<std::string> Session::Do(const AskRange& ask) {
  PAYLOG_ASSIGN(log::Reader* const reader, ReaderOf(ask.of, ask.isolation));
  PAYLOG_ASSIGN(const base::Offset beginning, reader->BeginningOffset());
  PAYLOG_ASSIGN(const base::Offset end, reader->EndOffset());
  return EncodeRange({.beginning = beginning, .end = end});
}

base::Result<std::string> Session::Do(const AskCommitted& ask) {
  PAYLOG_ASSIGN(const auto committed, log_.CommittedOffset(ask.group, ask.from));
  return EncodeCommitted(committed);
}

base::Result<std::string> Session::Do(Produce& produce) {
  for (const Produced& produced : produce.records) {
    if (!writable_.contains(produced.to.topic)) {
      return base::Error{.code = base::ErrorCode::kRefused,
                         .context = "clients of the owner do not write to " + produced.to.topic};
    }
  }
  if (producer_ == nullptr) {
    PAYLOG_ASSIGN(producer_, log_.NewProducer());
  }
  for (Produced& produced : produce.records) {
    PAYLOG_TRY(producer_->Send(produced.to, std::move(produced.record)));
  }
  return EncodeDone();
}

base::Result<std::string> Session::Do(const Flush& /*request*/) {
  if (producer_ != nullptr) {
    PAYLOG_TRY(producer_->Flush());
  }
  return EncodeDone();
}

base::Result<std::string> Session::Do(const AskCut& /*request*/) {
  PAYLOG_ASSIGN(const log::LogCut cut, cut_());
  return EncodeCut(cut);
}

// There are as many as the log has partitions, at most: for others no reader is made.
base::Result<log::Reader*> Session::ReaderOf(const log::TopicPartition& from,
                                             log::Isolation isolation) {
  const auto found = readers_.find({from, isolation});
  if (found != readers_.end()) {
    return found->second.get();
  }
  PAYLOG_ASSIGN(auto reader, log_.NewReader(from, isolation));
  return readers_.emplace(std::pair(from, isolation), std::move(reader)).first->second.get();
}

}  // namespace paylog::log_socket
