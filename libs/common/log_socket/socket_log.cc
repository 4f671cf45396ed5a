#include "paylog/log_socket/socket_log.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "paylog/log/topic_difference.h"

namespace paylog::log_socket {
namespace {

using base::Error;
using base::ErrorCode;
using std::chrono::milliseconds;

// The owner answers soon; a commit on a slow disk takes its time.
constexpr std::chrono::seconds kAnswerTimeout{60};
// How long one request waits for records; between two, Wakeup is heard.
constexpr milliseconds kWaitSlice{100};
// Records on their way in one request.
constexpr std::size_t kProduceBytes = std::size_t{256} * 1024;

std::uint32_t Clip(std::size_t number) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(number, UINT32_MAX));
}

class SocketReader final : public log::Reader {
 public:
  SocketReader(SocketLog& log, log::TopicPartition from, log::Isolation isolation)
      : log_(log), from_(std::move(from)), isolation_(isolation) {}

  base::Result<void> Seek(base::Offset offset) override {
    position_ = offset;
    return {};
  }
  [[nodiscard]] base::Offset position() const override { return position_; }

  base::Result<log::PolledRecords> Poll(const log::PollLimits& limits) override {
    milliseconds left = limits.wait;
    while (true) {
      const milliseconds slice = std::clamp(left, milliseconds(0), kWaitSlice);
      PAYLOG_ASSIGN(
          const std::string answer,
          log_.Ask(log_socket::Poll{.from = from_,
                                    .isolation = isolation_,
                                    .position = position_,
                                    .records_max = Clip(limits.records_max),
                                    .bytes_max = Clip(limits.bytes_max),
                                    .wait_ms = static_cast<std::uint32_t>(slice.count())}));
      PAYLOG_ASSIGN(log::PolledRecords polled, DecodePolled(answer));
      position_ = polled.next;
      left -= slice;
      if (!polled.records.empty() || left.count() <= 0 || woken_.exchange(false)) {
        return polled;
      }
    }
  }

  base::Result<base::Offset> EndOffset() override {
    PAYLOG_ASSIGN(const PartitionRange range, Range());
    return range.end;
  }
  base::Result<base::Offset> BeginningOffset() override {
    PAYLOG_ASSIGN(const PartitionRange range, Range());
    return range.beginning;
  }
  void Wakeup() override { woken_ = true; }

 private:
  base::Result<PartitionRange> Range() {
    PAYLOG_ASSIGN(const std::string answer,
                  log_.Ask(AskRange{.of = from_, .isolation = isolation_}));
    return DecodeRange(answer);
  }

  SocketLog& log_;
  const log::TopicPartition from_;
  const log::Isolation isolation_;
  base::Offset position_{0};
  std::atomic<bool> woken_{false};
};

class SocketProducer final : public log::Producer {
 public:
  SocketProducer(SocketLog& log, const std::vector<log::TopicSpec>& topics) : log_(log) {
    for (const log::TopicSpec& topic : topics) {
      topics_[topic.name] = topic;
    }
  }

  // What concerns one record is found here, so that an error of a request concerns them all.
  base::Result<void> Send(const log::TopicPartition& to, log::Record record) override {
    const auto topic = topics_.find(to.topic);
    if (topic == topics_.end() || to.partition.value() < 0 ||
        to.partition.value() >= topic->second.partition_count) {
      return Error{.code = ErrorCode::kNotFound,
                   .context = "the log has no partition " + to.ToString()};
    }
    const std::size_t bytes = log::RecordBytes(record);
    if (static_cast<std::int64_t>(bytes) > topic->second.record_bytes_max) {
      return Error{.code = ErrorCode::kMessageTooLarge,
                   .context = "a record of " + std::to_string(bytes) + " bytes for " + to.topic +
                              ", whose limit is " + std::to_string(topic->second.record_bytes_max)};
    }
    bytes_ += bytes;
    pending_.records.push_back({.to = to, .record = std::move(record)});
    return bytes_ >= kProduceBytes ? Hand() : base::Result<void>();
  }

  base::Result<void> Flush() override {
    PAYLOG_TRY(Hand());
    PAYLOG_ASSIGN(const std::string answer, log_.Ask(log_socket::Flush{}));
    return DecodeDone(answer);
  }

 private:
  base::Result<void> Hand() {
    if (pending_.records.empty()) {
      return {};
    }
    bytes_ = 0;
    PAYLOG_ASSIGN(const std::string answer, log_.Ask(std::exchange(pending_, {})));
    return DecodeDone(answer);
  }

  SocketLog& log_;
  std::map<std::string, log::TopicSpec> topics_;
  Produce pending_;
  std::size_t bytes_ = 0;
};

}  // namespace

