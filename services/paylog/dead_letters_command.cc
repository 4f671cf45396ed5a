#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <utility>

#include "paylog/base/limits.h"
#include "paylog/cli/commands.h"
#include "paylog/cli/dead_letters.h"
#include "paylog/cli/follow.h"
#include "paylog/cli/output.h"
#include "paylog/cli/readable.h"
#include "paylog/codec/json_writer.h"
#include "paylog/service/open_log.h"
#include "paylog/service/process.h"
#include "paylog/service/stop_signal.h"

namespace paylog::cli {
namespace {

using Places = std::vector<codec::Origin>;

constexpr std::size_t kExcerptBytes = 40;

const std::vector<std::string> kColumns = {"position", "when",          "reason", "origin",
                                           "size",     "resubmissions", "excerpt"};

std::string HeaderOf(const log::StoredRecord& letter, std::string_view name) {
  return Escaped(letter.FindHeader(name).value_or(""));
}

const Places& PlacesOf(const Resubmissions& resubmissions, const LetterPosition& position) {
  static const Places kNone;
  const auto found = resubmissions.find(position.ToOrigin());
  return found == resubmissions.end() ? kNone : found->second;
}

std::vector<std::string> Cells(const LetterPosition& position, const log::StoredRecord& letter,
                               const Places& places) {
  return {position.ToString(),
          std::string(codec::FormatTime(letter.timestamp).view()),
          HeaderOf(letter, codec::kReason),
          HeaderOf(letter, codec::kOrigin),
          std::to_string(letter.value.size()),
          std::to_string(places.size()),
          EscapedExcerpt(letter.value, kExcerptBytes)};
}

void PrintJson(const LetterPosition& position, const log::StoredRecord& letter,
               const Places& places) {
  codec::JsonWriter json;
  json.BeginObject()
      .Field("position", position.ToString())
      .Field("when", codec::FormatTime(letter.timestamp).view())
      .Field("type", HeaderOf(letter, codec::kCeType))
      .Field("reason", HeaderOf(letter, codec::kReason))
      .Field("message", HeaderOf(letter, codec::kReasonMessage))
      .Field("origin", HeaderOf(letter, codec::kOrigin))
      .Field("size", static_cast<std::int64_t>(letter.value.size()))
      .Key("resubmissions")
      .BeginArray();
  for (const codec::Origin& place : places) {
    json.Text(place.ToString());
  }
  json.EndArray().Field("excerpt", EscapedExcerpt(letter.value, kExcerptBytes)).EndObject();
  std::cout << std::move(json).Take() << '\n';
}

// Prints each dead letter as it comes, but those of a table, whose columns get the width of their
// cells.
base::Result<void> PrintList(log::Log& log, const std::vector<ReadRange>& letters,
                             const Resubmissions& resubmissions,
                             const ListDeadLettersArguments& arguments,
                             const service::StopSignal& stop) {
  Table table(kColumns);
  if (arguments.format == Format::kCsv) {
    std::cout << CsvLine(kColumns);
  }
  std::int64_t printed = 0;
  const auto visit = [&](const log::TopicPartition& from, const log::StoredRecord& letter) {
    if (stop.requested() || (arguments.count && printed == *arguments.count)) {
      return false;
    }
    if (!arguments.reason.empty() && letter.FindHeader(codec::kReason) != arguments.reason) {
      return true;
    }
    ++printed;
    const LetterPosition position{.partition = from.partition, .offset = letter.offset};
    const Places& places = PlacesOf(resubmissions, position);
    switch (arguments.format) {
      case Format::kTable:
        table.Add(Cells(position, letter, places));
        break;
      case Format::kCsv:
        std::cout << CsvLine(Cells(position, letter, places));
        break;
      case Format::kJson:
        PrintJson(position, letter, places);
        break;
    }
    return !OutputFailed();
  };
  PAYLOG_TRY(ReadRanges(log, letters, visit));
  if (arguments.format == Format::kTable) {
    table.Print();
  }
  return {};
}

base::Result<void> List(service::OpenedLog& opened, const ListDeadLettersArguments& arguments,
                        const service::StopSignal& stop) {
  const auto stopped = [&] { return stop.requested(); };
  PAYLOG_ASSIGN(const auto letters,
                WholeTopic(*opened.log, runtime::kDeadLettersTopic, opened.counts.dead_letters));
  PAYLOG_ASSIGN(const Resubmissions resubmissions,
                FindResubmissions(*opened.log, opened.counts, stopped));
  return PrintList(*opened.log, letters, resubmissions, arguments, stop);
}

void PrintLetter(const LetterPosition& position, const log::StoredRecord& letter,
                 const Places& places) {
  const std::string path = HeaderOf(letter, codec::kReasonPath);
  std::cout << "position   " << position.ToString() << '\n'
            << "when       " << codec::FormatTime(letter.timestamp).view() << '\n'
            << "reason     " << HeaderOf(letter, codec::kReason) << ": "
            << HeaderOf(letter, codec::kReasonMessage) << (path.empty() ? "" : " (" + path + ")")
            << '\n'
            << "origin     " << HeaderOf(letter, codec::kOrigin) << '\n'
            << "key        " << (letter.key ? Escaped(*letter.key) : "none") << '\n';
  for (const codec::Origin& place : places) {
    std::cout << "sent again " << place.ToString() << '\n';
  }
  std::cout << "headers\n";
  for (const log::Header header : letter.headers) {
    std::cout << "  " << Escaped(header.name) << ": " << Escaped(header.value) << '\n';
  }
  std::cout << "body, " << letter.value.size() << " bytes\n";
  if (!IsReadableText(letter.value)) {
    std::cout << HexDump(letter.value);
  } else if (!letter.value.empty()) {
    std::cout << letter.value << (letter.value.ends_with('\n') ? "" : "\n");
  }
}

// Not more than one byte beyond what a body may have: enough to be refused.
base::Result<std::string> ReadBody(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
  }
  std::istream& input = path == "-" ? std::cin : file;
  std::string body(base::kBodyBytesMax + 1, '\0');
  if (input) {
    input.read(body.data(), static_cast<std::streamsize>(body.size()));
    body.resize(static_cast<std::size_t>(input.gcount()));
  }
  if (input.bad() || !(input || input.eof())) {
    return base::Error{.code = base::ErrorCode::kIo,
                       .context = "reading " + path + ": " + std::strerror(errno)};
  }
  return body;
}

ExitCode ResubmitOn(service::OpenedLog& opened, const ResubmitArguments& arguments,
                    std::optional<std::string> body, const base::Clock& clock,
                    const service::StopSignal& stop) {
  const LetterPosition position = ParseLetterPosition(arguments.position).value();
  const std::string name = "dead letter " + position.ToString();
  const auto letter = ReadLetter(*opened.log, opened.counts, position);
  if (!letter) {
    return ReportError(letter.error().ToString());
  }
  if (const auto reason = WhyNoCommand(*letter)) {
    return ReportIncomplete(name + " is not resubmitted: " + *reason);
  }
  const auto before =
      FindResubmissions(*opened.log, opened.counts, [&] { return stop.requested(); });
  if (!before) {
    return ReportError(before.error().ToString());
  }
  if (stop.requested()) {
    return ReportIncomplete(name + " is not resubmitted: interrupted");
  }
  if (const Places& places = PlacesOf(*before, position); !places.empty() && !arguments.again) {
    return ReportIncomplete(name + " was resubmitted before, as " + places.back().ToString() +
                            "; --again does it once more");
  }
  const auto refused = WriteResubmission(*opened.log, opened.counts, position,
                                         body ? *std::move(body) : letter->value, clock.Now());
  if (!refused) {
    return ReportError(refused.error().ToString());
  }
  if (*refused) {
    return ReportIncomplete(name + " is not resubmitted: " + **refused +
                            (arguments.body ? "" : "; --body takes a corrected one"));
  }
  std::cout << "resubmitted " << name << '\n';
  return ExitCode::kDone;
}

}  // namespace

