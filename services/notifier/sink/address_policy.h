#pragma once

#include <optional>
#include <string>

#include <netinet/in.h>
#include <sys/socket.h>

// Which addresses of the internet a webhook may go to. It looks at the bytes that are connected to,
// so the many spellings of an address in a URL do not matter. Pure and thread-safe.
namespace paylog::notifier {

// Why an address is not public, such as "loopback (127.0.0.0/8)"; nullopt: it is. From the
// registries of special-purpose addresses (RFC 6890). An address that carries an IPv4 address
// (mapped, NAT64, 6to4, Teredo) is not public, whatever it carries.
std::optional<std::string> WhyNotPublic(const in_addr& address);
std::optional<std::string> WhyNotPublic(const in6_addr& address);
// The same for any kind of socket address; one that is neither IPv4 nor IPv6 is not public.
// REQUIRES: `size` bytes are there.
std::optional<std::string> WhyNotPublic(const sockaddr* address, socklen_t size);

// "127.0.0.1", "::1"; of another kind: "an address of family 1".
std::string AddressText(const sockaddr* address, socklen_t size);

}  // namespace paylog::notifier
