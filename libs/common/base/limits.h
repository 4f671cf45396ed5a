#pragma once

#include <cstddef>
#include <cstdint>

// Every limit of the public formats, once, with its reason.
namespace paylog::base {

// 2^53 - 1: the largest integer that every JSON parser reads exactly.
inline constexpr std::int64_t kAmountMinorMax = 9'007'199'254'740'991;

// A command's body, in bytes. Well below Kafka's default message.max.bytes of 1 MiB, so that the
// records made from it fit too.
inline constexpr std::size_t kBodyBytesMax = std::size_t{64} * 1024;

inline constexpr std::size_t kAccountIdLengthMax = 64;
inline constexpr std::size_t kCommandIdLengthMax = 64;

// Unicode code points. 140 is what SEPA's remittance information carries.
inline constexpr std::size_t kReferenceLengthMax = 140;
inline constexpr std::size_t kReasonLengthMax = 140;

// Metadata: a flat object of strings, with Stripe's limits, which upstream systems know.
inline constexpr std::size_t kMetadataEntriesMax = 50;
inline constexpr std::size_t kMetadataKeyLengthMax = 40;
inline constexpr std::size_t kMetadataValueLengthMax = 500;

// Of one topic. Each costs threads and connections of whoever serves it, and one journal to replay.
inline constexpr std::int32_t kPartitionCountMax = 1'000;

// Part of each webhook-id, which stands in a header and a log's key.
inline constexpr std::size_t kEndpointNameLengthMax = 64;

// Nesting of a JSON value; commands need 2.
inline constexpr std::size_t kJsonDepthMax = 16;

static_assert(kAmountMinorMax == (std::int64_t{1} << 53) - 1);

}  // namespace paylog::base
