#include "paylog/codec/json_reader.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "paylog/base/ascii.h"
#include "paylog/base/check.h"
#include "paylog/base/limits.h"
#include "paylog/codec/json_fast_reader.h"
#include "paylog/codec/utf8.h"

namespace paylog::codec {
namespace {

// One is enough to refuse a body; the rest is only told. With a path for each of thousands, a body
// could cost many times what others of its size do.
constexpr std::size_t kDuplicatePathsMax = 8;

// nlohmann's out_of_range.406: a number whose value is not finite as a double.
constexpr int kNumberOverflow = 406;

// Builds a JsonDocument from nlohmann's SAX events. The library never throws here: the parser
// reports errors by calling parse_error.
class TreeBuilder {
 public:
  // Names and texts together are no longer than the text that spells them.
  explicit TreeBuilder(std::size_t text_size) { document_.characters.reserve(text_size); }

  bool null() { return Add({.kind = JsonKind::kNull}); }
  bool boolean(bool value) { return Add({.kind = JsonKind::kBoolean, .boolean = value}); }
  // Called for numbers with a minus sign only, so 0 was written as -0.
  bool number_integer(std::int64_t value) {
    if (value == 0) {
      return Add({.kind = JsonKind::kNotInteger});
    }
    return Add({.kind = JsonKind::kInteger, .integer = value});
  }
  bool number_unsigned(std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return AddText(JsonKind::kTooLarge, std::to_string(value));
    }
    return Add({.kind = JsonKind::kInteger, .integer = static_cast<std::int64_t>(value)});
  }
  // Also called for integers that do not fit 64 bits; only the spelling tells.
  bool number_float(double /*value*/, const std::string& spelling) {
    const bool plain = spelling.find_first_of(".eE") == std::string::npos;
    return AddText(plain ? JsonKind::kTooLarge : JsonKind::kNotInteger, spelling);
  }
  bool string(std::string& value) { return AddText(JsonKind::kString, value); }
  bool binary(nlohmann::json::binary_t& /*value*/) { return false; }  // Not in JSON text.
  bool start_object(std::size_t /*count*/) { return Open(JsonKind::kObject); }
  bool end_object() { return Close(); }
  bool start_array(std::size_t /*count*/) { return Open(JsonKind::kArray); }
  bool end_array() { return Close(); }
  bool key(std::string& name) {
    if (!is_too_deep_here()) {
      name_ = Keep(name);
    }
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) {
    error_position_ = position;
    number_overflow_ = error.id == kNumberOverflow;
    return false;
  }

  [[nodiscard]] bool too_deep() const { return too_deep_; }
  [[nodiscard]] bool number_overflow() const { return number_overflow_; }
  [[nodiscard]] std::size_t error_position() const { return error_position_; }
  // REQUIRES: the text was read.
  [[nodiscard]] JsonKind root_kind() const { return document_.root().kind; }
  JsonDocument Take() && { return std::move(document_); }

 private:
  [[nodiscard]] bool is_too_deep_here() const { return depth_ > base::kJsonDepthMax; }
  [[nodiscard]] const JsonValue& OpenAt(std::size_t level) const {
    return document_.nodes[open_[level]];
  }

  std::string_view Keep(std::string_view text) {
    std::vector<char>& characters = document_.characters;
    CHECK(characters.capacity() - characters.size() >= text.size());
    const std::size_t begin = characters.size();
    characters.insert(characters.end(), text.begin(), text.end());
    return {characters.data() + begin, text.size()};
  }

  // Beyond the depth limit nothing is built, but the syntax is still read to its end.
  bool Add(const JsonValue& value) {
    if (!is_too_deep_here()) {
      Place(value);
    }
    return true;
  }

  bool AddText(JsonKind kind, std::string_view text) {
    return is_too_deep_here() || Add({.kind = kind, .text = Keep(text)});
  }

  bool Open(JsonKind kind) {
    ++depth_;
    if (is_too_deep_here()) {
      too_deep_ = true;
    } else {
      Place({.kind = kind});
      open_.push_back(document_.nodes.size() - 1);
    }
    return true;
  }

  bool Close() {
    if (!is_too_deep_here()) {
      JsonValue& closed = document_.nodes[open_.back()];
      closed.node_count = static_cast<std::uint32_t>(document_.nodes.size() - open_.back());
      if (closed.kind == JsonKind::kObject) {
        NoteDuplicates(closed);
      }
      open_.pop_back();
    }
    --depth_;
    return true;
  }

  void Place(const JsonValue& value) {
    document_.nodes.push_back(value);
    if (!open_.empty()) {
      ++document_.nodes[open_.back()].child_count;
    }
    document_.nodes.back().name = std::exchange(name_, {});
  }

