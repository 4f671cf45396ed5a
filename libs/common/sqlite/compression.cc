#include "paylog/sqlite/compression.h"

#include <memory>

#include <zstd.h>

#include "paylog/base/check.h"
#include "paylog/sqlite/damage.h"

namespace paylog::sqlite {
namespace {

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

std::string Compress(std::string_view bytes, Compression compression) {
  // A context costs more to make than a few records to compress, so each thread keeps one.
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
  CHECK(context != nullptr);
  // Not a string: to clear what is overwritten, and to keep what was not needed, costs too.
  const std::size_t room = ZSTD_compressBound(bytes.size());
  const auto compressed = std::make_unique_for_overwrite<char[]>(room);
  const std::size_t size = ZSTD_compressCCtx(context.get(), compressed.get(), room, bytes.data(),
                                             bytes.size(), static_cast<int>(compression));
  CHECK(ZSTD_isError(size) == 0);
  return {compressed.get(), size};
}

base::Result<std::string> Decompress(std::string_view bytes, std::size_t raw_bytes_max) {
  // The codes for "unknown" and "not zstd" lie above every limit.
  const unsigned long long raw_size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (raw_size > raw_bytes_max) {
    return Damaged("not what zstd wrote, or too large");
  }
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  CHECK(context != nullptr);
  std::string raw(raw_size, '\0');
  const std::size_t size =
      ZSTD_decompressDCtx(context.get(), raw.data(), raw.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0 || size != raw.size()) {
    return Damaged("does not decompress");
  }
  return raw;
}

}  // namespace paylog::sqlite
