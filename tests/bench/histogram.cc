#include "paylog/tests/bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include "paylog/base/check.h"

namespace paylog::bench {
namespace {

// Each power of two is divided into so many buckets of one width: 1/128 is below 1 %.
constexpr int kStepsBits = 7;
constexpr std::uint64_t kSteps = 1 << kStepsBits;
constexpr std::size_t kBuckets = std::size_t{64 - kStepsBits} << kStepsBits;

// Values below kSteps have buckets of their own.
std::size_t BucketOf(std::uint64_t value) {
  if (value < kSteps) {
    return value;
  }
  const int shift = static_cast<int>(std::bit_width(value)) - 1 - kStepsBits;
  return (static_cast<std::size_t>(shift) << kStepsBits) + (value >> shift);
}

std::uint64_t UpperEnd(std::size_t bucket) {
  if (bucket < kSteps) {
    return bucket;
  }
  const std::size_t shift = (bucket >> kStepsBits) - 1;
  const std::uint64_t step = (bucket & (kSteps - 1)) + kSteps;
  return ((step + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : buckets_(kBuckets, 0) {}

void Histogram::Add(std::int64_t nanoseconds) {
  CHECK(nanoseconds >= 0);
  ++buckets_[BucketOf(static_cast<std::uint64_t>(nanoseconds))];
  ++count_;
  max_ = std::max(max_, nanoseconds);
}

void Histogram::Merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) {
    buckets_[i] += other.buckets_[i];
  }
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

std::int64_t Histogram::Quantile(double fraction) const {
  CHECK(fraction > 0 && fraction <= 1);
  const auto rank = static_cast<std::int64_t>(std::ceil(fraction * static_cast<double>(count_)));
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= rank && seen > 0) {
      return std::min(max_, static_cast<std::int64_t>(UpperEnd(i)));
    }
  }
  return 0;
}

}  // namespace paylog::bench
