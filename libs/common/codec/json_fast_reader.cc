#include "paylog/codec/json_fast_reader.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include <simdjson.h>

#include "paylog/base/ascii.h"
#include "paylog/base/check.h"
#include "paylog/base/limits.h"

// simdjson's headers take seconds to compile, so they are included here and nowhere else.
namespace paylog::codec {
namespace {

namespace ondemand = simdjson::ondemand;

// Names are compared each with each; beyond this many the strict reader, which sorts them, is used.
constexpr std::size_t kMembersMax = 32;
// As many as a journal record has; more make the vector grow.
constexpr std::size_t kUsualNodes = 48;

// What a thread keeps: a parser with its buffers, and the text with the padding that simdjson may
// read (never use) beyond the end.
struct Scratch {
  // All at once: otherwise each text that is longer than those before it would allocate again.
  Scratch() { CHECK(parser.allocate(base::kBodyBytesMax) == simdjson::SUCCESS); }

  ondemand::parser parser;
  std::vector<char> padded = std::vector<char>(base::kBodyBytesMax + simdjson::SIMDJSON_PADDING);
};

// What stands between a value and the next bracket, comma or colon.
std::string_view WithoutBlanksBehind(std::string_view spelling) {
  return spelling.substr(0, spelling.find_last_not_of(" \t\r\n") + 1);
}

// '-'? and digits as std::to_string writes them. -0 is no integer in our eyes.
bool IsPlainInteger(std::string_view spelling) {
  const std::string_view digits = spelling.substr(spelling.starts_with('-') ? 1 : 0);
  return !digits.empty() && (digits.front() != '0' || spelling.size() == 1) &&
         std::all_of(digits.begin(), digits.end(), base::IsDigit);
}

// A surrogate's escape may stand alone, and then is no character; the strict parser knows.
bool HasSurrogate(std::string_view spelling) {
  return spelling.find("\\ud") != std::string_view::npos ||
         spelling.find("\\uD") != std::string_view::npos;
}

// One of 64 bits, which names of one kind of record mostly have for themselves.
std::uint64_t BitOf(std::string_view name) {
  if (name.empty()) {
    return 1;
  }
  const std::size_t first = static_cast<unsigned char>(name.front());
  const std::size_t last = static_cast<unsigned char>(name.back());
  const std::size_t sum = name.size() + 3 * first + 7 * last;
  return std::uint64_t{1} << (sum % 64);
}

// Behind the root there may be blanks only.
bool IsAtEnd(ondemand::document& root) {
  return root.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

// Walks over every value of the text, since simdjson checks a value only when it is taken. Each
// function answers false where the strict parser has to look.
class TreeReader {
 public:
  // `padded` holds the same bytes as `text`; the document's views point into `text`.
  TreeReader(std::string_view text, const char* padded) : text_(text), padded_(padded) {
    document_.nodes.reserve(kUsualNodes);
  }

  bool ReadRoot(ondemand::document& root, JsonKind kind) {
    if (kind == JsonKind::kArray) {
      ondemand::array array;
      return root.get_array().get(array) == simdjson::SUCCESS && ReadItems(array, {}, 1) &&
             IsAtEnd(root);
    }
    ondemand::object object;
    return root.get_object().get(object) == simdjson::SUCCESS && ReadMembers(object, {}, 1) &&
           IsAtEnd(root);
  }

  JsonDocument Take() && { return std::move(document_); }

 private:
  // REQUIRES, of `depth` here and below: it is the number of objects and arrays that are open.
  bool Read(ondemand::value value, std::string_view name, std::size_t depth) {
    const std::string_view spelling = WithoutBlanksBehind(value.raw_json_token());
    if (spelling.empty()) {
      return false;
    }
    switch (spelling.front()) {
      case '{': {
        ondemand::object object;
        return value.get_object().get(object) == simdjson::SUCCESS &&
               ReadMembers(object, name, depth + 1);
      }
      case '[': {
        ondemand::array array;
        return value.get_array().get(array) == simdjson::SUCCESS &&
               ReadItems(array, name, depth + 1);
      }
      case '"':
        return ReadText(value, spelling, name);
      case 't':
      case 'f':
        return ReadBoolean(value, name);
      case 'n':
        return ReadNull(value, name);
      default:
        return ReadInteger(value, spelling, name);
    }
  }

  bool ReadMembers(ondemand::object object, std::string_view name, std::size_t depth) {
    if (depth > base::kJsonDepthMax) {
      return false;
    }
    const std::size_t place = Add({.kind = JsonKind::kObject, .names_differ = true, .name = name});
    std::size_t count = 0;
    std::uint64_t seen = 0;  // Bits of names.
    for (auto member : object) {
      if (member.error() != simdjson::SUCCESS || ++count > kMembersMax) {
        return false;
      }
      ondemand::field field = member.value_unsafe();
      std::string_view member_name;
      if (!ReadName(field, member_name)) {
        return false;
      }
      const std::uint64_t bit = BitOf(member_name);
      if (((seen & bit) != 0 && IsNameOfChild(place, member_name)) ||
          !Read(field.value(), member_name, depth)) {
        return false;
      }
      seen |= bit;
      ++document_.nodes[place].child_count;
      Close(place);
    }
    return true;
  }

  bool ReadItems(ondemand::array array, std::string_view name, std::size_t depth) {
    if (depth > base::kJsonDepthMax) {
      return false;
    }
    const std::size_t place = Add({.kind = JsonKind::kArray, .name = name});
    for (auto item : array) {
      if (item.error() != simdjson::SUCCESS || !Read(item.value_unsafe(), {}, depth)) {
        return false;
      }
      ++document_.nodes[place].child_count;
    }
    Close(place);
    return true;
  }

  // Names with escapes are rare.
  bool ReadName(ondemand::field& field, std::string_view& name) const {
    const char* const begin = field.key().raw();
    const auto* const end = static_cast<const char*>(
        std::memchr(begin, '"', text_.size() - static_cast<std::size_t>(begin - padded_)));
    if (end == nullptr) {
      return false;
    }
    name = InText({begin, static_cast<std::size_t>(end - begin)});
    return name.find('\\') == std::string_view::npos;
  }

  [[nodiscard]] bool IsNameOfChild(std::size_t place, std::string_view name) const {
    return document_.nodes[place].Find(name) != nullptr;
  }

  bool ReadText(ondemand::value& value, std::string_view spelling, std::string_view name) {
    if (spelling.size() < 2 || spelling.back() != '"') {
      return false;
    }
    const std::string_view inside = spelling.substr(1, spelling.size() - 2);
    if (inside.find('\\') != std::string_view::npos) {
      return ReadEscapedText(value, inside, name);
    }
    Add({.kind = JsonKind::kString, .name = name, .text = InText(inside)});
    ondemand::raw_json_string taken;
    return value.get_raw_json_string().get(taken) == simdjson::SUCCESS;
  }

  bool ReadEscapedText(ondemand::value& value, std::string_view inside, std::string_view name) {
    std::string_view characters;
    if (HasSurrogate(inside) || value.get_string().get(characters) != simdjson::SUCCESS) {
      return false;
    }
    // What is escaped is never longer than its spelling, so this is all that will be needed.
    document_.characters.reserve(text_.size());
    const std::size_t begin = document_.characters.size();
    document_.characters.insert(document_.characters.end(), characters.begin(), characters.end());
    Add({.kind = JsonKind::kString,
         .name = name,
         .text = {document_.characters.data() + begin, characters.size()}});
    return true;
  }

  bool ReadInteger(ondemand::value& value, std::string_view spelling, std::string_view name) {
    std::int64_t integer = 0;
    if (!IsPlainInteger(spelling) || value.get_int64().get(integer) != simdjson::SUCCESS) {
      return false;
    }
    Add({.kind = JsonKind::kInteger, .integer = integer, .name = name});
    return true;
  }

  bool ReadBoolean(ondemand::value& value, std::string_view name) {
    bool boolean = false;
    if (value.get_bool().get(boolean) != simdjson::SUCCESS) {
      return false;
    }
    Add({.kind = JsonKind::kBoolean, .boolean = boolean, .name = name});
    return true;
  }

  bool ReadNull(ondemand::value& value, std::string_view name) {
    bool is_null = false;
    if (value.is_null().get(is_null) != simdjson::SUCCESS || !is_null) {
      return false;
    }
    Add({.kind = JsonKind::kNull, .name = name});
    return true;
  }

  std::size_t Add(const JsonValue& value) {
    document_.nodes.push_back(value);
    return document_.nodes.size() - 1;
  }

  void Close(std::size_t place) {
    document_.nodes[place].node_count = static_cast<std::uint32_t>(document_.nodes.size() - place);
  }

  [[nodiscard]] std::string_view InText(std::string_view in_padded) const {
    return text_.substr(static_cast<std::size_t>(in_padded.data() - padded_), in_padded.size());
  }

  std::string_view text_;
  const char* padded_;
  JsonDocument document_;
};

}  // namespace

std::optional<JsonDocument> ReadJsonFast(std::string_view text, JsonKind root) {
  if (text.empty() || text.size() > base::kBodyBytesMax) {
    return std::nullopt;
  }
  thread_local Scratch scratch;
  // simdjson reads no meaning into the padding, but a bracket there costs it another look.
  std::memcpy(scratch.padded.data(), text.data(), text.size());
  std::memset(scratch.padded.data() + text.size(), 0, simdjson::SIMDJSON_PADDING);
  ondemand::document document;
  if (scratch.parser.iterate(scratch.padded.data(), text.size(), scratch.padded.size())
          .get(document) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  TreeReader reader(text, scratch.padded.data());
  if (!reader.ReadRoot(document, root)) {
    return std::nullopt;
  }
  return std::move(reader).Take();
}

}  // namespace paylog::codec
