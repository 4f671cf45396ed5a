#include "paylog/log_socket/messages.h"

#include <algorithm>
#include <utility>

#include "paylog/base/bytes.h"

// Numbers and sized bytes of base/bytes.h. A request begins with its index in the variant, an
// answer with kOk or kError.
namespace paylog::log_socket {
namespace {

using base::ByteReader;
using base::ByteWriter;
using base::Error;
using base::ErrorCode;

constexpr std::string_view kMagic = "paylog-log";
constexpr std::uint8_t kOk = 0;
constexpr std::uint8_t kError = 1;
// The last enumerator.
constexpr auto kErrorCodeMax = static_cast<std::uint8_t>(ErrorCode::kShutdown);
constexpr std::uint8_t kRetriable = 1;
constexpr std::uint8_t kFatal = 2;

Error Malformed(std::string_view what) {
  return {.code = ErrorCode::kInvalidArgument,
          .context = std::string(what) + " that nobody writes came through the owner's socket"};
}

// Reads what the functions of a Put write; not ok() for good after what they would not write.
class Parser {
 public:
  explicit Parser(std::string_view bytes) : reader_(bytes) {}

  [[nodiscard]] bool AtEnd() const { return ok_ && reader_.AtEnd(); }
  [[nodiscard]] bool ok() const { return ok_ && reader_.ok(); }
  void Fail() { ok_ = false; }

  std::uint8_t U8() { return reader_.U8(); }
  std::uint32_t U32() { return reader_.U32(); }
  std::int64_t I64() { return reader_.I64(); }
  std::string Text() { return std::string(reader_.Bytes()); }
  bool Flag() { return Choice(1) == 1; }
  // 0 to `max`.
  std::uint8_t Choice(std::uint8_t max) {
    const std::uint8_t value = reader_.U8();
    ok_ = ok_ && value <= max;
    return value;
  }
  base::Offset Offset() { return base::Offset(reader_.I64()); }
  log::Isolation Isolation() { return static_cast<log::Isolation>(Choice(1)); }
  log::TopicPartition Partition() {
    std::string topic = Text();
    return {.topic = std::move(topic),
            .partition = base::PartitionId(static_cast<std::int32_t>(reader_.U32()))};
  }
  // How many items follow. Each takes a byte at least, so that no number makes room for more than
  // the message can hold.
  std::size_t Count() {
    const std::uint64_t count = reader_.Varint();
    if (count > reader_.remaining()) {
      ok_ = false;
      return 0;
    }
    return static_cast<std::size_t>(count);
  }
  log::Headers Headers() {
    auto headers = log::Headers::Read(reader_, Count());
    return headers ? std::move(*headers) : log::Headers();
  }

