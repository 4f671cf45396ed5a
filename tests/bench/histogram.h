#pragma once

#include <cstdint>
#include <vector>

namespace paylog::bench {

// Counts of durations, from 1 ns to hours, in buckets that grow with them: a value is known to
// better than 1 %. Plain value.
class Histogram {
 public:
  Histogram();

  // REQUIRES: nanoseconds >= 0
  void Add(std::int64_t nanoseconds);
  void Merge(const Histogram& other);

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::int64_t max() const { return max_; }
  // The upper end of the bucket in which the value of this rank lies; 0 where there is none.
  // REQUIRES: 0 < fraction <= 1
  [[nodiscard]] std::int64_t Quantile(double fraction) const;

 private:
  std::vector<std::int64_t> buckets_;
  std::int64_t count_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace paylog::bench
