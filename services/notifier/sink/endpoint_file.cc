#include "paylog/notifier/sink/endpoint_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include <sys/stat.h>

#include "paylog/codec/endpoints_codec.h"
#include "paylog/notifier/sink/webhook_signature.h"
#include "paylog/notifier/sink/webhook_url.h"

namespace paylog::notifier {
namespace {

using base::Error;
using base::ErrorCode;

// Far more than any endpoint file or secret has; a device that never ends is found out.
constexpr std::size_t kFileBytesMax = std::size_t{16} * 1024 * 1024;

Error Io(const char* what) {
  return {.code = ErrorCode::kIo, .context = what};
}
struct File {
  std::string bytes;
  mode_t mode = 0;
};

base::Result<File> ReadWhole(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(path.c_str(), "rb"),
                                                               std::fclose);
  struct stat status {};
  if (stream == nullptr || fstat(fileno(stream.get()), &status) != 0) {
    return Io(std::strerror(errno)).In(path);
  }
  File file{.bytes = {}, .mode = status.st_mode};
  std::array<char, 4'096> block{};
  while (const std::size_t read = std::fread(block.data(), 1, block.size(), stream.get())) {
    file.bytes.append(block.data(), read);
    if (file.bytes.size() > kFileBytesMax) {
      return base::InvalidArgument(path + ": the file is too large");
    }
  }
  if (std::ferror(stream.get()) != 0) {
    return Io(std::strerror(errno)).In(path);
  }
  return file;
}

// Editors and echo end a line; nothing else around a secret is taken.
std::string_view WithoutLineEnd(std::string_view text) {
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  return text;
}

base::Result<std::string> ReadSecret(const std::string& path, const WarnFunction& warn) {
  PAYLOG_ASSIGN(const File file, ReadWhole(path));
  auto key = DecodeSecret(WithoutLineEnd(file.bytes));
  if (!key) {
    return key.error().In(path);
  }
  if ((file.mode & S_IWOTH) != 0) {
    return base::InvalidArgument(path +
                                 ": anybody on this machine may change this secret: chmod o-w it");
  }
  if ((file.mode & S_IROTH) != 0 && warn) {
    warn(path + ": anybody on this machine may read this secret");
  }
  return key;
}

std::string Beside(const std::string& endpoint_file, const std::string& path) {
  return (std::filesystem::path(endpoint_file).parent_path() / path).string();
}

base::Result<Endpoint> MakeEndpoint(const codec::EndpointEntry& entry, const std::string& file,
                                    const WarnFunction& warn) {
  const auto url = ParseWebhookUrl(entry.url);
  if (!url) {
    return url.error();
  }
  if (!entry.allow_insecure) {
    PAYLOG_TRY(CheckSecure(*url));
  }
  Endpoint endpoint{.name = entry.name,
                    .url = entry.url,
                    .secrets = {},
                    .accounts = entry.accounts,
                    .statuses = entry.statuses,
                    .allow_insecure = entry.allow_insecure};
  for (const std::string& secret_file : entry.secret_files) {
    PAYLOG_ASSIGN(std::string key, ReadSecret(Beside(file, secret_file), warn));
    endpoint.secrets.push_back(std::move(key));
  }
  return endpoint;
}

}  // namespace

base::Result<std::vector<Endpoint>> ReadEndpoints(const std::string& path,
                                                  const WarnFunction& warn) {
  PAYLOG_ASSIGN(const File file, ReadWhole(path));
  const auto entries = codec::DecodeEndpoints(file.bytes);
  if (!entries) {
    return entries.error().In(path);
  }
  std::vector<Endpoint> endpoints;
  for (const codec::EndpointEntry& entry : *entries) {
    auto endpoint = MakeEndpoint(entry, path, warn);
    if (!endpoint) {
      return endpoint.error().In("endpoint '" + entry.name + "'").In(path);
    }
    endpoints.push_back(std::move(*endpoint));
  }
  return endpoints;
}

}  // namespace paylog::notifier
