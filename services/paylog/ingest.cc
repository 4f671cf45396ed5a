#include "paylog/cli/ingest.h"

#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "paylog/base/limits.h"
#include "paylog/cli/batch_writer.h"
#include "paylog/cli/keyed_command.h"
#include "paylog/model/result_code.h"

namespace paylog::cli {
namespace {

constexpr std::int64_t kLinesPerTransaction = 2'000;
constexpr std::string_view kIngestGroup = "paylog-ingest:";
constexpr std::string_view kIngestId = "paylog-ingest-";

using Keyed = BatchWriter::Entry;

// For input that has no place to come back to, so that no two processes fence each other.
std::string RandomTransactionalId() {
  std::random_device random;
  return std::string(kIngestId) + std::to_string(random()) + '-' + std::to_string(random());
}

// The record for a line, or why it was not taken.
std::variant<Keyed, std::string> KeyLine(Line line, const runtime::PartitionCounts& counts,
                                         const base::Clock& clock) {
  if (line.too_long) {
    return std::string(model::ToString(model::ResultCode::kBodyTooLarge)) + ": more than " +
           std::to_string(base::kBodyBytesMax) + " bytes";
  }
  return KeyCommand(std::move(line.text), counts, clock.Now());
}

bool IsBlank(const Line& line) {
  return !line.too_long && line.text.find_first_not_of(" \t") == std::string::npos;
}

// Reads lines and hands each record on; the two ways of writing differ in what `take` does with it.
class LineFeed {
 public:
  LineFeed(LineReader reader, const base::Clock& clock, const IngestOptions& options)
      : reader_(std::move(reader)), clock_(clock), options_(options) {}

  // At most `lines_max` lines, fewer where the input pauses. False at the end of the input, or when
  // told to stop.
  base::Result<bool> Feed(std::int64_t lines_max,
                          const std::function<base::Result<void>(Keyed)>& take) {
    Line line;
    for (std::int64_t n = 0; n < lines_max; ++n) {
      if (options_.stopped()) {
        return false;
      }
      PAYLOG_ASSIGN(const ReadStatus status, reader_.Next(line));
      if (status != ReadStatus::kLine) {
        return status == ReadStatus::kIdle;
      }
      offset_ = line.end_offset;
      if (!IsBlank(line)) {
        PAYLOG_TRY(TakeLine(std::move(line), take));
      }
    }
    options_.progress(report_.lines, reader_, offset_);
    return true;
  }

  [[nodiscard]] const LineReader& reader() const { return reader_; }
  [[nodiscard]] const IngestReport& report() const { return report_; }
  [[nodiscard]] std::int64_t offset() const { return offset_; }

 private:
  base::Result<void> TakeLine(Line line, const std::function<base::Result<void>(Keyed)>& take) {
    ++report_.lines;
    const std::int64_t number = line.number;
    auto keyed = KeyLine(std::move(line), options_.counts, clock_);
    if (auto* const good = std::get_if<Keyed>(&keyed)) {
      PAYLOG_TRY(take(std::move(*good)));
      ++report_.taken;
    } else {
      ++report_.bad;
      options_.report_bad("line " + std::to_string(number) + ": " + std::get<std::string>(keyed));
    }
    return {};
  }

  LineReader reader_;
  const base::Clock& clock_;
  const IngestOptions& options_;
  IngestReport report_;
  std::int64_t offset_ = 0;
};

}  // namespace

base::Result<IngestReport> SubmitLines(log::Log& log, const base::Clock& clock,
                                       const IngestOptions& options) {
  PAYLOG_ASSIGN(LineReader reader, LineReader::Open(options.path));
  PAYLOG_ASSIGN(const auto producer, log.NewProducer());
  LineFeed feed(std::move(reader), clock, options);
  for (bool more = true; more;) {
    PAYLOG_ASSIGN(more, feed.Feed(kLinesPerTransaction, [&](Keyed keyed) {
      return producer->Send(keyed.to, std::move(keyed.record));
    }));
    PAYLOG_TRY(producer->Flush());
  }
  return feed.report();
}

base::Result<IngestReport> IngestLines(log::Log& log, const base::Clock& clock,
                                       const IngestOptions& options) {
  const log::TopicPartition place =
      runtime::Partition(runtime::kCommandsTopic, base::PartitionId(0));
  std::optional<log::GroupMetadata> group;
  std::string transactional_id = RandomTransactionalId();
  std::int64_t resume = 0;
  PAYLOG_ASSIGN(LineReader reader, LineReader::Open(options.path));
  if (options.path != "-" && reader.is_regular_file()) {
    PAYLOG_ASSIGN(const std::string digest, reader.Digest());
    group = log::GroupMetadata::Standalone(std::string(kIngestGroup) + digest);
    transactional_id = std::string(kIngestId) + digest;
    PAYLOG_ASSIGN(const auto committed, log.CommittedOffset(group->group(), place));
    resume = committed.value_or(base::Offset(0)).value();
    PAYLOG_TRY(reader.SkipTo(resume));
  }
  BatchWriter writer(log, {.transactional_id = std::move(transactional_id),
                           .group = group,
                           .place = place,
                           .stopped = options.stopped});
  LineFeed feed(std::move(reader), clock, options);
  std::int64_t reached = feed.offset();
  std::vector<Keyed> batch;
  for (bool more = true; more; batch.clear()) {
    PAYLOG_ASSIGN(more, feed.Feed(kLinesPerTransaction, [&](Keyed keyed) {
      batch.push_back(std::move(keyed));
      return base::Result<void>();
    }));
    if (group) {  // A place under the digest of other content would be wrong.
      PAYLOG_TRY(feed.reader().CheckUnchanged());
    }
    if (feed.offset() != reached) {
      reached = feed.offset();
      PAYLOG_TRY(writer.Write(batch, reached));
    }
  }
  IngestReport report = feed.report();
  report.resumed_at = resume;
  return report;
}

}  // namespace paylog::cli
