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

void AppendPadded(std::string& to, std::int64_t value, std::size_t width) {
  std::array<char, 20> digits;  // Of 64 bits, with a sign.
  const char* const end = std::to_chars(digits.begin(), digits.end(), value).ptr;
  const auto size = static_cast<std::size_t>(end - digits.begin());
  to.append(width - std::min(width, size), '0').append(digits.begin(), size);
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

std::string Origin::ToString() const {
  return topic + '/' + std::to_string(partition.value()) + '/' + std::to_string(offset.value());
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

std::string FormatTime(base::TimestampMs time) {
  std::int64_t days = time.value() / kMsPerDay;
  std::int64_t ms = time.value() % kMsPerDay;
  if (ms < 0) {
    ms += kMsPerDay;
    --days;
  }
  const Date date = DateOf(days);
  std::string text;
  text.reserve(std::string_view("2026-11-21T08:00:00.000Z").size());
  const auto append = [&text](std::int64_t value, std::size_t width, char behind) {
    AppendPadded(text, value, width);
    text.push_back(behind);
  };
  append(date.year, 4, '-');
  append(date.month, 2, '-');
  append(date.day, 2, 'T');
  append(ms / 3'600'000, 2, ':');
  append(ms / 60'000 % 60, 2, ':');
  append(ms / 1000 % 60, 2, '.');
  append(ms % 1000, 3, 'Z');
  return text;
}

}  // namespace paylog::codec
