#include <cstdlib>
#include <string>

#include <nlohmann/json.hpp>

#include "paylog/base/check.h"
#include "paylog/base/limits.h"
#include "paylog/codec/json_fast_reader.h"
#include "paylog/codec/json_reader.h"
#include "paylog/codec/json_writer.h"
#include "paylog/codec/utf8.h"
#include "paylog/tests/fuzz/json_grammar.h"
#include "paylog/tests/fuzz/targets.h"

// Four readers of the same text: our fast and our strict one, which must never differ, the grammar
// beside this file, and nlohmann's parser into its own tree. Where these differ from ours, ADR 0005
// must say so:
//   - ours takes only objects, of at most kJsonDepthMax levels;
//   - ours refuses a byte order mark, and a NUL byte anywhere;
//   - nlohmann's refuses numbers that no double holds (its error 406).
namespace paylog::fuzz {
namespace {

using codec::JsonKind;
using codec::JsonValue;
using Theirs = nlohmann::ordered_json;

constexpr int kNumberOverflow = 406;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct TheirReading {
  Theirs value;
  int error = 0;  // nlohmann's number; 0: it was read.
};

TheirReading ReadTheirs(std::string_view text) {
  try {
    return {.value = Theirs::parse(text)};
  } catch (const Theirs::exception& error) {
    return {.value = {}, .error = error.id};
  }
}

std::size_t CountMembers(const JsonValue& value) {
  std::size_t count = value.kind == JsonKind::kObject ? value.children().size() : 0;
  for (const JsonValue& child : value.children()) {
    count += CountMembers(child);
  }
  return count;
}

std::size_t CountMembers(const Theirs& value) {
  std::size_t count = value.is_object() ? value.size() : 0;
  if (value.is_structured()) {
    for (const Theirs& item : value) {
      count += CountMembers(item);
    }
  }
  return count;
}

void CheckInteger(std::int64_t ours, const Theirs& theirs) {
  CHECK(theirs.is_number_integer());
  if (theirs.is_number_unsigned()) {
    CHECK(ours >= 0 && theirs.get<std::uint64_t>() == static_cast<std::uint64_t>(ours));
  } else {
    CHECK(ours < 0 && theirs.get<std::int64_t>() == ours);
  }
}

// No value of ours passes through a double; only here is what it stands for compared as one.
void CheckOther(const JsonValue& ours, const Theirs& theirs) {
  if (theirs.is_number_float()) {
    CHECK(std::strtod(std::string(ours.text).c_str(), nullptr) == theirs.get<double>());
    const bool plain = ours.text.find_first_of(".eE") == std::string_view::npos;
    CHECK(plain == (ours.kind == JsonKind::kTooLarge));
  } else if (ours.kind == JsonKind::kTooLarge) {
    CHECK(theirs.is_number_unsigned() && theirs.get<std::uint64_t>() > INT64_MAX);
  } else {
    CHECK(theirs.is_number_integer() && theirs.get<std::int64_t>() == 0);  // -0
  }
}

void CheckScalar(const JsonValue& ours, const Theirs& theirs) {
  if (ours.kind == JsonKind::kInteger) {
    CheckInteger(ours.integer, theirs);
  } else if (ours.is_number()) {
    CheckOther(ours, theirs);
  } else if (ours.kind == JsonKind::kString) {
    CHECK(theirs.is_string() && theirs.get_ref<const std::string&>() == ours.text);
  } else if (ours.kind == JsonKind::kBoolean) {
    CHECK(theirs.is_boolean() && theirs.get<bool>() == ours.boolean);
  } else {
    CHECK(theirs.is_null());
  }
}

// REQUIRES: at most kJsonDepthMax levels, no name twice in an object.
void CheckEqual(const JsonValue& ours, const Theirs& theirs) {
  if (ours.kind == JsonKind::kObject) {
    CHECK(theirs.is_object() && theirs.size() == ours.children().size());
    auto member = ours.children().begin();
    for (const auto& [name, value] : theirs.items()) {
      CHECK(member->name == name);
      CheckEqual(*member, value);
      ++member;
    }
  } else if (ours.kind == JsonKind::kArray) {
    CHECK(theirs.is_array() && theirs.size() == ours.children().size());
    auto item = ours.children().begin();
    for (const Theirs& value : theirs) {
      CheckEqual(*item, value);
      ++item;
    }
  } else {
    CheckScalar(ours, theirs);
  }
}

// What our writer makes of a value, both parsers read as the same value.
void Write(const JsonValue& value, codec::JsonWriter& writer) {
  switch (value.kind) {
    case JsonKind::kNull:
      writer.Text("null");
      break;
    case JsonKind::kBoolean:
      writer.Boolean(value.boolean);
      break;
    case JsonKind::kInteger:
      writer.Integer(value.integer);
      break;
    case JsonKind::kNotInteger:
    case JsonKind::kTooLarge:
    case JsonKind::kString:
      writer.Text(value.text);
      break;
    case JsonKind::kArray:
      writer.BeginArray();
      for (const JsonValue& item : value.children()) {
        Write(item, writer);
      }
      writer.EndArray();
      break;
    case JsonKind::kObject:
      writer.BeginObject();
      for (const JsonValue& member : value.children()) {
        writer.Key(member.name);
        Write(member, writer);
      }
      writer.EndObject();
      break;
  }
}

void CheckWritten(const JsonValue& value) {
  codec::JsonWriter writer;
  Write(value, writer);
  const std::string text = std::move(writer).Take();
  const auto again = codec::ReadJson(text);
  CHECK(std::holds_alternative<codec::JsonDocument>(again));
  const JsonValue& root = std::get<codec::JsonDocument>(again).root();
  CheckEqual(root, Theirs::parse(text));
  codec::JsonWriter second;
  Write(root, second);
  CHECK(std::move(second).Take() == text);
}

void CheckSame(const codec::JsonDocument& a, const codec::JsonDocument& b) {
  CHECK(a.nodes.size() == b.nodes.size() && a.duplicate_paths == b.duplicate_paths);
  for (std::size_t i = 0; i < a.nodes.size(); ++i) {
    const JsonValue& x = a.nodes[i];
    const JsonValue& y = b.nodes[i];
    CHECK(x.kind == y.kind && x.boolean == y.boolean && x.integer == y.integer);
    CHECK(x.name == y.name && x.text == y.text);
    CHECK(x.child_count == y.child_count && x.node_count == y.node_count);
  }
}

// What the fast reader takes, the strict one reads as the same; and whoever asks for either gets
// the strict one's answer, to the letter.
void CheckReaders(std::string_view text, JsonKind root) {
  const auto strict = codec::ReadJsonStrictly(text, root);
  const auto* const document = std::get_if<codec::JsonDocument>(&strict);
  if (const auto fast = codec::ReadJsonFast(text, root)) {
    CHECK(document != nullptr);
    CheckSame(*fast, *document);
  }
  const auto either = codec::ReadJson(text, root);
  CHECK(either.index() == strict.index());
  if (document != nullptr) {
    CheckSame(std::get<codec::JsonDocument>(either), *document);
    return;
  }
  const auto& error = std::get<codec::JsonError>(strict);
  CHECK(std::get<codec::JsonError>(either).fault == error.fault);
  CHECK(std::get<codec::JsonError>(either).message == error.message);
}

void CheckRefusal(const codec::JsonError& error, const JsonShape& shape) {
  CHECK(!error.message.empty() && !codec::FindInvalidUtf8(error.message));
  if (error.fault == codec::JsonFault::kTooDeep) {
    CHECK(shape.is_json && shape.depth > base::kJsonDepthMax);
  } else if (error.fault == codec::JsonFault::kInvalidUtf8) {
    CHECK(!shape.is_json);
  } else {
    CHECK(!shape.is_json || !shape.is_object);
  }
}

}  // namespace

void FuzzOneJson(Bytes input) {
  const std::string_view text = TextOf(input);
  CheckReaders(text, JsonKind::kObject);
  CheckReaders(text, JsonKind::kArray);
  const JsonShape shape = ShapeOf(text);
  const auto ours = codec::ReadJson(text);
  const auto* const document = std::get_if<codec::JsonDocument>(&ours);
  CHECK((document != nullptr) ==
        (shape.is_json && shape.is_object && shape.depth <= base::kJsonDepthMax));
  if (document == nullptr) {
    CheckRefusal(std::get<codec::JsonError>(ours), shape);
  }
  if (text.starts_with(kByteOrderMark) || text.find('\0') != std::string_view::npos) {
    CHECK(document == nullptr);
    return;
  }
  const TheirReading theirs = ReadTheirs(text);
  CHECK((theirs.error == 0) == (shape.is_json && theirs.error != kNumberOverflow));
  if (document == nullptr) {
    return;
  }
  if (theirs.error == 0) {
    CHECK(document->duplicate_paths.empty() ==
          (CountMembers(document->root()) == CountMembers(theirs.value)));
  }
  if (document->duplicate_paths.empty()) {
    if (theirs.error == 0) {
      CheckEqual(document->root(), theirs.value);
    }
    CheckWritten(document->root());
  }
}

}  // namespace paylog::fuzz
