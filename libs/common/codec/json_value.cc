#include "paylog/codec/json_value.h"

#include <algorithm>

#include "paylog/codec/utf8.h"

namespace paylog::codec {
namespace {

bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool IsNamePart(char c) {
  return IsNameStart(c) || (c >= '0' && c <= '9');
}

bool IsPlainName(std::string_view name) {
  return !name.empty() && IsNameStart(name.front()) &&
         std::all_of(name.begin(), name.end(), IsNamePart);
}

}  // namespace

const JsonValue* JsonValue::Find(std::string_view wanted) const {
  for (const JsonValue& member : children()) {
    if (member.name == wanted) {
      return &member;
    }
  }
  return nullptr;
}

int JsonValue::Count(std::string_view wanted) const {
  const JsonChildren members = children();
  return static_cast<int>(
      std::count_if(members.begin(), members.end(),
                    [&](const JsonValue& member) { return member.name == wanted; }));
}

std::string_view Describe(JsonKind kind) {
  switch (kind) {
    case JsonKind::kNull:
      return "null";
    case JsonKind::kBoolean:
      return "a boolean";
    case JsonKind::kInteger:
    case JsonKind::kNotInteger:
    case JsonKind::kTooLarge:
      return "a number";
    case JsonKind::kString:
      return "a string";
    case JsonKind::kArray:
      return "an array";
    case JsonKind::kObject:
      return "an object";
  }
  return "";
}

std::string MemberPath(std::string_view parent, std::string_view name) {
  std::string path(parent);
  const std::string shown = Excerpt(name);
  if (IsPlainName(shown)) {
    return path.append(".").append(shown);
  }
  path += "['";
  for (const char c : shown) {
    if (c == '\'' || c == '\\') {
      path.push_back('\\');
    }
    path.push_back(c);
  }
  return path.append("']");
}

std::string ItemPath(std::string_view parent, std::size_t index) {
  return std::string(parent).append("[").append(std::to_string(index)).append("]");
}

}  // namespace paylog::codec
