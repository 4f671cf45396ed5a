#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "paylog/base/check.h"
#include "paylog/store/snapshot_store.h"

// What the tests of this directory share.
namespace paylog::store {

using Random = std::mt19937_64;

// PAYLOG_TEST_SEED, or another one each time; prints it.
inline std::uint64_t PrintedSeed() {
  const char* const given = std::getenv("PAYLOG_TEST_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "PAYLOG_TEST_SEED=" << seed << std::endl;
  return seed;
}

inline std::uint64_t Below(Random& random, std::uint64_t end) {
  return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random);
}

inline std::string RandomBytes(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(Below(random, 256));
  }
  return bytes;
}

// Changes that own what they show.
struct OwnedChanges {
  std::string meta;
  std::map<std::string, std::string> rows;
  std::map<std::string, std::string> ids;

  // Valid while this is.
  operator SnapshotChanges() const {  // NOLINT(google-explicit-constructor): for Write.
    return {.meta = meta, .rows = {rows.begin(), rows.end()}, .ids = {ids.begin(), ids.end()}};
  }
};

// What a store should hold.
struct Model {
  std::optional<std::string> meta;
  std::map<std::string, std::string> rows;
  std::map<std::string, std::string> ids;

  void Apply(const OwnedChanges& changes) {
    meta = changes.meta;
    for (const auto& [key, value] : changes.rows) {
      rows.insert_or_assign(key, value);
    }
    for (const auto& [key, value] : changes.ids) {
      ids.insert_or_assign(key, value);
    }
  }

  friend bool operator==(const Model&, const Model&) = default;
};

// All that the store visits; every key once, in order.
inline base::Result<Model> ReadModel(SnapshotStore& store) {
  Model model;
  model.meta = store.Meta();
  const auto into = [](std::map<std::string, std::string>& map) {
    return [&map](std::string_view key, std::string_view value) {
      CHECK(map.empty() || map.rbegin()->first < key);
      map.emplace_hint(map.end(), key, value);
    };
  };
  PAYLOG_TRY(store.ForEachRow(into(model.rows)));
  PAYLOG_TRY(store.ForEachId(into(model.ids)));
  return model;
}

inline std::unique_ptr<SnapshotStore> MustOpen(const std::string& path) {
  base::Result<std::unique_ptr<SnapshotStore>> store = SnapshotStore::Open(path);
  if (!store) {
    std::cerr << store.error().ToString() << std::endl;
  }
  return std::move(store).value();
}

}  // namespace paylog::store
