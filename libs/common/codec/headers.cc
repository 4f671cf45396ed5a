#include "paylog/codec/headers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace paylog::codec {
namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;

struct Date {
  std::int64_t year;
  std::int64_t month;
  std::int64_t day;
};

// The proleptic Gregorian date of a day counted from 1970-01-01: Hinnant's civil_from_days, since
// std::chrono's holds 32 bits of days.
Date DateOf(std::int64_t days) {
  const std::int64_t shifted = days + 719'468;  // From 0000-03-01.
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {.year = year_of_era + era * 400 + (month <= 2 ? 1 : 0),
          .month = month,
          .day = day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

// Four digits or more.
char* PutYear(char* to, std::int64_t year) {
  std::array<char, 20> digits;  // Of 64 bits, with a sign.
  const char* const end = std::to_chars(digits.begin(), digits.end(), year).ptr;
  for (auto missing = 4 - (end - digits.begin()); missing > 0; --missing) {
    *to++ = '0';
  }
  return std::copy(static_cast<const char*>(digits.data()), end, to);
}

// `count` digits, zeros before them.
char* PutDigits(char* to, std::int64_t value, int count) {
  for (int i = count; i-- > 0; value /= 10) {
    to[i] = static_cast<char>('0' + value % 10);
  }
  return to + count;
}

bool IsTopicCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

// Digits as std::to_string writes them.
template <typename Integer>
std::optional<Integer> ParseCount(std::string_view text) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || std::to_string(value) != text || value < 0) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::string Origin::Format(std::string_view topic, base::PartitionId partition,
                           base::Offset offset) {
  const std::string partition_text = std::to_string(partition.value());
  const std::string offset_text = std::to_string(offset.value());
  std::string text;
  text.reserve(topic.size() + partition_text.size() + offset_text.size() + 2);
  text.append(topic).append(1, '/').append(partition_text).append(1, '/').append(offset_text);
  return text;
}

std::optional<Origin> Origin::Parse(std::string_view text) {
  const std::size_t first = text.find('/');
  const std::size_t second = text.rfind('/');
  if (first == std::string_view::npos || first == second) {
    return std::nullopt;
  }
  const std::string_view topic = text.substr(0, first);
  const auto partition = ParseCount<std::int32_t>(text.substr(first + 1, second - first - 1));
  const auto offset = ParseCount<std::int64_t>(text.substr(second + 1));
  if (topic.empty() || !std::all_of(topic.begin(), topic.end(), IsTopicCharacter) || !partition ||
      !offset) {
    return std::nullopt;
  }
  return Origin{.topic = std::string(topic),
                .partition = base::PartitionId(*partition),
                .offset = base::Offset(*offset)};
}

TimeText FormatTime(base::TimestampMs time) {
  std::int64_t days = time.value() / kMsPerDay;
  std::int64_t ms = time.value() % kMsPerDay;
  if (ms < 0) {
    ms += kMsPerDay;
    --days;
  }
  const Date date = DateOf(days);
  std::array<char, 48> text;
  char* at = PutYear(text.data(), date.year);
  const struct {
    char before;
    std::int64_t value;
    int digits;
  } parts[] = {{'-', date.month, 2},       {'-', date.day, 2},       {'T', ms / 3'600'000, 2},
               {':', ms / 60'000 % 60, 2}, {':', ms / 1000 % 60, 2}, {'.', ms % 1000, 3}};
  for (const auto& part : parts) {
    *at++ = part.before;
    at = PutDigits(at, part.value, part.digits);
  }
  *at++ = 'Z';
  return TimeText({text.data(), at});
}

}  // namespace paylog::codec
