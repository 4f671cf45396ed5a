#include "paylog/service/log_options.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/test_support/must.h"

namespace paylog::service {
namespace {

using base::ErrorCode;
using test_support::CodeOf;
using test_support::ErrorOf;
using test_support::Must;
using testing::HasSubstr;

TEST(LogAddressTest, TakesBothKinds) {
  const LogAddress embedded = Must(ParseLogAddress("sqlite:./some dir"));
  EXPECT_EQ(embedded.kind, LogKind::kSqlite);
  EXPECT_EQ(embedded.place, "./some dir");
  for (const std::string brokers : {"h:9092", "a.example:1,b:65535,127.0.0.1:9092", "[::1]:9092"}) {
    const LogAddress kafka = Must(ParseLogAddress("kafka:" + brokers));
    EXPECT_EQ(kafka.kind, LogKind::kKafka);
    EXPECT_EQ(kafka.place, brokers);
  }
}

TEST(LogAddressTest, RefusesAnyOtherForm) {
  for (const char* address :
       {"", "sqlite:", "sqlite", "./dir", "kafka:", "kafka:h", "kafka::9092", "kafka:h:0",
        "kafka:h:65536", "kafka:h:x", "kafka:h:1,", "kafka:,h:1", "kafka:h:1,,h:2", "KAFKA:h:1"}) {
    EXPECT_EQ(CodeOf(ParseLogAddress(address)), ErrorCode::kInvalidArgument) << address;
  }
  EXPECT_THAT(ErrorOf(ParseLogAddress("kafka:h")).context, HasSubstr("kafka:HOST:PORT"));
}

TEST(LogOptionsTest, OptionsOfKafkaNeedKafka) {
  LogOptions options{.address = "sqlite:d"};
  Must(CheckLogOptions(options));
  options.kafka_properties = {"client.id=x"};
  EXPECT_EQ(CodeOf(CheckLogOptions(options)), ErrorCode::kInvalidArgument);
  options = {.address = "sqlite:d", .kafka_config = "f"};
  EXPECT_EQ(CodeOf(CheckLogOptions(options)), ErrorCode::kInvalidArgument);
  options.address = "kafka:h:1";
  options.kafka_properties = {"client.id=x"};
  Must(CheckLogOptions(options));
  options.kafka_properties = {"client.id=x", "sasl.password=x"};
  EXPECT_EQ(CodeOf(CheckLogOptions(options)), ErrorCode::kInvalidArgument);
}

TEST(LogOptionsTest, SnapshotsLieWhereTheKindOfLogHasThemUnlessNamed) {
  const auto directory = [](const LogOptions& options) {
    return SnapshotDirectory(options, Must(ParseLogAddress(options.address)));
  };
  EXPECT_EQ(directory({.address = "sqlite:d"}), "d/snapshots");
  EXPECT_EQ(directory({.address = "kafka:h:1"}), "./paylog-snapshots");
  EXPECT_EQ(directory({.address = "kafka:h:1", .snapshots = "s"}), "s");
}

}  // namespace
}  // namespace paylog::service
