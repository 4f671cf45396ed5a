#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "paylog/base/bytes.h"
#include "paylog/base/check.h"
#include "paylog/log_socket/session.h"
#include "paylog/log_sqlite/sqlite_log.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"
#include "paylog/tests/fuzz/targets.h"

namespace paylog::fuzz {
namespace {

using log_socket::Request;
using test_support::Must;

const log::TopicPartition kPartition = {.topic = "t", .partition = base::PartitionId(0)};
// Then the log is made anew, so that reading all of it stays quick.
constexpr std::int64_t kRecordsMax = 500;

// An owner's log, which is never asked for anything but through a session.
class Owner {
 public:
  Owner() {
    log_ = Must(log_sqlite::SqliteLog::Open(
        {.directory = directory_.In("log"), .create = true, .clock = &clock_}));
    Must(log_->CreateTopics(std::vector<log::TopicSpec>{{.name = "t", .record_bytes_max = 1'000}}));
  }

  [[nodiscard]] log_socket::Session NewSession() { return {*log_, cut_, writable_}; }

  // All records, each whole.
  std::int64_t Count() {
    const auto reader = Must(log_->NewReader(kPartition, log::Isolation::kReadCommitted));
    const base::Offset end = Must(reader->EndOffset());
    std::int64_t count = 0;
    while (reader->position() < end) {
      for (const log::StoredRecord& record : Must(reader->Poll({})).records) {
        CHECK(log::RecordBytes(record) <= 1'000);
        ++count;
      }
    }
    CHECK(count == end.value());
    return count;
  }

 private:
  test_support::TemporaryDirectory directory_;
  base::SystemClock clock_;
  std::unique_ptr<log_sqlite::SqliteLog> log_;
  const log_socket::CutFunction cut_ = [this] { return log_->Cut(); };
  const log_socket::TopicNames writable_ = {kPartition.topic};
};

// An answer is what was asked for, or an error.
void CheckAnswer(const Request& request, const std::string& answer) {
  const bool is_error = !answer.empty() && answer[0] == '\x01';
  if (is_error) {
    CHECK(!log_socket::DecodeDone(answer).has_value());
  } else if (std::holds_alternative<log_socket::ListTopics>(request)) {
    CHECK(log_socket::DecodeTopics(answer).has_value());
  } else if (std::holds_alternative<log_socket::Poll>(request)) {
    CHECK(log_socket::DecodePolled(answer).has_value());
  } else if (std::holds_alternative<log_socket::AskRange>(request)) {
    CHECK(log_socket::DecodeRange(answer).has_value());
  } else if (std::holds_alternative<log_socket::AskCommitted>(request)) {
    CHECK(log_socket::DecodeCommitted(answer).has_value());
  } else if (std::holds_alternative<log_socket::AskCut>(request)) {
    CHECK(log_socket::DecodeCut(answer).has_value());
  } else {
    CHECK(log_socket::DecodeDone(answer).has_value());
  }
}

// Asks, without waiting for records. False where the connection would end.
bool AskOnce(log_socket::Session& session, std::string_view frame) {
  auto request = log_socket::DecodeRequest(frame);
  if (!request) {
    const auto answer = session.AnswerTo(frame);
    CHECK(answer.last);
    CHECK(!log_socket::DecodeDone(answer.frame).has_value());
    return false;
  }
  if (auto* const poll = std::get_if<log_socket::Poll>(&*request)) {
    poll->wait_ms = 0;
  }
  const auto answer = session.AnswerTo(log_socket::EncodeRequest(*request));
  CHECK(!answer.last);
  CheckAnswer(*request, answer.frame);
  return true;
}

std::string Frames(const std::vector<Request>& requests) {
  std::string bytes;
  base::ByteWriter out(bytes);
  for (const Request& request : requests) {
    out.Bytes(log_socket::EncodeRequest(request));
  }
  return bytes;
}

}  // namespace

// The input is frames, as base/bytes.h writes sized bytes.
void FuzzOneSocket(Bytes input) {
  static std::optional<Owner> owner;
  if (!owner || owner->Count() > kRecordsMax) {
    owner.emplace();
  }
  const std::int64_t before = owner->Count();
  {
    log_socket::Session session = owner->NewSession();
    base::ByteReader in(TextOf(input));
    while (in.ok() && in.remaining() > 0 && AskOnce(session, in.Bytes())) {
    }
  }
  CHECK(owner->Count() >= before);
}

std::vector<std::string> SocketSeeds() {
  const log_socket::Produce produce{
      .records = {{.to = kPartition,
                   .record = {.key = "k", .value = "v", .headers = {{"name", "value"}}}}}};
  const log_socket::Poll poll{
      .from = kPartition, .position = base::Offset(0), .records_max = 9, .bytes_max = 999};
  return {Frames({log_socket::ListTopics{}, log_socket::AskCut{}}),
          Frames({produce, log_socket::Flush{}, poll}),
          Frames({log_socket::AskRange{.of = kPartition},
                  log_socket::AskCommitted{.group = "g", .from = kPartition}}),
          Frames({produce, produce, log_socket::Flush{}, log_socket::Flush{}})};
}

}  // namespace paylog::fuzz
