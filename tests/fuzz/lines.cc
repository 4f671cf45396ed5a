#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "paylog/base/check.h"
#include "paylog/base/limits.h"
#include "paylog/cli/line_reader.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"
#include "paylog/tests/fuzz/targets.h"

namespace paylog::fuzz {
namespace {

using cli::Line;
using cli::LineReader;
using cli::ReadStatus;
using test_support::Must;

// A byte of the input that stands for many, so that small inputs make lines and files over every
// limit.
constexpr char kLong = '\x01';
constexpr std::size_t kLongBytes = 20'000;
constexpr std::size_t kTextBytesMax = std::size_t{1} << 20;
// What a pipe takes without a reader.
constexpr std::size_t kPipeBytes = 65'536;

std::string Expand(std::string_view input) {
  std::string text;
  for (const char byte : input) {
    if (byte == kLong && text.size() < kTextBytesMax) {
      text.append(kLongBytes, 'x');
    } else {
      text.push_back(byte);
    }
  }
  return text;
}

// The definition: cut at each newline, an empty rest is no line, one CR at the end does not count.
std::vector<Line> ExpectedLines(const std::string& text) {
  std::vector<Line> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    Line line{.text = text.substr(at, end - at),
              .number = static_cast<std::int64_t>(lines.size()) + 1,
              .end_offset = static_cast<std::int64_t>(std::min(end + 1, text.size()))};
    line.too_long = line.text.size() > base::kBodyBytesMax + 1;
    if (!line.too_long && line.text.ends_with('\r')) {
      line.text.pop_back();
    }
    at = end + 1;
    lines.push_back(std::move(line));
  }
  return lines;
}

void CheckLine(const Line& line, const Line& expected) {
  CHECK(line.number == expected.number && line.end_offset == expected.end_offset);
  CHECK(line.too_long == expected.too_long);
  CHECK(line.too_long ? expected.text.starts_with(line.text) : line.text == expected.text);
  CHECK(line.text.size() <= base::kBodyBytesMax + 1);
}

void CheckLines(LineReader& reader, const std::vector<Line>& expected, std::size_t from) {
  Line line;
  for (std::size_t i = from; i < expected.size(); ++i) {
    CHECK(Must(reader.Next(line)) == ReadStatus::kLine);
    CheckLine(line, expected[i]);
  }
  CHECK(Must(reader.Next(line)) == ReadStatus::kEnd);
}

void CheckFile(const std::string& text, const std::vector<Line>& expected) {
  static const test_support::TemporaryDirectory kDirectory;
  const std::string path = kDirectory.In("lines");
  test_support::WriteFile(path, text);
  LineReader reader = Must(LineReader::Open(path));
  CHECK(reader.total_bytes() == static_cast<std::int64_t>(text.size()));
  const std::string digest = Must(reader.Digest());
  CheckLines(reader, expected, 0);
  CHECK(reader.CheckUnchanged().has_value());
  // Going on behind a line gives the rest, and beyond the end an error.
  LineReader again = Must(LineReader::Open(path));
  CHECK(Must(again.Digest()) == digest);
  const std::size_t middle = expected.size() / 2;
  const std::int64_t behind = middle == 0 ? 0 : expected[middle - 1].end_offset;
  CHECK(again.SkipTo(behind).has_value());
  CheckLines(again, expected, middle);
  LineReader beyond = Must(LineReader::Open(path));
  CHECK(!beyond.SkipTo(static_cast<std::int64_t>(text.size()) + 1).has_value());
}

void CheckPipe(const std::string& text, const std::vector<Line>& expected) {
  int ends[2] = {-1, -1};
  CHECK(::pipe2(ends, O_CLOEXEC) == 0);
  CHECK(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  LineReader reader = Must(LineReader::Open("/proc/self/fd/" + std::to_string(ends[0])));
  CHECK(!reader.is_regular_file());
  CHECK(::close(ends[1]) == 0 && ::close(ends[0]) == 0);
  CheckLines(reader, expected, 0);
}

}  // namespace

void FuzzOneLines(Bytes input) {
  const std::string text = Expand(TextOf(input));
  const std::vector<Line> expected = ExpectedLines(text);
  CheckFile(text, expected);
  if (text.size() <= kPipeBytes) {
    CheckPipe(text, expected);
  }
}

}  // namespace paylog::fuzz
