#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paylog/base/hash.h"
#include "paylog/base/int128.h"
#include "paylog/base/result.h"
#include "paylog/base/strong_type.h"
#include "paylog/codec/json_value.h"
#include "paylog/codec/json_writer.h"
#include "paylog/model/account_id.h"
#include "paylog/model/command.h"
#include "paylog/model/command_id.h"
#include "paylog/model/command_result.h"

namespace paylog::codec {

// Reads the fields of one object of our own formats. The first fault is kept; from then on every
// reader returns a stand-in of its type, so that a decoder is a plain list of fields followed by
// one look at ok(). Internal to codec. Not thread-safe. The object must outlive it.
class FieldReader {
 public:
  // REQUIRES: object.kind == JsonKind::kObject
  explicit FieldReader(const JsonValue& object);

  [[nodiscard]] bool ok() const { return !fault_.has_value(); }
  // "$.amount: ..." REQUIRES: !ok()
  [[nodiscard]] base::Error error() const;
  void Fail(std::string_view name, std::string_view problem);
  void FailItem(std::string_view name, std::size_t index, std::string_view problem);

  [[nodiscard]] bool Has(std::string_view name) const {
    return IsNext(name) || object_.Find(name) != nullptr;
  }

  std::string Text(std::string_view name);
  std::optional<std::string> OptionalText(std::string_view name);
  // The strings of the array `name`.
  std::vector<std::string> Texts(std::string_view name);
  bool Boolean(std::string_view name);
  std::int64_t Integer(std::string_view name);
  base::Int128 Integer128(std::string_view name);  // A balance.
  // At least 0.
  std::int64_t Count(std::string_view name);
  std::int32_t Count32(std::string_view name);
  base::PartitionId Partition(std::string_view name) { return base::PartitionId(Count32(name)); }
  base::Sequence Sequence(std::string_view name) { return base::Sequence(Count(name)); }
  base::Hash256 Hash(std::string_view name);
  model::AccountId Customer(std::string_view name);
  model::AccountId AnyAccount(std::string_view name);
  model::CommandId CommandId(std::string_view name);
  model::CommandType CommandType(std::string_view name);
  model::Currency Currency(std::string_view name);
  // 0 to kAmountMinorMax.
  std::int64_t Limit(std::string_view name);
  model::Money Money();   // From "amount", 1 to kAmountMinorMax, and "currency".
  model::Money Change();  // The same with either sign.
  model::FreezeScope Scope(std::string_view name);
  model::ResultCode Code(std::string_view name);
  model::ResultStatus Status(std::string_view name);
  // REQUIRES, for a good answer: the field equals `expected`.
  void Expect(std::string_view name, std::int64_t expected);

  // Calls read(FieldReader&) for the object `name`; its fault becomes this reader's.
  template <typename Read>
  auto Object(std::string_view name, Read read) {
    return Nested(Get(name, JsonKind::kObject), read, [&] { return MemberPath({}, name); });
  }
  // The same for each object of the array `name`.
  template <typename Read>
  auto Objects(std::string_view name, Read read) {
    std::vector<decltype(read(*this))> values;
    const JsonValue& array = Get(name, JsonKind::kArray);
    for (const JsonValue& item : array.children()) {
      if (!ok()) {
        break;
      }
      values.push_back(
          Nested(item, read, [&] { return ItemPath(MemberPath({}, name), values.size()); }));
    }
    return values;
  }
  // The array `name`, for formats whose items are no objects; a null after a fault.
  const JsonValue& Array(std::string_view name) { return Get(name, JsonKind::kArray); }

 private:
  // Fields are mostly asked for in the order in which they stand, so the one behind the last is
  // looked at first.
  [[nodiscard]] bool IsNext(std::string_view name) const {
    return object_.names_differ && next_ != object_.children().end() && (*next_).name == name;
  }
  const JsonValue* Find(std::string_view name);
  const JsonValue& Get(std::string_view name, JsonKind kind);
  void FailAt(std::string path, std::string_view problem);

  // The place is made where there is a fault only: making it costs more than reading the fields.
  template <typename Read, typename Place>
  auto Nested(const JsonValue& value, Read read, Place place) {
    if (value.kind != JsonKind::kObject) {
      FailAt(place(), "must be an object");
    }
    static const JsonValue kEmptyObject{.kind = JsonKind::kObject};
    FieldReader reader(value.kind == JsonKind::kObject ? value : kEmptyObject);
    auto result = read(reader);
    if (!reader.ok() && ok()) {
      fault_ = place() + *reader.fault_;
    }
    return result;
  }

  const JsonValue& object_;
  JsonChildren::Iterator next_;
  std::optional<std::string> fault_;  // ".sent.partition: is missing"
};

// Reads a whole value: JSON, then read(FieldReader&), then the proof that nothing else was there:
// what write(JsonWriter&, what was read) writes must be the same bytes.
base::Result<JsonDocument> ReadOwnJson(std::string_view value);
base::Result<void> ExpectSameBytes(std::string_view value, std::string_view encoded);

template <typename Read, typename Write>
auto DecodeOwn(std::string_view value, Read read, Write write)
    -> base::Result<decltype(read(std::declval<FieldReader&>()))> {
  PAYLOG_ASSIGN(const JsonDocument document, ReadOwnJson(value));
  FieldReader reader(document.root());
  auto decoded = read(reader);
  if (!reader.ok()) {
    return reader.error();
  }
  JsonWriter writer;
  write(writer, decoded);
  PAYLOG_TRY(ExpectSameBytes(value, writer.written()));
  return decoded;
}

}  // namespace paylog::codec
