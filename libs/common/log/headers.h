#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "paylog/base/bytes.h"

namespace paylog::log {

// A name and a value, any bytes, which belong to somebody else.
struct Header {
  std::string_view name;
  std::string_view value;
  friend bool operator==(const Header&, const Header&) = default;
};

// The headers of a record, in order; names may repeat. One string holds them all, as bytes of
// base::ByteWriter (a name, a value, a name...), so that they are copied and written in one piece:
// every record is, several times, and has six of them. Plain value; what it hands out is valid
// until it changes.
class Headers {
 public:
  class Iterator {
   public:
    using value_type = Header;
    using reference = Header;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using iterator_category = std::input_iterator_tag;

    Iterator(std::string_view rest, std::size_t left) : rest_(rest), left_(left) { Read(); }

    Header operator*() const { return header_; }
    Iterator& operator++() {
      --left_;
      Read();
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.left_ == b.left_; }

   private:
    void Read();

    std::string_view rest_;
    std::size_t left_;
    Header header_;
  };

  Headers() = default;
  Headers(std::initializer_list<Header> headers);

  // Reads as many from what `bytes` returned; nullopt where they are not there.
  static std::optional<Headers> Read(base::ByteReader& reader, std::size_t count);

  void Add(std::string_view name, std::string_view value);
  void Add(const Headers& others);
  void Reserve(std::size_t bytes) { bytes_.reserve(bytes); }

  // The value of the first header of this name.
  [[nodiscard]] std::optional<std::string_view> Find(std::string_view name) const;
  [[nodiscard]] Iterator begin() const { return {bytes_, count_}; }
  [[nodiscard]] Iterator end() const { return {{}, 0}; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

  // Of names and values together, in bytes.
  [[nodiscard]] std::size_t text_bytes() const { return text_bytes_; }
  // All of them but their number.
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

  friend bool operator==(const Headers& a, const Headers& b) { return a.bytes_ == b.bytes_; }

 private:
  std::string bytes_;
  std::uint32_t count_ = 0;
  std::uint32_t text_bytes_ = 0;
};

}  // namespace paylog::log