  void NoteDuplicates(const JsonValue& object) {
    if (document_.duplicate_paths.size() == kDuplicatePathsMax) {
      return;
    }
    names_.clear();
    for (const JsonValue& member : object.children()) {
      names_.emplace_back(member.name);
    }
    std::sort(names_.begin(), names_.end());
    const auto duplicate = std::adjacent_find(names_.begin(), names_.end());
    if (duplicate != names_.end()) {
      document_.duplicate_paths.push_back(MemberPath(PathOfOpen(), *duplicate));
    }
  }

  // What is open stands last in what it is in.
  [[nodiscard]] std::string PathOfOpen() const {
    std::string path = "$";
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      path = OpenAt(i).kind == JsonKind::kObject ? MemberPath(path, OpenAt(i + 1).name)
                                                 : ItemPath(path, OpenAt(i).child_count - 1);
    }
    return path;
  }

  JsonDocument document_;
  std::vector<std::size_t> open_;        // Their places among the nodes.
  std::string_view name_;                // Of the value that comes next.
  std::vector<std::string_view> names_;  // Scratch of NoteDuplicates.
  std::size_t depth_ = 0;
  std::size_t error_position_ = 0;
  bool too_deep_ = false;
  bool number_overflow_ = false;
};

std::size_t SkipDigits(std::string_view text, std::size_t from) {
  while (from < text.size() && base::IsDigit(text[from])) {
    ++from;
  }
  return from;
}

// RFC 8259's number, and nothing else.
bool IsNumber(std::string_view text) {
  std::size_t i = text.starts_with('-') ? 1 : 0;
  std::size_t end = SkipDigits(text, i);
  if (end == i || (text[i] == '0' && end > i + 1)) {
    return false;
  }
  if (end < text.size() && text[end] == '.') {
    i = end + 1;
    end = SkipDigits(text, i);
    if (end == i) {
      return false;
    }
  }
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    i = end + 1;
    i += i < text.size() && (text[i] == '+' || text[i] == '-') ? 1 : 0;
    end = SkipDigits(text, i);
    if (end == i) {
      return false;
    }
  }
  return end == text.size();
}

// The library gives up at numbers that no double holds, such as 1e999 or 400 digits. They are
// grammatical, so they are replaced by shorter ones of the same JsonKind. Rare, so it may be slow.
std::string ShortenNumbers(std::string_view text) {
  std::string shortened;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    if (in_string || (!base::IsDigit(text[i]) && text[i] != '-')) {
      in_string = in_string != (text[i] == '"');
      const std::size_t length = in_string && text[i] == '\\' ? 2 : 1;
      shortened.append(text.substr(i, length));
      i += length;
      continue;
    }
    const std::size_t end = std::min(text.find_first_not_of("0123456789+-.eE", i), text.size());
    const std::string_view number = text.substr(i, end - i);
    const bool plain = number.find_first_of(".eE") == std::string_view::npos;
    if (!IsNumber(number) || (plain && number.size() < 20)) {
      shortened.append(number);
    } else {
      shortened.append(plain ? "99999999999999999999" : "0.5");
    }
    i = end;
  }
  return shortened;
}

bool Parse(std::string_view text, TreeBuilder& builder) {
  return nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &builder);
}

JsonError Invalid(std::string message) {
  return {.fault = JsonFault::kInvalidJson, .message = std::move(message)};
}

}  // namespace

JsonReading ReadJson(std::string_view text, JsonKind root) {
  if (auto document = ReadJsonFast(text, root)) {
    return *std::move(document);
  }
  return ReadJsonStrictly(text, root);
}

JsonReading ReadJsonStrictly(std::string_view text, JsonKind root) {
  if (const auto bad = FindInvalidUtf8(text)) {
    return JsonError{.fault = JsonFault::kInvalidUtf8,
                     .message = "byte " + std::to_string(*bad) + " is not valid UTF-8"};
  }
  // The library would skip the first and take the second for the end of the text.
  if (text.starts_with("\xEF\xBB\xBF")) {
    return Invalid("the text begins with a byte order mark");
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return Invalid("byte " + std::to_string(nul) + " is NUL");
  }
  TreeBuilder builder(text.size());
  bool parsed = Parse(text, builder);
  if (builder.number_overflow()) {
    builder = TreeBuilder(text.size());
    parsed = Parse(ShortenNumbers(text), builder);
  }
  if (!parsed) {
    return Invalid("the text stops being JSON at byte " + std::to_string(builder.error_position()));
  }
  if (builder.root_kind() != root) {
    return Invalid(std::string("the text is JSON, but not ").append(Describe(root)));
  }
  if (builder.too_deep()) {
    return JsonError{
        .fault = JsonFault::kTooDeep,
        .message = "the text nests deeper than " + std::to_string(base::kJsonDepthMax) + " levels"};
  }
  return std::move(builder).Take();
}

}  // namespace paylog::codec
