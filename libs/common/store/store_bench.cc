#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <malloc.h>

#include "paylog/store/testing.h"
#include "paylog/test_support/temporary_directory.h"

// Measures the index of ids for docs/adr/0003-index-of-ids.md: store_bench [ids] [ids per
// snapshot].
namespace paylog::store {
namespace {

using Seconds = std::chrono::duration<double>;
using test_support::TemporaryDirectory;

double SecondsSince(std::chrono::steady_clock::time_point begin) {
  return Seconds(std::chrono::steady_clock::now() - begin).count();
}

// An account and a UUID. In time order the UUID grows (version 7), otherwise it is random.
std::string KeyOf(std::uint64_t number, bool in_time_order) {
  Random random(number);
  const std::uint64_t high = in_time_order ? number << 20 : random();
  char key[80];
  std::snprintf(key, sizeof(key), "%s%016llx%016llx", in_time_order ? "" : "account-",
                static_cast<unsigned long long>(high), static_cast<unsigned long long>(random()));
  return key;
}

// Some 200 bytes, of which a hash of 32 bytes and a few digits say something new.
std::string ValueOf(std::uint64_t number) {
  Random random(~number);
  return RandomBytes(random, 32) + R"({"code":"posted","position":{"partition":1,"sequence":)" +
         std::to_string(number) + R"(},"balances":[{"account":"account-)" +
         std::to_string(random() % 10'000) + R"(","currency":"EUR","posted":)" +
         std::to_string(random() % 1'000'000) + R"(,"held":0,"available":)" +
         std::to_string(random() % 1'000'000) + "}]}";
}

void MeasureLookUps(SnapshotStore& store, std::uint64_t ids, bool in_time_order, bool hits) {
  constexpr int kLookUps = 100'000;
  Random random(1);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kLookUps; ++i) {
    const std::uint64_t number = Below(random, ids) + (hits ? 0 : ids);
    const base::Result<std::optional<std::string>> found =
        store.FindId(KeyOf(number, in_time_order));
    CHECK(found.has_value() && found->has_value() == hits);
  }
  std::printf("  %s: %.0f per s\n", hits ? "hits" : "misses", kLookUps / SecondsSince(begin));
}

// How long a look-up waits while another thread writes ids and rows.
void MeasureWaits(SnapshotStore& store, std::uint64_t ids, bool in_time_order) {
  std::vector<double> waits;
  {
    const std::jthread reader([&](const std::stop_token& stop) {
      Random random(2);
      while (!stop.stop_requested()) {
        const std::string key = KeyOf(Below(random, 2 * ids), in_time_order);
        const auto begin = std::chrono::steady_clock::now();
        CHECK(store.FindId(key).has_value());
        waits.push_back(SecondsSince(begin));
      }
    });
    for (std::uint64_t snapshot = 0; snapshot < 30; ++snapshot) {
      OwnedChanges changes{.meta = "m"};
      for (std::uint64_t i = 0; i < 10'000; ++i) {
        changes.ids[KeyOf(2 * ids + snapshot * 10'000 + i, in_time_order)] = ValueOf(i);
        changes.rows["account-" + std::to_string(i)] = ValueOf(i);
      }
      CHECK(store.Write(changes).has_value());
    }
  }
  std::sort(waits.begin(), waits.end());
  std::printf("  look-ups beside Write: %zu, 99.9 %% within %.1f ms, longest %.1f ms\n",
              waits.size(), 1e3 * waits[waits.size() / 1'000 * 999], 1e3 * waits.back());
}

void Measure(std::uint64_t ids, std::uint64_t ids_per_snapshot, bool in_time_order) {
  const TemporaryDirectory directory;
  const std::string path = directory.In("s");
  std::printf("%s:\n", in_time_order ? "in time order" : "at random");
  auto store = MustOpen(path);
  double seconds = 0;
  double longest = 0;
  for (std::uint64_t number = 0; number < ids;) {
    OwnedChanges changes{.meta = "m"};
    for (std::uint64_t i = 0; i < ids_per_snapshot; ++i, ++number) {
      changes.ids[KeyOf(number, in_time_order)] = ValueOf(number);
    }
    const auto begin = std::chrono::steady_clock::now();
    CHECK(store->Write(changes).has_value());
    longest = std::max(longest, SecondsSince(begin));
    seconds += SecondsSince(begin);
  }
  const auto count = static_cast<double>(ids);
  std::printf("  written: %.0f per s, longest Write %.2f s\n", count / seconds, longest);
  store.reset();
  std::printf("  on disk: %.1f bytes per id\n",
              static_cast<double>(std::filesystem::file_size(path)) / count);
  malloc_trim(0);
  const std::size_t before = mallinfo2().uordblks;
  store = MustOpen(path);
  std::printf("  in memory: %.2f bytes per id after Open\n",
              static_cast<double>(mallinfo2().uordblks - before) / count);
  MeasureLookUps(*store, ids, in_time_order, false);
  MeasureLookUps(*store, ids, in_time_order, false);
  MeasureLookUps(*store, ids, in_time_order, true);
  std::printf("  in memory: %.2f bytes per id after look-ups\n",
              static_cast<double>(mallinfo2().uordblks - before) / count);
  MeasureWaits(*store, ids, in_time_order);
}

}  // namespace
}  // namespace paylog::store

int main(int argc, char** argv) {
  const std::uint64_t ids = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const std::uint64_t per_snapshot = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 10'000;
  paylog::store::Measure(ids, per_snapshot, true);
  paylog::store::Measure(ids, per_snapshot, false);
}
