#include "paylog/tests/fuzz/patches.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "paylog/base/bytes.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::fuzz {
namespace {

enum Kind : std::uint8_t {
  kOverwrite,
  kFlip,
  kFill,
  kCut,
  kCopy,
  kInsert,
  kTakeOut,
  kRemove,
  kLosePage
};
constexpr std::uint8_t kKindCount = 9;
constexpr std::uint32_t kAmongNonZero = 1U << 31;
constexpr std::size_t kPatchesMax = 16;
// So that no input makes files of gigabytes.
constexpr std::size_t kGrowthMax = 64 * 1024;

// https://www.sqlite.org/fileformat2.html#walformat
constexpr std::size_t kWalHeaderBytes = 32;
constexpr std::size_t kWalSummedHeaderBytes = 24;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::size_t kFrameSummedBytes = 8;
constexpr std::size_t kPageBytes = 4096;
constexpr std::uint32_t kWalMagic = 0x377f0682;  // The lowest bit: checksums over big-endian words.

Patch ReadPatch(base::ByteReader& reader) {
  Patch patch{.kind = static_cast<std::uint8_t>(reader.U8() % kKindCount)};
  patch.file = reader.U8();
  patch.at = reader.U32();
  switch (patch.kind) {
    case kOverwrite:
    case kInsert:
      patch.bytes = reader.Raw(std::min<std::uint64_t>(reader.Varint(), reader.remaining()));
      break;
    case kFlip:
      patch.byte = reader.U8();
      break;
    case kFill:
      patch.size = reader.Varint();
      patch.byte = reader.U8();
      break;
    case kCopy:
      patch.from = reader.U32();
      patch.size = reader.Varint();
      break;
    case kTakeOut:
      patch.size = reader.Varint();
      break;
    default:
      break;
  }
  return patch;
}

std::size_t PlaceOf(std::uint32_t at, const std::string& contents) {
  if ((at & kAmongNonZero) == 0) {
    return at % (contents.size() + 1);
  }
  const auto zeros = static_cast<std::size_t>(std::count(contents.begin(), contents.end(), '\0'));
  std::size_t place = contents.find_first_not_of('\0');
  for (std::size_t left = (at ^ kAmongNonZero) % (contents.size() - zeros + 1);
       left > 0 && place != std::string::npos; --left) {
    place = contents.find_first_not_of('\0', place + 1);
  }
  return std::min(place, contents.size());
}

void Overwrite(std::string& contents, std::size_t at, std::string_view bytes) {
  const std::string_view fitting = bytes.substr(0, contents.size() - at);
  contents.replace(at, fitting.size(), fitting);
}

std::uint32_t BigEndian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  }
  return value;
}

bool IsWal(std::string_view contents) {
  return contents.size() >= kWalHeaderBytes && (BigEndian(contents, 0) & ~1U) == kWalMagic;
}

void LosePage(std::uint32_t number, std::string& contents) {
  const std::size_t header = IsWal(contents) ? kWalHeaderBytes : 0;
  const std::size_t page = kPageBytes + (header > 0 ? kFrameHeaderBytes : 0);
  if (const std::size_t count = (contents.size() - header) / page; count > 0) {
    contents.erase(header + number % count * page, page);
  }
}

void PutBigEndian(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[at + i] = static_cast<char>(value >> (24 - 8 * i));
  }
}

class WalSum {
 public:
  explicit WalSum(bool big_endian) : big_endian_(big_endian) {}

  void Add(std::string_view bytes) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first_ += Word(bytes, at) + second_;
      second_ += Word(bytes, at + 4) + first_;
    }
  }
  void PutInto(std::string& bytes, std::size_t at) const {
    PutBigEndian(bytes, at, first_);
    PutBigEndian(bytes, at + 4, second_);
  }

 private:
  [[nodiscard]] std::uint32_t Word(std::string_view bytes, std::size_t at) const {
    return big_endian_ ? BigEndian(bytes, at) : base::ByteReader(bytes.substr(at)).U32();
  }

  bool big_endian_;
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

}  // namespace

Damage ReadDamage(Bytes input) {
  base::ByteReader reader(TextOf(input));
  Damage damage{.flags = reader.U8()};
  while (reader.ok() && reader.remaining() > 0 && damage.patches.size() < kPatchesMax) {
    damage.patches.push_back(ReadPatch(reader));
  }
  return damage;
}

