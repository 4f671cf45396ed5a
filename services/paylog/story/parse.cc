#include "paylog/story/parse.h"

#include <algorithm>
#include <string>
#include <utility>

#include "paylog/base/limits.h"
#include "paylog/story/command_text.h"
#include "paylog/story/expectation.h"
#include "paylog/story/words.h"

namespace paylog::story {
namespace {

constexpr std::string_view kArrow = "=>";
// Each partition has workers of its own, and a story is to run in a blink.
constexpr std::int32_t kPartitionsMax = 64;
// Of a body that is filled up: enough to be over the limit.
constexpr std::int32_t kPaddedMax = 2 * static_cast<std::int32_t>(base::kBodyBytesMax);

// The text behind `word` and white space; nullopt where the line begins otherwise.
std::optional<std::string_view> Behind(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) {
    return std::nullopt;
  }
  line.remove_prefix(word.size());
  if (!line.empty() && line.front() != ' ' && line.front() != '\t') {
    return std::nullopt;
  }
  return Trim(line);
}

class Parser {
 public:
  base::Result<Story> Run(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      ++number_;
      if (const auto taken = TakeLine(text.substr(0, end)); !taken) {
        return taken.error().In(std::to_string(number_));
      }
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (together_) {
      return Wrong("'at once' has no 'end'").In(std::to_string(together_line_));
    }
    if (story_.steps.empty()) {
      return Wrong("there is no command in it")
          .In(std::to_string(std::max<std::int64_t>(1, number_)));
    }
    return std::move(story_);
  }

 private:
  base::Result<void> TakeLine(std::string_view raw) {
    const std::string_view line = Trim(raw);
    if (line.empty() || line.front() == '#') {
      return {};
    }
    begin_ = raw.data();
    if (line.starts_with(kArrow)) {
      return TakeExpectation(line.substr(kArrow.size()));
    }
    may_expect_ = nullptr;
    if (const auto count = Behind(line, "partitions")) {
      return TakePartitions(*count);
    }
    if (line == "at once" || line == "end") {
      return TakeBracket(line == "end");
    }
    if (const auto check = Behind(line, "balance")) {
      return TakeBalance(*check);
    }
    if (const auto check = Behind(line, "partition")) {
      return TakePartition(*check);
    }
    return TakeSend(line);
  }

  base::Result<void> TakePartitions(std::string_view text) {
    const auto count = ParseCount(text, 1, kPartitionsMax);
    if (!count) {
      return Wrong("'partitions' takes a number from 1 to " + std::to_string(kPartitionsMax));
    }
    if (!story_.steps.empty() || together_) {
      return Wrong("'partitions' stands before all commands, since it never changes");
    }
    story_.partitions = *count;
    return {};
  }

  base::Result<void> TakeBracket(bool end) {
    if (end != together_) {
      return Wrong(end ? "'end' without 'at once'" : "'at once' within 'at once'");
    }
    together_ = !end;
    if (!end) {
      together_line_ = number_;
      story_.steps.emplace_back(SendTogether{});
    }
    return {};
  }

  base::Result<void> CheckOutside(std::string_view what) const {
    return together_ ? Wrong("'" + std::string(what) +
                             "' within 'at once': it can be told only when all is answered")
                     : base::Result<void>();
  }

  base::Result<void> TakeBalance(std::string_view text) {
    PAYLOG_TRY(CheckOutside("balance"));
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    CheckBalance check{.account = std::string(text.substr(0, end)),
                       .expected = std::nullopt,
                       .place = {.line = number_}};
    if (check.account.empty()) {
      return Wrong("a balance is written: balance ACCOUNT AMOUNT CURRENCY");
    }
    if (const std::string_view standing = Trim(text.substr(end)); !standing.empty()) {
      PAYLOG_ASSIGN(check.expected, ParseStanding(standing));
      check.place.column = ColumnOf(standing);
    }
    story_.steps.emplace_back(std::move(check));
    return {};
  }

  base::Result<void> TakePartition(std::string_view text) {
    PAYLOG_TRY(CheckOutside("partition"));
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    CheckPartition check{.account = std::string(text.substr(0, end)),
                         .expected = std::nullopt,
                         .place = {.line = number_}};
    const std::string_view partition = Trim(text.substr(end));
    if (!partition.empty()) {
      check.expected = ParseCount(partition, 0, kPartitionsMax - 1);
      check.place.column = ColumnOf(partition);
    }
    if (check.account.empty() || (!partition.empty() && !check.expected)) {
      return Wrong("where an account lies is written: partition ACCOUNT NUMBER");
    }
    story_.steps.emplace_back(std::move(check));
    return {};
  }

