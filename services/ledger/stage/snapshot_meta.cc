#include "paylog/ledger/stage/snapshot_meta.h"

#include <charconv>
#include <optional>

namespace paylog::ledger {
namespace {

constexpr std::string_view kFormat = "paylog-ledger-snapshot 2";

template <typename Int>
std::string Line(std::string_view name, Int value) {
  return std::string(name) + ' ' + std::to_string(value) + '\n';
}

// Takes "name value\n" off the front of the text.
std::optional<std::string_view> TakeLine(std::string_view& text, std::string_view name) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(name) || name.size() >= end ||
      text[name.size()] != ' ') {
    return std::nullopt;
  }
  const std::string_view value = text.substr(name.size() + 1, end - name.size() - 1);
  text.remove_prefix(end + 1);
  return value;
}

template <typename Int>
bool TakeInt(std::string_view& text, std::string_view name, Int& to) {
  const auto value = TakeLine(text, name);
  if (!value) {
    return false;
  }
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), to);
  return error == std::errc() && end == value->data() + value->size();
}

template <typename Strong>
bool TakeStrong(std::string_view& text, std::string_view name, Strong& to) {
  typename Strong::rep value = 0;
  if (!TakeInt(text, name, value)) {
    return false;
  }
  to = Strong(value);
  return true;
}

bool TakeHash(std::string_view& text, std::string_view name, base::Hash256& to) {
  const auto value = TakeLine(text, name);
  const auto hash = value ? base::Hash256::FromHex(*value) : std::nullopt;
  if (!hash) {
    return false;
  }
  to = *hash;
  return true;
}

}  // namespace

std::string EncodeSnapshotMeta(const SnapshotMeta& meta) {
  const Progress& progress = meta.progress;
  std::string text;
  text += std::string("format ").append(kFormat) + '\n';
  text += Line("partition", meta.partition.value());
  text += Line("partition_count", meta.partition_count);
  text += Line("last_sequence", progress.last_sequence.value());
  text += "last_hash " + progress.last_hash.ToHex() + '\n';
  text += Line("last_inbox_offset", progress.last_inbox_offset.value());
  text += Line("events_left", progress.events_left);
  text += Line("time", progress.time.value());
  text += Line("id_count", progress.id_count);
  text += "ids_digest " + progress.ids_digest.ToHex() + '\n';
  text += Line("balances_published", meta.balances_published.value());
  return text;
}

base::Result<SnapshotMeta> DecodeSnapshotMeta(std::string_view text) {
  const std::string_view whole = text;
  SnapshotMeta meta;
  Progress& progress = meta.progress;
  const bool read =
      TakeLine(text, "format") == kFormat && TakeStrong(text, "partition", meta.partition) &&
      TakeInt(text, "partition_count", meta.partition_count) &&
      TakeStrong(text, "last_sequence", progress.last_sequence) &&
      TakeHash(text, "last_hash", progress.last_hash) &&
      TakeStrong(text, "last_inbox_offset", progress.last_inbox_offset) &&
      TakeInt(text, "events_left", progress.events_left) &&
      TakeStrong(text, "time", progress.time) && TakeInt(text, "id_count", progress.id_count) &&
      TakeHash(text, "ids_digest", progress.ids_digest) &&
      TakeStrong(text, "balances_published", meta.balances_published);
  // Encoded again, so that one value has one spelling: no number begins with a 0 too many.
  if (!read || EncodeSnapshotMeta(meta) != whole) {
    return base::Error{.code = base::ErrorCode::kCorrupt,
                       .context = "the snapshot's meta value cannot be read"};
  }
  return meta;
}

}  // namespace paylog::ledger