 private:
  ByteReader reader_;
  bool ok_ = true;
};

void Put(ByteWriter& out, const log::TopicPartition& partition) {
  out.Bytes(partition.topic);
  out.U32(static_cast<std::uint32_t>(partition.partition.value()));
}

template <typename AnyRecord>
void PutContent(ByteWriter& out, const AnyRecord& record) {
  out.U8(record.key ? 1 : 0);
  if (record.key) {
    out.Bytes(*record.key);
  }
  out.Bytes(record.value);
  out.I64(record.timestamp.value());
  out.Varint(record.headers.size());
  out.Raw(record.headers.bytes());
}

template <typename AnyRecord>
void ReadContent(Parser& in, AnyRecord& record) {
  if (in.Flag()) {
    record.key = in.Text();
  }
  record.value = in.Text();
  record.timestamp = base::TimestampMs(in.I64());
  record.headers = in.Headers();
}

void Put(ByteWriter& /*out*/, const ListTopics& /*request*/) {}
void Put(ByteWriter& /*out*/, const Flush& /*request*/) {}
void Put(ByteWriter& /*out*/, const AskCut& /*request*/) {}
void Put(ByteWriter& out, const Poll& poll) {
  Put(out, poll.from);
  out.U8(static_cast<std::uint8_t>(poll.isolation));
  out.I64(poll.position.value());
  out.U32(poll.records_max);
  out.U32(poll.bytes_max);
  out.U32(poll.wait_ms);
}
void Put(ByteWriter& out, const AskRange& ask) {
  Put(out, ask.of);
  out.U8(static_cast<std::uint8_t>(ask.isolation));
}
void Put(ByteWriter& out, const AskCommitted& ask) {
  out.Bytes(ask.group);
  Put(out, ask.from);
}
void Put(ByteWriter& out, const Produce& produce) {
  out.Varint(produce.records.size());
  for (const Produced& produced : produce.records) {
    Put(out, produced.to);
    PutContent(out, produced.record);
  }
}

Poll ReadPoll(Parser& in) {
  Poll poll;
  poll.from = in.Partition();
  poll.isolation = in.Isolation();
  poll.position = in.Offset();
  poll.records_max = in.U32();
  poll.bytes_max = in.U32();
  poll.wait_ms = in.U32();
  return poll;
}

Produce ReadProduce(Parser& in) {
  Produce produce;
  const std::size_t count = in.Count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    Produced& produced = produce.records.emplace_back();
    produced.to = in.Partition();
    ReadContent(in, produced.record);
  }
  return produce;
}

Request ReadRequest(Parser& in) {
  switch (in.Choice(std::variant_size_v<Request> - 1)) {
    case 0:
      return ListTopics{};
    case 1:
      return ReadPoll(in);
    case 2: {
      AskRange ask{.of = in.Partition()};
      ask.isolation = in.Isolation();
      return ask;
    }
    case 3: {
      AskCommitted ask{.group = in.Text(), .from = {}};
      ask.from = in.Partition();
      return ask;
    }
    case 4:
      return ReadProduce(in);
    case 5:
      return Flush{};
    default:
      return AskCut{};
  }
}

// An answer that is no error, with what `put` adds.
template <typename PutMore>
std::string Ok(PutMore put) {
  std::string bytes;
  ByteWriter out(bytes);
  out.U8(kOk);
  put(out);
  return bytes;
}

Error ReadError(Parser& in) {
  const auto code = static_cast<ErrorCode>(in.Choice(kErrorCodeMax));
  const std::uint8_t flags = in.Choice(kRetriable | kFatal);
  Error error{.code = code,
              .context = in.Text(),
              .retriable = (flags & kRetriable) != 0,
              .fatal = (flags & kFatal) != 0};
  return in.AtEnd() ? error : Malformed("an error");
}

template <typename Read>
auto DecodeAnswer(std::string_view answer, Read read)
    -> base::Result<decltype(read(std::declval<Parser&>()))> {
  Parser in(answer);
  if (in.Choice(kError) == kError) {
    return ReadError(in);
  }
  auto value = read(in);
  if (!in.AtEnd()) {
    return Malformed("an answer");
  }
  return value;
}

log::TopicSpec ReadSpec(Parser& in) {
  log::TopicSpec spec;
  spec.name = in.Text();
  spec.partition_count = static_cast<std::int32_t>(in.U32());
  spec.timestamps = static_cast<log::TimestampType>(in.Choice(1));
  spec.retention = static_cast<log::Retention>(in.Choice(1));
  spec.record_bytes_max = in.I64();
  return spec;
}

}  // namespace

std::string EncodeGreeting(const Greeting& greeting) {
  std::string bytes;
  ByteWriter out(bytes);
  out.Bytes(kMagic);
  out.U32(greeting.version);
  out.U32(static_cast<std::uint32_t>(greeting.pid));
  out.Bytes(greeting.refusal);
  return bytes;
}

base::Result<Greeting> DecodeGreeting(std::string_view bytes) {
  Parser in(bytes);
  if (in.Text() != kMagic) {
    return Malformed("a greeting");
  }
  Greeting greeting{.version = in.U32()};
  greeting.pid = static_cast<std::int32_t>(in.U32());
  greeting.refusal = in.Text();
  // What a later version adds is its own affair.
  if (!in.ok() || (greeting.version == kProtocolVersion && !in.AtEnd())) {
    return Malformed("a greeting");
  }
  return greeting;
}

std::string EncodeRequest(const Request& request) {
  std::string bytes;
  ByteWriter out(bytes);
  out.U8(static_cast<std::uint8_t>(request.index()));
  std::visit([&](const auto& body) { Put(out, body); }, request);
  return bytes;
}

base::Result<Request> DecodeRequest(std::string_view bytes) {
  Parser in(bytes);
  Request request = ReadRequest(in);
  if (!in.AtEnd()) {
    return Malformed("a request");
  }
  return request;
}