base::Result<std::unique_ptr<SocketLog>> SocketLog::Connect(const std::string& directory) {
  PAYLOG_ASSIGN(Connection connection, log_socket::Connect(directory));
  connection.SetTimeouts(kAnswerTimeout, kAnswerTimeout);
  const auto frame = connection.Receive();
  if (frame ? !frame->has_value() : frame.error().code == ErrorCode::kUnavailable) {
    return Error{.code = ErrorCode::kNotFound, .context = "the owner of " + directory + " ends"};
  }
  if (!frame) {
    return frame.error().In("the owner of " + directory);
  }
  PAYLOG_ASSIGN(const Greeting greeting, DecodeGreeting(**frame));
  const std::string owner =
      "the owner of " + directory + ", process " + std::to_string(greeting.pid);
  if (greeting.version != kProtocolVersion) {
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = owner + ", speaks version " + std::to_string(greeting.version) +
                            " of the socket's protocol, and this paylog version " +
                            std::to_string(kProtocolVersion) + ": use the same release"};
  }
  if (!greeting.refusal.empty()) {
    return Error{.code = ErrorCode::kBusy, .context = owner + ", refuses: " + greeting.refusal};
  }
  return std::unique_ptr<SocketLog>(new SocketLog(std::move(connection), greeting.pid));
}

base::Result<std::string> SocketLog::Ask(const Request& request) {
  const std::scoped_lock lock(mutex_);
  if (broken_) {
    return *broken_;
  }
  auto answer = TryAsk(request);
  if (!answer) {
    broken_ = answer.error();
  }
  return answer;
}

base::Result<std::string> SocketLog::TryAsk(const Request& request) {
  const std::string owner = "the owner of the log, process " + std::to_string(owner_) + ", ";
  const bool writes = std::holds_alternative<Produce>(request) ||
                      std::holds_alternative<log_socket::Flush>(request);
  const std::string unknown =
      writes ? "; what was being written may be in the log or not, and is safe to send again" : "";
  auto sent = connection_.Send(EncodeRequest(request));
  auto answer = sent ? connection_.Receive() : sent.error();
  if (answer && answer->has_value()) {
    return **std::move(answer);
  }
  if (!answer && answer.error().code == ErrorCode::kTimedOut) {
    return Error{.code = ErrorCode::kTimedOut, .context = owner + "does not answer" + unknown};
  }
  return Error{.code = ErrorCode::kUnavailable, .context = owner + "has ended" + unknown};
}

Error SocketLog::Refused(const std::string& what) const {
  return {.code = ErrorCode::kRefused,
          .context = what + " is for the log's owner alone, process " + std::to_string(owner_)};
}

base::Result<log::LogCut> SocketLog::Cut() {
  PAYLOG_ASSIGN(const std::string answer, Ask(AskCut{}));
  return DecodeCut(answer);
}

base::Result<void> SocketLog::CreateTopics(std::span<const log::TopicSpec> specs) {
  auto checked = CheckTopics(specs);
  if (!checked && checked.error().code == ErrorCode::kNotFound) {
    return Refused("making topics");
  }
  return checked;
}

base::Result<void> SocketLog::CheckTopics(std::span<const log::TopicSpec> specs) {
  PAYLOG_ASSIGN(const auto topics, ListTopics());
  return log::CompareTopics(topics, specs);
}

base::Result<std::vector<log::TopicSpec>> SocketLog::ListTopics() {
  PAYLOG_ASSIGN(const std::string answer, Ask(log_socket::ListTopics{}));
  return DecodeTopics(answer);
}

base::Result<std::unique_ptr<log::Reader>> SocketLog::NewReader(const log::TopicPartition& from,
                                                                log::Isolation isolation) {
  auto reader = std::make_unique<SocketReader>(*this, from, log::WithoutReadAhead(isolation));
  PAYLOG_TRY(reader->EndOffset());  // kNotFound comes here, as the port promises.
  return std::unique_ptr<log::Reader>(std::move(reader));
}

base::Result<std::unique_ptr<log::TransactionalWriter>> SocketLog::NewWriter(
    const std::string& transactional_id) {
  return Refused("writing as " + transactional_id);
}

base::Result<std::unique_ptr<log::Producer>> SocketLog::NewProducer() {
  PAYLOG_ASSIGN(const auto topics, ListTopics());
  return std::unique_ptr<log::Producer>(std::make_unique<SocketProducer>(*this, topics));
}

base::Result<std::unique_ptr<log::GroupMember>> SocketLog::JoinGroup(
    const std::string& group, const std::vector<std::string>& /*topics*/) {
  return Refused("joining " + group);
}

base::Result<std::optional<base::Offset>> SocketLog::CommittedOffset(
    const std::string& group, const log::TopicPartition& from) {
  PAYLOG_ASSIGN(const std::string answer, Ask(AskCommitted{.group = group, .from = from}));
  return DecodeCommitted(answer);
}

}  // namespace paylog::log_socket
