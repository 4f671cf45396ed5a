#include "paylog/store/compression.h"

#include <cstddef>
#include <memory>

#include <zstd.h>

#include "paylog/base/check.h"
#include "paylog/store/damage.h"

namespace paylog::store {
namespace {

constexpr int kLevel = 1;
// Far above any block; keeps damage from asking for all memory.
constexpr std::size_t kRawBytesMax = std::size_t{1} << 30;

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

std::string Compress(std::string_view bytes) {
  CHECK(bytes.size() <= kRawBytesMax);
  // A context costs more to make than a block to compress, so each thread keeps one.
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
  std::string compressed(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compressCCtx(context.get(), compressed.data(), compressed.size(),
                                             bytes.data(), bytes.size(), kLevel);
  CHECK(ZSTD_isError(size) == 0);
  compressed.resize(size);
  return compressed;
}

base::Result<std::string> Decompress(std::string_view bytes) {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  // The codes for "unknown" and "not zstd" lie above the limit.
  const unsigned long long raw_size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (raw_size > kRawBytesMax) {
    return Damaged("block is not what zstd wrote");
  }
  std::string raw(raw_size, '\0');
  const std::size_t size =
      ZSTD_decompressDCtx(context.get(), raw.data(), raw.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0 || size != raw.size()) {
    return Damaged("block does not decompress");
  }
  return raw;
}

}  // namespace paylog::store
