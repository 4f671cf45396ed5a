#pragma once

#include <cstdint>
#include <string_view>

namespace paylog::simulation {

// Mixes the bits of a number (the finaliser of SplitMix64).
constexpr std::uint64_t Mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// FNV-1a.
constexpr std::uint64_t HashName(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

// The same numbers for the same seed and name on every machine. Each use has a stream of its own,
// so that one more choice in one of them leaves the others as they were.
class Random {
 public:
  Random(std::uint64_t seed, std::string_view name) : state_(Mix(seed) ^ HashName(name)) {}

  std::uint64_t Next() { return Mix(++state_); }
  // REQUIRES: bound > 0
  std::uint64_t Below(std::uint64_t bound) { return Next() % bound; }
  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool Chance(std::uint64_t in_a_hundred) { return Below(100) < in_a_hundred; }

 private:
  std::uint64_t state_;
};

}  // namespace paylog::simulation
