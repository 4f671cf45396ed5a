#include "paylog/audit/record_identity.h"

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "paylog/codec/headers.h"

// Goal: two records have one digest only where a receiver could not tell them apart.
namespace paylog::audit {
namespace {

const log::Headers kHeaders = {
    {codec::kCeType, "t"}, {codec::kCeSource, "s"}, {codec::kCeId, "i"}, {codec::kOrigin, "o"}};

base::Hash256 DigestOf(const log::Headers& headers, const std::optional<std::string>& key = "k",
                       const std::string& value = "v") {
  return RecordIdentity(headers).Digest(key, value);
}

TEST(RecordIdentityTest, ReadsTheHeaders) {
  const RecordIdentity identity(kHeaders);
  EXPECT_EQ(identity.source(), "s");
  EXPECT_EQ(identity.id(), "i");
  EXPECT_EQ(identity.type(), "t");
  const log::Headers none;
  EXPECT_EQ(RecordIdentity(none).id(), "");
}

TEST(RecordIdentityTest, TheFirstOfANameCounts) {
  const log::Headers twice = {{codec::kCeId, ""}, {codec::kCeId, "i"}};
  EXPECT_EQ(RecordIdentity(twice).id(), "");
}

TEST(RecordIdentityTest, WhatItIsChangesTheDigest) {
  const base::Hash256 digest = DigestOf(kHeaders);
  EXPECT_NE(DigestOf(kHeaders, "k", "w"), digest);
  EXPECT_NE(DigestOf(kHeaders, "l"), digest);
  EXPECT_NE(DigestOf(kHeaders, std::nullopt), DigestOf(kHeaders, ""));
  EXPECT_NE(DigestOf(kHeaders, "kv", ""), DigestOf(kHeaders, "k", "v"));
  for (const std::string_view name :
       {codec::kCeSource, codec::kCeId, codec::kCeType, codec::kOrigin}) {
    log::Headers changed;
    for (const log::Header header : kHeaders) {
      changed.Add(header.name, header.name == name ? "another" : header.value);
    }
    EXPECT_NE(DigestOf(changed), digest) << name;
  }
  for (const std::string_view name : {codec::kReason, codec::kReasonPath, codec::kReasonMessage}) {
    log::Headers more = kHeaders;
    more.Add(name, "r");
    EXPECT_NE(DigestOf(more), digest) << name;
  }
}

TEST(RecordIdentityTest, TimesTracesAndOrderDoNot) {
  const log::Headers other = {{codec::kCeTime, "2026-11-29T00:00:00.000Z"},
                              {codec::kTraceParent, "00-1-2-01"},
                              {codec::kOrigin, "o"},
                              {codec::kCeId, "i"},
                              {codec::kCeSource, "s"},
                              {codec::kCeType, "t"}};
  EXPECT_EQ(DigestOf(other), DigestOf(kHeaders));
}

}  // namespace
}  // namespace paylog::audit
