#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <unordered_map>
#include <utility>

namespace paylog::store {

// Keeps the values used last, up to a total weight; the newest value stays however heavy it is. Not
// thread-safe. Pointers hold until the next Put.
template <typename Value>
class LruCache {
 public:
  explicit LruCache(std::size_t weight_max) : weight_max_(weight_max) {}

  [[nodiscard]] const Value* Get(std::int64_t key) {
    const auto found = places_.find(key);
    if (found == places_.end()) {
      return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }

  // REQUIRES: Get(key) is null.
  const Value* Put(std::int64_t key, Value value, std::size_t weight) {
    entries_.push_front({.key = key, .weight = weight, .value = std::move(value)});
    places_[key] = entries_.begin();
    weight_ += weight;
    while (weight_ > weight_max_ && entries_.size() > 1) {
      weight_ -= entries_.back().weight;
      places_.erase(entries_.back().key);
      entries_.pop_back();
    }
    return &entries_.front().value;
  }

 private:
  struct Entry {
    std::int64_t key;
    std::size_t weight;
    Value value;
  };

  std::size_t weight_max_;
  std::size_t weight_ = 0;
  std::list<Entry> entries_;
  std::unordered_map<std::int64_t, typename std::list<Entry>::iterator> places_;
};

}  // namespace paylog::store
