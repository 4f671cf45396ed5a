#include "paylog/log_sqlite/head_file.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include <fcntl.h>

#include "paylog/base/bytes.h"
#include "paylog/sqlite/checksum.h"

namespace paylog::log_sqlite {
namespace {

constexpr std::size_t kSlotBytes = 512;
constexpr std::size_t kChecksumAt = 504;
constexpr std::size_t kSlotCount = 2;
constexpr std::string_view kMagic = "PAYLOGHD";
constexpr std::uint32_t kHeadVersion = 1;

std::string EncodeSlot(const Head& head, std::uint64_t slot) {
  std::string bytes;
  base::ByteWriter writer(bytes);
  writer.Raw(kMagic);
  writer.U32(kHeadVersion);
  writer.U32(0);
  writer.U64(head.number);
  for (const std::uint8_t byte : head.hash.bytes) {
    writer.U8(byte);
  }
  bytes.resize(kChecksumAt, '\0');
  writer.U64(sqlite::Checksum(bytes, slot));
  return bytes;
}

std::optional<Head> DecodeSlot(std::string_view bytes, std::uint64_t slot) {
  if (bytes.size() != kSlotBytes) {
    return std::nullopt;
  }
  base::ByteReader reader(bytes);
  const std::string_view magic = reader.Raw(kMagic.size());
  const std::uint32_t version = reader.U32();
  reader.U32();
  Head head{.number = reader.U64()};
  for (std::uint8_t& byte : head.hash.bytes) {
    byte = reader.U8();
  }
  base::ByteReader checksum(bytes.substr(kChecksumAt));
  if (magic != kMagic || version != kHeadVersion ||
      checksum.U64() != sqlite::Checksum(bytes.substr(0, kChecksumAt), slot)) {
    return std::nullopt;
  }
  return head;
}

std::string PathIn(const std::string& directory) {
  return directory + "/head";
}

}  // namespace

base::Result<void> HeadFile::Create(const std::string& directory, const Head& head) {
  const std::string path = PathIn(directory);
  const std::string draft = path + ".new";
  PAYLOG_ASSIGN(File file, File::Open(draft, O_RDWR | O_CREAT | O_TRUNC));
  PAYLOG_TRY(file.WriteAt(0, EncodeSlot(head, 0) + EncodeSlot(head, 1)));
  PAYLOG_TRY(file.Sync());
  if (std::rename(draft.c_str(), path.c_str()) != 0) {
    return ErrnoError("renaming " + draft);
  }
  return SyncDirectory(directory);
}

base::Result<HeadFile> HeadFile::Open(const std::string& directory) {
  PAYLOG_ASSIGN(File file, File::Open(PathIn(directory), O_RDWR));
  PAYLOG_ASSIGN(const std::string bytes, file.ReadAt(0, kSlotBytes * kSlotCount));
  std::array<std::optional<Head>, kSlotCount> heads;
  std::optional<std::size_t> newest;
  for (std::size_t slot = 0; slot < kSlotCount; ++slot) {
    const std::size_t at = std::min(bytes.size(), slot * kSlotBytes);
    heads[slot] = DecodeSlot(std::string_view(bytes).substr(at, kSlotBytes), slot);
    if (heads[slot] && (!newest || heads[slot]->number > heads[*newest]->number)) {
      newest = slot;
    }
  }
  if (!newest) {
    return base::Error{.code = base::ErrorCode::kCorrupt,
                       .context = "both slots of " + PathIn(directory) + " are damaged"};
  }
  const Head head = *heads[*newest];
  Numbers numbers{};
  for (std::size_t slot = 0; slot < kSlotCount; ++slot) {
    numbers[slot] = heads[slot].value_or(head).number;
  }
  return HeadFile(std::move(file), head, numbers, *newest);
}

HeadFile::HeadFile(File file, Head head, Numbers numbers, std::size_t newest)
    : file_(std::move(file)),
      head_(head),
      numbers_(numbers),
      newest_(newest),
      fallback_(std::min(numbers[0], numbers[1])) {}

base::Result<void> HeadFile::Write(const Head& head) {
  const std::size_t slot = 1 - newest_;
  PAYLOG_TRY(file_.WriteAt(static_cast<std::int64_t>(slot * kSlotBytes), EncodeSlot(head, slot)));
  head_ = head;
  numbers_.at(slot) = head.number;
  newest_ = slot;
  return {};
}

base::Result<void> HeadFile::Sync() {
  PAYLOG_TRY(file_.Sync());
  fallback_ = std::min(numbers_[0], numbers_[1]);
  return {};
}

}  // namespace paylog::log_sqlite