  base::Result<void> TakeSend(std::string_view line) {
    Send send{.line = number_, .place = {.line = number_}};
    std::string_view expected;
    if (const std::size_t arrow = line.rfind(" =>"); arrow != std::string_view::npos) {
      expected = line.substr(arrow + 1 + kArrow.size());
      line = Trim(line.substr(0, arrow));
    }
    send.text = line;
    if (line.starts_with('{')) {
      send.body = line;
    } else if (const auto raw = Behind(line, "raw"); raw || line.starts_with("raw:")) {
      PAYLOG_TRY(TakeRaw(line.substr(3), send));
    } else {
      PAYLOG_ASSIGN(send.body, CommandBody(line, "line-" + std::to_string(number_)));
    }
    if (!together_) {
      story_.steps.emplace_back(SendTogether{});
    }
    auto& sends = std::get<SendTogether>(story_.steps.back()).sends;
    sends.push_back(std::move(send));
    may_expect_ = &sends.back();
    return expected.data() != nullptr ? TakeExpectation(expected) : base::Result<void>();
  }

  // "key K on N padded to N hex: BODY"
  static base::Result<void> TakeRaw(std::string_view text, Send& send) {
    // An account may have a colon, but no white space behind it.
    const std::size_t colon = text.starts_with(':') ? 0 : text.find(": ");
    const auto words = Words(text.substr(0, std::min(colon, text.size())));
    if (colon == std::string_view::npos || !words) {
      return Wrong(
          "a raw record is written: raw [no key | key KEY] [on PARTITION] "
          "[padded to BYTES] [hex]: BODY");
    }
    send.body = Trim(text.substr(colon + 1));
    for (std::size_t i = 0; i < words->size(); ++i) {
      PAYLOG_TRY(TakeRawOption(*words, i, send));
    }
    return {};
  }

  static base::Result<void> TakeRawOption(const std::vector<std::string>& words, std::size_t& i,
                                          Send& send) {
    const std::string& word = words[i];
    const std::string next = i + 1 < words.size() ? words[i + 1] : "";
    if (word == "hex") {
      auto bytes = BytesFromHex(send.body);
      if (!bytes) {
        return Wrong("behind 'hex:' stand bytes as pairs of hexadecimal digits");
      }
      send.body = std::move(*bytes);
      return {};
    }
    ++i;
    if (word == "no" && next == "key") {
      send.key.emplace(std::nullopt);
      return {};
    }
    if (word == "key" && !next.empty()) {
      send.key.emplace(next);
      return {};
    }
    if (word == "on") {
      send.partition = ParseCount(next, 0, kPartitionsMax - 1);
      return send.partition ? base::Result<void>() : Wrong("'on' takes the number of a partition");
    }
    const auto bytes = ParseCount(i + 1 < words.size() ? words[i + 1] : "", 1, kPaddedMax);
    if (word == "padded" && next == "to" && bytes) {
      ++i;
      send.body.resize(std::max(send.body.size(), static_cast<std::size_t>(*bytes)), ' ');
      return {};
    }
    return Wrong("'" + word +
                 "' is not what a raw record may say: no key, key KEY, on PARTITION, "
                 "padded to BYTES (at most " +
                 std::to_string(kPaddedMax) + ") or hex");
  }

  base::Result<void> TakeExpectation(std::string_view text) {
    if (may_expect_ == nullptr || may_expect_->expected) {
      return Wrong("'=>' must stand behind a command, once");
    }
    const std::string_view trimmed = Trim(text);
    PAYLOG_ASSIGN(may_expect_->expected, ParseOutcome(trimmed));
    may_expect_->place = {.line = number_, .column = ColumnOf(trimmed)};
    return {};
  }

  [[nodiscard]] std::size_t ColumnOf(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - begin_);
  }

  Story story_;
  std::int64_t number_ = 0;
  const char* begin_ = nullptr;  // Of the line.
  bool together_ = false;
  std::int64_t together_line_ = 0;
  Send* may_expect_ = nullptr;  // The command of the line before; valid until the next one.
};

}  // namespace

base::Result<Story> Parse(std::string_view text) {
  return Parser().Run(text);
}

}  // namespace paylog::story
