#include "paylog/notifier/sink/address_policy.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include <arpa/inet.h>

namespace paylog::notifier {
namespace {

// The addresses whose first `length` bits are those of `first`.
template <std::size_t kBytes>
struct Block {
  std::array<std::uint8_t, kBytes> first;
  int length;
  std::string_view name;
};
using Block4 = Block<4>;
using Block6 = Block<16>;

constexpr Block4 kNotPublic4[] = {
    {{0, 0, 0, 0}, 8, "this network (0.0.0.0/8)"},
    {{10, 0, 0, 0}, 8, "private (10.0.0.0/8)"},
    {{100, 64, 0, 0}, 10, "a carrier's shared space (100.64.0.0/10)"},
    {{127, 0, 0, 0}, 8, "loopback (127.0.0.0/8)"},
    {{169, 254, 0, 0}, 16, "link-local (169.254.0.0/16)"},
    {{172, 16, 0, 0}, 12, "private (172.16.0.0/12)"},
    {{192, 0, 0, 0}, 24, "of IETF protocols (192.0.0.0/24)"},
    {{192, 0, 2, 0}, 24, "for documentation (192.0.2.0/24)"},
    {{192, 31, 196, 0}, 24, "a name server's anycast (192.31.196.0/24)"},
    {{192, 52, 193, 0}, 24, "a multicast tunnel (192.52.193.0/24)"},
    {{192, 88, 99, 0}, 24, "a 6to4 relay (192.88.99.0/24)"},
    {{192, 168, 0, 0}, 16, "private (192.168.0.0/16)"},
    {{192, 175, 48, 0}, 24, "a name server's anycast (192.175.48.0/24)"},
    {{198, 18, 0, 0}, 15, "for benchmarks (198.18.0.0/15)"},
    {{198, 51, 100, 0}, 24, "for documentation (198.51.100.0/24)"},
    {{203, 0, 113, 0}, 24, "for documentation (203.0.113.0/24)"},
    {{224, 0, 0, 0}, 4, "multicast (224.0.0.0/4)"},
    {{255, 255, 255, 255}, 32, "broadcast (255.255.255.255)"},
    {{240, 0, 0, 0}, 4, "reserved (240.0.0.0/4)"},
};

// Named for the message; whatever is outside 2000::/3 is not public anyway.
constexpr Block6 kNotPublic6[] = {
    {{}, 128, "unspecified (::)"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "loopback (::1)"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "IPv4-mapped (::ffff:0:0/96)"},
    {{}, 96, "IPv4-compatible (::/96)"},
    {{0, 0x64, 0xff, 0x9b}, 96, "NAT64 (64:ff9b::/96)"},
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 48, "local NAT64 (64:ff9b:1::/48)"},
    {{0x01}, 64, "for discarding (100::/64)"},
    {{0x20, 0x01, 0, 0}, 32, "Teredo (2001::/32)"},
    {{0x20, 0x01, 0, 2}, 48, "for benchmarks (2001:2::/48)"},
    {{0x20, 0x01, 0, 0x10}, 28, "ORCHID (2001:10::/28)"},
    {{0x20, 0x01, 0, 0x20}, 28, "ORCHIDv2 (2001:20::/28)"},
    {{0x20, 0x01, 0, 0}, 23, "of IETF protocols (2001::/23)"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "for documentation (2001:db8::/32)"},
    {{0x20, 0x02}, 16, "6to4 (2002::/16)"},
    {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48, "a name server's anycast (2620:4f:8000::/48)"},
    {{0x3f, 0xff}, 20, "for documentation (3fff::/20)"},
    {{0xfc}, 7, "unique local (fc00::/7)"},
    {{0xfe, 0x80}, 10, "link-local (fe80::/10)"},
    {{0xfe, 0xc0}, 10, "site-local (fec0::/10)"},
    {{0xff}, 8, "multicast (ff00::/8)"},
};
constexpr Block6 kGlobalUnicast = {{0x20}, 3, "global unicast (2000::/3)"};

template <std::size_t kBytes>
bool Contains(const Block<kBytes>& block, const std::array<std::uint8_t, kBytes>& address) {
  const auto whole = static_cast<std::size_t>(block.length) / 8;
  const int rest = block.length % 8;
  if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole),
                  block.first.begin())) {
    return false;
  }
  return rest == 0 || (address[whole] ^ block.first[whole]) >> (8 - rest) == 0;
}

template <std::size_t kBytes>
std::optional<std::string> FindBlock(std::span<const Block<kBytes>> blocks,
                                     const std::array<std::uint8_t, kBytes>& address) {
  for (const Block<kBytes>& block : blocks) {
    if (Contains(block, address)) {
      return std::string(block.name);
    }
  }
  return std::nullopt;
}

// nullopt unless the address is of this family and whole. A copy, since it may not be aligned.
template <typename Address>
std::optional<Address> As(sa_family_t family, const sockaddr* address, socklen_t size) {
  Address copy{};
  if (size < sizeof(copy) || address->sa_family != family) {
    return std::nullopt;
  }
  std::memcpy(&copy, address, sizeof(copy));
  return copy;
}

}  // namespace

std::optional<std::string> WhyNotPublic(const in_addr& address) {
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &address, bytes.size());
  return FindBlock(std::span<const Block4>(kNotPublic4), bytes);
}

std::optional<std::string> WhyNotPublic(const in6_addr& address) {
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &address, bytes.size());
  if (auto why = FindBlock(std::span<const Block6>(kNotPublic6), bytes)) {
    return why;
  }
  if (!Contains(kGlobalUnicast, bytes)) {
    return "outside " + std::string(kGlobalUnicast.name);
  }
  return std::nullopt;
}

std::optional<std::string> WhyNotPublic(const sockaddr* address, socklen_t size) {
  if (const auto v4 = As<sockaddr_in>(AF_INET, address, size)) {
    return WhyNotPublic(v4->sin_addr);
  }
  if (const auto v6 = As<sockaddr_in6>(AF_INET6, address, size)) {
    return WhyNotPublic(v6->sin6_addr);
  }
  return "neither IPv4 nor IPv6";
}

std::string AddressText(const sockaddr* address, socklen_t size) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (const auto v4 = As<sockaddr_in>(AF_INET, address, size)) {
    inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    return text.data();
  }
  if (const auto v6 = As<sockaddr_in6>(AF_INET6, address, size)) {
    inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    return text.data();
  }
  return "an address of family " + std::to_string(address->sa_family);
}

}  // namespace paylog::notifier
