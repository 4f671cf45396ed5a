#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/cut.h"
#include "paylog/log/log.h"

// What client and owner say to each other: one request, one answer (ADR 0010). Decoding takes any
// bytes: kInvalidArgument for what no encoder writes. Pure and thread-safe.
namespace paylog::log_socket {

inline constexpr std::uint32_t kProtocolVersion = 1;

// The first frame of each connection, from the owner.
struct Greeting {
  std::uint32_t version = kProtocolVersion;
  std::int32_t pid = 0;
  std::string refusal;  // Why the owner ends the connection; empty: it does not.

  friend bool operator==(const Greeting&, const Greeting&) = default;
};

struct ListTopics {
  friend bool operator==(const ListTopics&, const ListTopics&) = default;
};
struct Poll {
  log::TopicPartition from;
  log::Isolation isolation = log::Isolation::kReadCommitted;
  base::Offset position;
  std::uint32_t records_max = 0;
  std::uint32_t bytes_max = 0;
  std::uint32_t wait_ms = 0;

  friend bool operator==(const Poll&, const Poll&) = default;
};
// Where a partition begins and ends.
struct AskRange {
  log::TopicPartition of;
  log::Isolation isolation = log::Isolation::kReadCommitted;

  friend bool operator==(const AskRange&, const AskRange&) = default;
};
struct AskCommitted {
  std::string group;
  log::TopicPartition from;

  friend bool operator==(const AskCommitted&, const AskCommitted&) = default;
};
struct Produced {
  log::TopicPartition to;
  log::Record record;

  friend bool operator==(const Produced&, const Produced&) = default;
};
struct Produce {
  std::vector<Produced> records;

  friend bool operator==(const Produce&, const Produce&) = default;
};
// Answered once all that was produced on this connection is durable.
struct Flush {
  friend bool operator==(const Flush&, const Flush&) = default;
};
struct AskCut {
  friend bool operator==(const AskCut&, const AskCut&) = default;
};
using Request = std::variant<ListTopics, Poll, AskRange, AskCommitted, Produce, Flush, AskCut>;

struct PartitionRange {
  base::Offset beginning;
  base::Offset end;

  friend bool operator==(const PartitionRange&, const PartitionRange&) = default;
};

std::string EncodeGreeting(const Greeting& greeting);
base::Result<Greeting> DecodeGreeting(std::string_view bytes);

std::string EncodeRequest(const Request& request);
base::Result<Request> DecodeRequest(std::string_view bytes);

// Answers: an error, or what the request asks for. Who asked knows which.
std::string EncodeError(const base::Error& error);
std::string EncodeDone();  // Of Produce and Flush.
std::string EncodeTopics(const std::vector<log::TopicSpec>& topics);
std::string EncodePolled(const log::PolledRecords& polled);
std::string EncodeRange(const PartitionRange& range);
std::string EncodeCommitted(const std::optional<base::Offset>& committed);
std::string EncodeCut(const log::LogCut& cut);

// The error that the answer is, or its error in decoding.
base::Result<void> DecodeDone(std::string_view answer);
base::Result<std::vector<log::TopicSpec>> DecodeTopics(std::string_view answer);
base::Result<log::PolledRecords> DecodePolled(std::string_view answer);
base::Result<PartitionRange> DecodeRange(std::string_view answer);
base::Result<std::optional<base::Offset>> DecodeCommitted(std::string_view answer);
base::Result<log::LogCut> DecodeCut(std::string_view answer);

}  // namespace paylog::log_socket
