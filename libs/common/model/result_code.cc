#include "paylog/model/result_code.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "paylog/base/check.h"

namespace paylog::model {
namespace {

// InsufficientFunds -> insufficient_funds
std::string SnakeCase(std::string_view name) {
  std::string snake;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !snake.empty()) {
      snake.push_back('_');
    }
    snake.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return snake;
}

constexpr int kNumbers[] = {
#define PAYLOG_X(number, name, stage, may_retry, iso, meaning) number,
    PAYLOG_RESULT_CODES(PAYLOG_X)
#undef PAYLOG_X
};
constexpr std::size_t kCount = std::size(kNumbers);

constexpr bool EachNumberOnceWithoutGaps() {
  std::array<bool, kCount> seen{};
  for (const int number : kNumbers) {
    if (number < 0 || static_cast<std::size_t>(number) >= kCount ||
        seen[static_cast<std::size_t>(number)]) {
      return false;
    }
    seen[static_cast<std::size_t>(number)] = true;
  }
  return true;
}
static_assert(EachNumberOnceWithoutGaps(), "result codes: a number is missing or stands twice");

struct Tables {
  std::array<std::string, kCount> names = {
#define PAYLOG_X(number, name, stage, may_retry, iso, meaning) SnakeCase(#name),
      PAYLOG_RESULT_CODES(PAYLOG_X)
#undef PAYLOG_X
  };
  std::vector<ResultCodeInfo> by_precedence;
  std::array<std::size_t, kCount> position_of_number{};

  Tables() {
    std::size_t i = 0;
#define PAYLOG_X(number, name, stage, may_retry, iso, meaning)                     \
  by_precedence.push_back(                                                         \
      {ResultCode::k##name, names[i], CodeStage::stage, may_retry, iso, meaning}); \
  position_of_number[number] = i++;
    PAYLOG_RESULT_CODES(PAYLOG_X)
#undef PAYLOG_X
  }
};

const Tables& GetTables() {
  static const Tables tables;
  return tables;
}

}  // namespace

std::span<const ResultCodeInfo> AllResultCodes() {
  return GetTables().by_precedence;
}

const ResultCodeInfo& InfoOf(ResultCode code) {
  const auto number = static_cast<std::size_t>(code);
  CHECK(number < kCount);
  return GetTables().by_precedence[GetTables().position_of_number[number]];
}

std::string_view ToString(ResultCode code) {
  return InfoOf(code).name;
}

std::optional<ResultCode> ParseResultCode(std::string_view name) {
  const auto codes = AllResultCodes();
  const auto found = std::find_if(codes.begin(), codes.end(),
                                  [&](const ResultCodeInfo& info) { return info.name == name; });
  if (found == codes.end()) {
    return std::nullopt;
  }
  return found->code;
}

}  // namespace paylog::model
