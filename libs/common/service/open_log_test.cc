#include "paylog/service/open_log.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

// What needs no broker; tests/integration has the rest.
namespace paylog::service {
namespace {

using base::ErrorCode;
using test_support::CodeOf;
using test_support::ErrorOf;
using test_support::Must;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class OpenLogTest : public testing::Test {
 protected:
  [[nodiscard]] LogOptions Embedded() const {
    return {.address = "sqlite:" + directory_.In("log")};
  }

  const WarningSink warn_ = [](const std::string& warning) { ADD_FAILURE() << warning; };
  base::SystemClock clock_;
  test_support::TemporaryDirectory directory_;
};

TEST_F(OpenLogTest, WhoeverOnlyReadsMakesNothing) {
  const base::Error error = ErrorOf(OpenExistingLog(Embedded(), clock_, warn_));
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_THAT(error.context, HasSubstr("`paylog run` and `paylog submit` make one"));
  EXPECT_FALSE(std::filesystem::exists(directory_.In("log")));
}

TEST_F(OpenLogTest, WhoeverWritesMakesAnEmbeddedLog) {
  {
    const OpenedLog made = Must(OpenOrCreateLog(Embedded(), 3, clock_, warn_));
    EXPECT_EQ(made.counts, runtime::EqualCounts(3));
    EXPECT_NE(made.embedded, nullptr);
    EXPECT_EQ(made.kafka, nullptr);
    EXPECT_FALSE(Must(ClaimSnapshots(made)).has_value()) << "the log has one owner";
    EXPECT_TRUE(std::filesystem::is_directory(directory_.In("log/snapshots")));
  }
  EXPECT_EQ(Must(OpenExistingLog(Embedded(), clock_, warn_)).counts, runtime::EqualCounts(3));
  EXPECT_EQ(CodeOf(OpenOrCreateLog(Embedded(), 4, clock_, warn_)), ErrorCode::kInvalidArgument);
}

TEST_F(OpenLogTest, AnEmbeddedLogHasNoWeaknessesOfBrokers) {
  OpenedLog made = Must(CreateLog(Embedded(), 1, clock_, warn_));
  EXPECT_TRUE(Must(FindWeaknesses(made, /*strict=*/true)).empty());
  Must(WarnOfWeaknesses(made, /*strict=*/true, warn_));
}

TEST_F(OpenLogTest, APropertyThatIsUnknownIsNamedBeforeAnythingIsReached) {
  const base::Error error = ErrorOf(OpenExistingLog(
      {.address = "kafka:127.0.0.1:1", .kafka_properties = {"no.such.thing=hunter2"}}, clock_,
      warn_));
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(error.context, AllOf(HasSubstr("no.such.thing"), Not(HasSubstr("hunter2"))));
}

TEST_F(OpenLogTest, PropertiesThatCorrectnessNeedsAreRefused) {
  for (const std::string property : {"acks=1", "isolation.level=read_uncommitted", "group.id=x",
                                     "bootstrap.servers=h:1", "auto.offset.reset=latest"}) {
    EXPECT_EQ(CodeOf(OpenExistingLog(
                  {.address = "kafka:127.0.0.1:1", .kafka_properties = {property}}, clock_, warn_)),
              ErrorCode::kInvalidArgument)
        << property;
  }
}

}  // namespace
}  // namespace paylog::service
