#include "paylog/notifier/sink/test_internet.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "paylog/base/check.h"
#include "paylog/notifier/sink/address_policy.h"

namespace paylog::notifier {
namespace {

constexpr auto kDeadline = std::chrono::minutes(1);

std::atomic<TestInternet*>& Current() {
  static std::atomic<TestInternet*> current{nullptr};
  return current;
}

// The C library's own function of this name.
template <typename Function>
Function* Next(const char* name) {
  void* const found = dlsym(RTLD_NEXT, name);
  CHECK(found != nullptr);
  return reinterpret_cast<Function*>(found);
}

// A socket address of the family, spelled as inet_pton takes it.
void Write(const std::string& address, std::uint16_t port, sockaddr* out, socklen_t* size) {
  if (address.find(':') == std::string::npos) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    CHECK(inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1 && *size >= sizeof(v4));
    std::memcpy(out, &v4, sizeof(v4));
    *size = sizeof(v4);
    return;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  CHECK(inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1 && *size >= sizeof(v6));
  std::memcpy(out, &v6, sizeof(v6));
  *size = sizeof(v6);
}

}  // namespace

TestInternet::TestInternet() {
  CHECK(Current().exchange(this) == nullptr);
}

TestInternet::~TestInternet() {
  Release();
  std::unique_lock lock(mutex_);
  CHECK(changed_.wait_for(lock, kDeadline, [&] { return resolving_stalled_ == 0; }));
  Current() = nullptr;
}

void TestInternet::Name(const std::string& name, std::vector<std::string> addresses) {
  const std::scoped_lock lock(mutex_);
  names_[name] = std::move(addresses);
}

void TestInternet::Stall(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  stalled_.insert(name);
}

void TestInternet::Release() {
  const std::scoped_lock lock(mutex_);
  stalled_.clear();
  changed_.notify_all();
}

void TestInternet::Host(const std::string& address, std::uint16_t port) {
  const std::scoped_lock lock(mutex_);
  hosts_[address] = port;
}

std::vector<std::string> TestInternet::connected() const {
  const std::scoped_lock lock(mutex_);
  return connected_;
}

void TestInternet::WaitForStalled() {
  std::unique_lock lock(mutex_);
  CHECK(changed_.wait_for(lock, kDeadline, [&] { return resolving_stalled_ > 0; }));
}

std::vector<std::string> TestInternet::Resolve(const std::string& name) {
  std::unique_lock lock(mutex_);
  if (stalled_.contains(name)) {
    ++resolving_stalled_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !stalled_.contains(name); });
    --resolving_stalled_;
    changed_.notify_all();
  }
  const auto found = names_.find(name);
  return found == names_.end() ? std::vector<std::string>() : found->second;
}

std::uint16_t TestInternet::Connect(int socket, const std::string& address) {
  const std::scoped_lock lock(mutex_);
  connected_.push_back(address);
  peers_[socket] = address;
  const auto host = hosts_.find(address);
  return host == hosts_.end() ? std::uint16_t{0} : host->second;
}

std::string TestInternet::PeerOf(int socket) const {
  const std::scoped_lock lock(mutex_);
  const auto peer = peers_.find(socket);
  return peer == peers_.end() ? std::string() : peer->second;
}

}  // namespace paylog::notifier

using paylog::notifier::Current;
using paylog::notifier::TestInternet;

extern "C" {

int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
  static auto* const next = paylog::notifier::Next<decltype(getaddrinfo)>("getaddrinfo");
  TestInternet* const internet = Current();
  if (internet == nullptr || name == nullptr) {
    return next(name, service, hints, found);
  }
  addrinfo numeric = hints == nullptr ? addrinfo{} : *hints;
  numeric.ai_flags |= AI_NUMERICHOST;
  if (next(name, service, &numeric, found) == 0) {
    return 0;  // It is an address.
  }
  *found = nullptr;
  addrinfo** end = found;
  for (const std::string& address : internet->Resolve(name)) {
    // The C library makes each node, so that it can free them.
    CHECK(next(address.c_str(), service, hints, end) == 0);
    while (*end != nullptr) {
      end = &(*end)->ai_next;
    }
  }
  return *found == nullptr ? EAI_NONAME : 0;
}

int connect(int socket, const sockaddr* address, socklen_t size) {
  static auto* const next = paylog::notifier::Next<decltype(connect)>("connect");
  TestInternet* const internet = Current();
  if (internet == nullptr || (address->sa_family != AF_INET && address->sa_family != AF_INET6)) {
    return next(socket, address, size);
  }
  const std::uint16_t port =
      internet->Connect(socket, paylog::notifier::AddressText(address, size));
  if (port == 0) {
    errno = ECONNREFUSED;
    return -1;
  }
  // What listens is IPv4; a socket of IPv6 takes it mapped.
  sockaddr_storage target{};
  socklen_t target_size = sizeof(target);
  auto* const generic = reinterpret_cast<sockaddr*>(&target);
  paylog::notifier::Write(address->sa_family == AF_INET ? "127.0.0.1" : "::ffff:127.0.0.1", port,
                          generic, &target_size);
  return next(socket, generic, target_size);
}

int getpeername(int socket, sockaddr* address, socklen_t* size) {
  static auto* const next = paylog::notifier::Next<decltype(getpeername)>("getpeername");
  const TestInternet* const internet = Current();
  const std::string peer = internet == nullptr ? std::string() : internet->PeerOf(socket);
  if (peer.empty()) {
    return next(socket, address, size);
  }
  paylog::notifier::Write(peer, 443, address, size);
  return 0;
}

}  // extern "C"
