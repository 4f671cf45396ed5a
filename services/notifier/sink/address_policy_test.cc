#include "paylog/notifier/sink/address_policy.h"

#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/un.h>

#include "paylog/notifier/sink/webhook_url.h"

namespace paylog::notifier {
namespace {

// As getaddrinfo reads it, which is what libcurl connects to; the first of its addresses.
std::optional<std::string> WhyNot(const std::string& host) {
  const addrinfo hints{
      .ai_flags = AI_NUMERICHOST, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  EXPECT_EQ(getaddrinfo(host.c_str(), "443", &hints, &found), 0) << host;
  if (found == nullptr) {
    return "no address";
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  return WhyNotPublic(found->ai_addr, found->ai_addrlen);
}

struct Form {
  const char* host;
  const char* why;
};

TEST(AddressPolicy, RefusesWhatIsNotPublic) {
  const Form kForms[] = {
      // IPv4: first and last of each block.
      {"0.0.0.0", "this network"},
      {"0.255.255.255", "this network"},
      {"10.0.0.0", "private"},
      {"10.255.255.255", "private"},
      {"100.64.0.0", "a carrier's"},
      {"100.127.255.255", "a carrier's"},
      {"127.0.0.1", "loopback"},
      {"127.255.255.255", "loopback"},
      {"169.254.0.0", "link-local"},
      {"169.254.169.254", "link-local"},  // Where clouds keep their secrets.
      {"172.16.0.0", "private"},
      {"172.31.255.255", "private"},
      {"192.0.0.0", "of IETF"},
      {"192.0.0.255", "of IETF"},
      {"192.0.2.1", "for documentation"},
      {"192.88.99.1", "a 6to4 relay"},
      {"192.168.0.0", "private"},
      {"192.168.255.255", "private"},
      {"198.18.0.0", "for benchmarks"},
      {"198.19.255.255", "for benchmarks"},
      {"198.51.100.7", "for documentation"},
      {"203.0.113.7", "for documentation"},
      {"224.0.0.0", "multicast"},
      {"239.255.255.255", "multicast"},
      {"240.0.0.0", "reserved"},
      {"255.255.255.254", "reserved"},
      {"255.255.255.255", "broadcast"},
      // Other spellings that getaddrinfo takes.
      {"127.1", "loopback"},
      {"127.0.1", "loopback"},
      {"0x7f000001", "loopback"},
      {"0x7F.1", "loopback"},
      {"2130706433", "loopback"},
      {"017700000001", "loopback"},
      {"0177.0.0.1", "loopback"},
      {"0", "this network"},
      {"10.1", "private"},
      {"0xa9fea9fe", "link-local"},
      {"192.168.257", "private"},
      {"4294967295", "broadcast"},
      // IPv6.
      {"::", "unspecified"},
      {"::1", "loopback"},
      {"0:0:0:0:0:0:0:1", "loopback"},
      {"::ffff:127.0.0.1", "IPv4-mapped"},
      {"::ffff:7f00:1", "IPv4-mapped"},
      {"::ffff:10.0.0.1", "IPv4-mapped"},
      {"::ffff:8.8.8.8", "IPv4-mapped"},
      {"::127.0.0.1", "IPv4-compatible"},
      {"::ffff:0:127.0.0.1", "outside global unicast"},  // IPv4-translated (SIIT).
      {"64:ff9b::127.0.0.1", "NAT64"},
      {"64:ff9b::8.8.8.8", "NAT64"},
      {"64:ff9b:1::a00:1", "local NAT64"},
      {"100::1", "for discarding"},
      {"2001::1", "Teredo"},
      {"2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"},
      {"2001:2::1", "for benchmarks"},
      {"2001:10::1", "ORCHID"},
      {"2001:2f::1", "ORCHIDv2"},
      {"2001:1ff::1", "of IETF"},
      {"2001:db8::1", "for documentation"},
      {"2002:7f00:1::", "6to4"},
      {"2002:a00:1::1", "6to4"},
      {"3fff:0fff::1", "for documentation"},
      {"4000::1", "outside global unicast"},
      {"5f00::1", "outside global unicast"},
      {"fc00::1", "unique local"},
      {"fdff:ffff::1", "unique local"},
      {"fe80::1", "link-local"},
      {"febf::1", "link-local"},
      {"fec0::1", "site-local"},
      {"ff02::1", "multicast"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast"},
  };
  for (const auto& [host, expected] : kForms) {
    const auto why = WhyNot(host);
    ASSERT_TRUE(why.has_value()) << host;
    EXPECT_TRUE(why->starts_with(expected)) << host << " is " << *why;
  }
}

TEST(AddressPolicy, TakesWhatIsPublicUpToTheEdgesOfTheBlocks) {
  for (const char* host :
       {"1.0.0.0",          "8.8.8.8",     "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",   "100.128.0.0", "126.255.255.255", "128.0.0.1",
        "169.253.255.255",  "169.255.0.0", "172.15.255.255",  "172.32.0.0",
        "192.0.1.0",        "192.0.3.0",   "192.167.255.255", "192.169.0.0",
        "198.17.255.255",   "198.20.0.0",  "203.0.112.255",   "203.0.114.0",
        "223.255.255.255",  "2000::1",     "2001:200::1",     "2001:4860:4860::8888",
        "2001:db7:ffff::1", "2001:db9::1", "2003::1",         "2606:4700::1111",
        "2a00:1450::1",     "3ffe::1",     "3fff:1000::1"}) {
    EXPECT_EQ(WhyNot(host), std::nullopt) << host;
  }
}

TEST(AddressPolicy, RefusesOtherKindsOfSockets) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  const auto* const generic = reinterpret_cast<const sockaddr*>(&local);
  EXPECT_EQ(WhyNotPublic(generic, sizeof(local)), "neither IPv4 nor IPv6");
  EXPECT_EQ(AddressText(generic, sizeof(local)), "an address of family 1");
  sockaddr_in cut{};
  cut.sin_family = AF_INET;
  EXPECT_EQ(WhyNotPublic(reinterpret_cast<const sockaddr*>(&cut), 4), "neither IPv4 nor IPv6");
}

TEST(WebhookUrl, WhatIsPlainlyNotPublicIsFoundWithoutConnecting) {
  for (const char* url :
       {"http://shop.example/", "https://127.0.0.1/", "https://127.1/", "https://0x7f000001/",
        "https://2130706433/", "https://017700000001/", "https://[::1]/",
        "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]:8443/", "https://localhost/",
        "https://LocalHost:9/", "https://localhost./", "https://a.localhost/", "https://10.0.0.1/",
        "https://169.254.169.254/latest", "https://[fe80::1]/", "https://0/",
        "https://%31%32%37.0.0.1/", "https://127.0.0.1./"}) {
    const auto parsed = ParseWebhookUrl(url);
    ASSERT_TRUE(parsed.has_value()) << url << ": " << parsed.error().ToString();
    EXPECT_FALSE(CheckSecure(*parsed).has_value()) << url;
  }
  for (const char* url :
       {"https://shop.example/hook", "https://8.8.8.8:8443/?a=b", "https://[2606:4700::1111]/",
        "HTTPS://shop.example", "https://localhost.example/", "https://127.0.0.1.example/"}) {
    const auto parsed = ParseWebhookUrl(url);
    ASSERT_TRUE(parsed.has_value()) << url << ": " << parsed.error().ToString();
    EXPECT_TRUE(CheckSecure(*parsed).has_value()) << url;
  }
}

TEST(WebhookUrl, RefusesWhatIsNoUrlOfAWebhook) {
  const struct {
    const char* url;
    const char* error;
  } kCases[] = {
      {"", "the URL is none: "},
      {"shop.example", "the URL is none: "},
      {"https://", "the URL is none: "},
      {"https:///hook", "the URL is none: "},
      {"ftp://shop.example/", "the URL must begin with https:// or http://"},
      {"file:///etc/passwd", "the URL must begin with https:// or http://"},
      {"gopher://shop.example/", "the URL must begin with https:// or http://"},
      {"nonsense://shop.example/", "the URL must begin with https:// or http://"},
      {"https://user:geheim@shop.example/", "the URL carries credentials"},
      {"https://user@shop.example/", "the URL carries credentials"},
      {"https://shop.example/#top", "the URL has a fragment"},
      {"https://shop.example:0/", "port 0 cannot be connected to"},
      {"https://shop.example:99999/", "the URL is none: "},
      {"https://shop.example:x/", "the URL is none: "},
      {"https://sh op.example/", "the URL must be of visible ASCII"},
      {"https://shop.example/\r\nx: y", "the URL must be of visible ASCII"},
      {"https://sh\xc3\xb6p.example/", "the URL must be of visible ASCII"},
      {"https://[::1/", "the URL is none: "},
      {"https://%80%32%37.1/", "the URL's host has characters"},
      {"https://a%3fb.example/", "the URL is none: "},
      {"https://a;b.example/", "the URL is none: "},
      {"https://[fe80::1%25eth0]/", "the URL's address has a zone"},
  };
  for (const auto& [url, error] : kCases) {
    const auto parsed = ParseWebhookUrl(url);
    ASSERT_FALSE(parsed.has_value()) << url;
    EXPECT_EQ(parsed.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_TRUE(parsed.error().context.starts_with(error)) << url << ": " << parsed.error().context;
    EXPECT_EQ(parsed.error().context.find("geheim"), std::string::npos);
  }
}

}  // namespace
}  // namespace paylog::notifier
