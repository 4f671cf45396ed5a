#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

// JSON as the decoders see it. Internal to codec. Plain values.
//
// The nodes of a document stand one behind another in the order of the text: a value, then its
// first child with all below it, then the next. So a tree costs one allocation however many values
// it has, and a value needs no pointers to find its children.
namespace paylog::codec {

enum class JsonKind : std::uint8_t {
  kNull,
  kBoolean,
  kInteger,     // Written as a plain integer, and within 64 bits.
  kNotInteger,  // Written with a fraction or an exponent, or as -0.
  kTooLarge,    // Written as a plain integer, but outside 64 bits.
  kString,
  kArray,
  kObject,
};

class JsonChildren;

// Its names and texts are views: what they point into must outlive it. A copy has no children.
struct JsonValue {
  JsonKind kind = JsonKind::kNull;
  bool boolean = false;
  // Of an object: no name stands twice in it, for certain.
  bool names_differ = false;
  std::uint32_t child_count = 0;
  std::uint32_t node_count = 1;  // This value and all below it.
  std::int64_t integer = 0;
  std::string_view name;  // Of an object's member; otherwise empty.
  std::string_view text;  // A string's characters; of a kTooLarge, its digits.

  [[nodiscard]] bool is_number() const {
    return kind == JsonKind::kInteger || kind == JsonKind::kNotInteger ||
           kind == JsonKind::kTooLarge;
  }
  // An array's items, or an object's members: in the order of the text, duplicates included.
  // REQUIRES: the value stands among the nodes of its document.
  [[nodiscard]] JsonChildren children() const;
  // The first member of this name; nullptr if there is none.
  [[nodiscard]] const JsonValue* Find(std::string_view wanted) const;
  // How many members have this name?
  [[nodiscard]] int Count(std::string_view wanted) const;
};

class JsonChildren {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = JsonValue;
    using pointer = const JsonValue*;
    using reference = const JsonValue&;

    Iterator() = default;
    explicit Iterator(const JsonValue* node) : node_(node) {}

    reference operator*() const { return *node_; }
    pointer operator->() const { return node_; }
    Iterator& operator++() {
      node_ += node_->node_count;
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const JsonValue* node_ = nullptr;
  };

  explicit JsonChildren(const JsonValue& parent) : parent_(&parent) {}

  [[nodiscard]] Iterator begin() const { return Iterator(parent_ + 1); }
  [[nodiscard]] Iterator end() const { return Iterator(parent_ + parent_->node_count); }
  [[nodiscard]] std::size_t size() const { return parent_->child_count; }
  [[nodiscard]] bool empty() const { return size() == 0; }

 private:
  const JsonValue* parent_;
};

inline JsonChildren JsonValue::children() const {
  return JsonChildren(*this);
}

// What was read. Its views point into the text that was read, which must outlive it, and into
// `characters`. Moves, and is not copied: views into a copy would still point into the original.
struct JsonDocument {
  JsonDocument() = default;
  JsonDocument(JsonDocument&&) = default;
  JsonDocument& operator=(JsonDocument&&) = default;

  // REQUIRES: it was read.
  [[nodiscard]] const JsonValue& root() const { return nodes.front(); }

  std::vector<JsonValue> nodes;
  // What the text does not spell as it is. Reserved once and never grown, so that views stay good.
  std::vector<char> characters;
  // Of the members whose name stands twice, the first few: one refusal is all that is answered.
  std::vector<std::string> duplicate_paths;
};

// "a string", "an object", for messages.
std::string_view Describe(JsonKind kind);

// $.metadata and "order" make $.metadata.order; "we ird" makes $.metadata['we ird']. Long names are
// cut (see Excerpt), since paths go into messages and headers.
std::string MemberPath(std::string_view parent, std::string_view name);
// $.entries[2]
std::string ItemPath(std::string_view parent, std::size_t index);

}  // namespace paylog::codec