ExitCode ListDeadLetters(const ListDeadLettersArguments& arguments) {
  const base::SystemClock clock;
  const service::StopSignal stop;
  auto opened = service::OpenExistingLog(arguments.log, clock, Warn);
  if (!opened) {
    return ReportError(opened.error().ToString());
  }
  const auto listed = List(*opened, arguments, stop);
  if (!listed) {
    return ReportError(listed.error().ToString());
  }
  return stop.requested() ? ReportIncomplete("interrupted; not all dead letters were listed")
                          : ExitCode::kDone;
}

ExitCode ShowDeadLetter(const ShowDeadLetterArguments& arguments) {
  const base::SystemClock clock;
  const service::StopSignal stop;
  auto opened = service::OpenExistingLog(arguments.log, clock, Warn);
  if (!opened) {
    return ReportError(opened.error().ToString());
  }
  const LetterPosition position = ParseLetterPosition(arguments.position).value();
  const auto letter = ReadLetter(*opened->log, opened->counts, position);
  if (!letter) {
    return ReportError(letter.error().ToString());
  }
  if (arguments.raw) {
    std::cout << letter->value;
    return ExitCode::kDone;
  }
  const auto resubmissions =
      FindResubmissions(*opened->log, opened->counts, [&] { return stop.requested(); });
  if (!resubmissions) {
    return ReportError(resubmissions.error().ToString());
  }
  if (stop.requested()) {
    return ReportIncomplete("interrupted");
  }
  PrintLetter(position, *letter, PlacesOf(*resubmissions, position));
  return ExitCode::kDone;
}

ExitCode Resubmit(const ResubmitArguments& arguments) {
  service::IgnoreBrokenPipes();
  const base::SystemClock clock;
  std::optional<std::string> body;
  if (arguments.body) {  // Before the log is opened: whoever types it keeps nobody waiting.
    auto read = ReadBody(*arguments.body);
    if (!read) {
      return ReportError(read.error().ToString());
    }
    body = *std::move(read);
  }
  const service::StopSignal stop;
  auto opened = service::OpenExistingLog(arguments.log, clock, Warn);
  if (!opened) {
    return ReportError(opened.error().ToString());
  }
  return ResubmitOn(*opened, arguments, std::move(body), clock, stop);
}

}  // namespace paylog::cli