void Apply(const Patch& patch, std::string& contents) {
  const std::size_t at = PlaceOf(patch.at, contents);
  const std::size_t rest = contents.size() - at;
  const auto size = static_cast<std::size_t>(patch.size % (rest + 1));
  switch (patch.kind) {
    case kOverwrite:
      Overwrite(contents, at, patch.bytes);
      break;
    case kFlip:
      if (rest > 0) {
        contents[at] = static_cast<char>(static_cast<std::uint8_t>(contents[at]) ^ patch.byte);
      }
      break;
    case kFill:
      contents.replace(at, size, size, static_cast<char>(patch.byte));
      break;
    case kCut:
      contents.resize(at);
      break;
    case kCopy:
      Overwrite(contents, at,
                std::string(contents.substr(patch.from % (contents.size() + 1), size)));
      break;
    case kInsert:
      contents.insert(at, patch.bytes.substr(0, kGrowthMax));
      break;
    case kTakeOut:
      contents.erase(at, size);
      break;
    case kLosePage:
      LosePage(patch.at, contents);
      break;
    default:
      break;
  }
}

std::set<std::string> Apply(const Damage& damage, Files& files) {
  const Files before = files;
  for (const Patch& patch : damage.patches) {
    if (files.empty()) {
      break;
    }
    const auto file = std::next(files.begin(), static_cast<int>(patch.file % files.size()));
    if (patch.kind == kRemove) {
      files.erase(file);
    } else {
      Apply(patch, file->second);
    }
  }
  std::set<std::string> changed;
  for (const auto& [name, contents] : before) {
    const auto now = files.find(name);
    if (now == files.end() || now->second != contents) {
      changed.insert(name);
    }
  }
  return changed;
}

void FixWal(std::string& wal) {
  if (!IsWal(wal)) {
    return;
  }
  const std::size_t page = BigEndian(wal, 8);
  if (page < 512 || page > 65'536) {
    return;
  }
  WalSum sum((BigEndian(wal, 0) & 1U) != 0);
  sum.Add(std::string_view(wal).substr(0, kWalSummedHeaderBytes));
  sum.PutInto(wal, kWalSummedHeaderBytes);
  for (std::size_t at = kWalHeaderBytes; at + kFrameHeaderBytes + page <= wal.size();
       at += kFrameHeaderBytes + page) {
    wal.replace(at + kFrameSummedBytes, 8, wal, 16, 8);  // The salts.
    sum.Add(std::string_view(wal).substr(at, kFrameSummedBytes));
    sum.Add(std::string_view(wal).substr(at + kFrameHeaderBytes, page));
    sum.PutInto(wal, at + 16);
  }
}

Files ReadFiles(const std::string& directory, const std::vector<std::string>& names) {
  Files files;
  for (const std::string& name : names) {
    const std::string path = directory + "/" + name;
    if (std::filesystem::exists(path)) {
      files[name] = test_support::ReadFile(path);
    }
  }
  return files;
}

void WriteFiles(const std::string& directory, const Files& files) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  for (const auto& [name, contents] : files) {
    test_support::WriteFile(directory + "/" + name, contents);
  }
}

std::vector<std::string> PatchesSeeds() {
  std::vector<std::string> seeds;
  const auto add = [&seeds](std::uint8_t flags, std::uint8_t kind, std::uint8_t file,
                            std::uint32_t at) {
    std::string seed;
    base::ByteWriter writer(seed);
    writer.U8(flags);
    writer.U8(kind);
    writer.U8(file);
    writer.U32(at);
    writer.Bytes("patched!");
    seeds.push_back(std::move(seed));
  };
  for (std::uint8_t flags = 0; flags < 4; ++flags) {
    for (std::uint8_t file = 0; file < 6; ++file) {
      for (std::uint8_t kind = 0; kind < kKindCount; ++kind) {
        add(flags, kind, file, (kind % 2 == 0 ? kAmongNonZero : 0) | (file * 1'000U + kind * 100U));
      }
    }
  }
  // Of a WAL whose checksums fit: a write that was lost.
  for (std::uint32_t page = 0; page < 48; ++page) {
    add(3, kLosePage, 1, page);
    add(3, kLosePage, 2, page);
  }
  return seeds;
}

}  // namespace paylog::fuzz