std::string EncodeError(const base::Error& error) {
  std::string bytes;
  ByteWriter out(bytes);
  out.U8(kError);
  out.U8(static_cast<std::uint8_t>(error.code));
  out.U8(
      static_cast<std::uint8_t>((error.retriable ? kRetriable : 0) | (error.fatal ? kFatal : 0)));
  out.Bytes(error.context);
  return bytes;
}

std::string EncodeDone() {
  return Ok([](ByteWriter& /*out*/) {});
}

std::string EncodeTopics(const std::vector<log::TopicSpec>& topics) {
  return Ok([&](ByteWriter& out) {
    out.Varint(topics.size());
    for (const log::TopicSpec& topic : topics) {
      out.Bytes(topic.name);
      out.U32(static_cast<std::uint32_t>(topic.partition_count));
      out.U8(static_cast<std::uint8_t>(topic.timestamps));
      out.U8(static_cast<std::uint8_t>(topic.retention));
      out.I64(topic.record_bytes_max);
    }
  });
}

std::string EncodePolled(const log::PolledRecords& polled) {
  return Ok([&](ByteWriter& out) {
    out.I64(polled.next.value());
    out.Varint(polled.records.size());
    for (const log::StoredRecord& record : polled.records) {
      out.I64(record.offset.value());
      PutContent(out, record);
    }
  });
}

std::string EncodeRange(const PartitionRange& range) {
  return Ok([&](ByteWriter& out) {
    out.I64(range.beginning.value());
    out.I64(range.end.value());
  });
}

std::string EncodeCommitted(const std::optional<base::Offset>& committed) {
  return Ok([&](ByteWriter& out) {
    out.U8(committed ? 1 : 0);
    if (committed) {
      out.I64(committed->value());
    }
  });
}

std::string EncodeCut(const log::LogCut& cut) {
  return Ok([&](ByteWriter& out) {
    out.Varint(cut.ends.size());
    for (const auto& [partition, end] : cut.ends) {
      Put(out, partition);
      out.I64(end.value());
    }
    out.Varint(cut.offsets.size());
    for (const auto& [key, offset] : cut.offsets) {
      out.Bytes(key.first);
      Put(out, key.second);
      out.I64(offset.value());
    }
  });
}

base::Result<void> DecodeDone(std::string_view answer) {
  PAYLOG_ASSIGN(const bool done, DecodeAnswer(answer, [](Parser& /*in*/) { return true; }));
  (void)done;
  return {};
}

base::Result<std::vector<log::TopicSpec>> DecodeTopics(std::string_view answer) {
  return DecodeAnswer(answer, [](Parser& in) {
    std::vector<log::TopicSpec> topics;
    const std::size_t count = in.Count();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
      topics.push_back(ReadSpec(in));
    }
    return topics;
  });
}

base::Result<log::PolledRecords> DecodePolled(std::string_view answer) {
  return DecodeAnswer(answer, [](Parser& in) {
    log::PolledRecords polled{.records = {}, .next = in.Offset()};
    const std::size_t count = in.Count();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
      log::StoredRecord& record = polled.records.emplace_back();
      record.offset = in.Offset();
      ReadContent(in, record);
    }
    return polled;
  });
}

base::Result<PartitionRange> DecodeRange(std::string_view answer) {
  return DecodeAnswer(answer, [](Parser& in) {
    PartitionRange range{.beginning = in.Offset()};
    range.end = in.Offset();
    return range;
  });
}

base::Result<std::optional<base::Offset>> DecodeCommitted(std::string_view answer) {
  return DecodeAnswer(
      answer, [](Parser& in) { return in.Flag() ? std::optional(in.Offset()) : std::nullopt; });
}

base::Result<log::LogCut> DecodeCut(std::string_view answer) {
  return DecodeAnswer(answer, [](Parser& in) {
    log::LogCut cut;
    const std::size_t ends = in.Count();
    for (std::size_t i = 0; i < ends && in.ok(); ++i) {
      log::TopicPartition partition = in.Partition();
      cut.ends.insert_or_assign(std::move(partition), in.Offset());
    }
    const std::size_t offsets = in.Count();
    for (std::size_t i = 0; i < offsets && in.ok(); ++i) {
      std::string group = in.Text();
      log::TopicPartition from = in.Partition();
      cut.offsets.insert_or_assign({std::move(group), std::move(from)}, in.Offset());
    }
    return cut;
  });
}

}  // namespace paylog::log_socket
