#include "paylog/service/kafka_properties.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::service {
namespace {

using base::ErrorCode;
using test_support::CodeOf;
using test_support::ErrorOf;
using test_support::Must;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class KafkaPropertiesTest : public testing::Test {
 protected:
  std::string File(const std::string& text) {
    const std::string path = directory_.In("client.properties");
    test_support::WriteFile(path, text);
    return path;
  }

  test_support::TemporaryDirectory directory_;
};

TEST_F(KafkaPropertiesTest, TheCommandLineWinsOverTheEnvironmentAndThatOverTheFile) {
  const auto properties = Must(CollectKafkaProperties(
      {"client.id=line"}, {"PAYLOG_KAFKA_CLIENT_ID=environment", "PAYLOG_KAFKA_LINGER_MS=7"},
      File("client.id=file\nlinger.ms=1\nretry.backoff.ms=3\n")));
  EXPECT_THAT(properties, ElementsAre(Pair("client.id", "line"), Pair("linger.ms", "7"),
                                      Pair("retry.backoff.ms", "3")));
}

TEST_F(KafkaPropertiesTest, ReadsAFile) {
  EXPECT_THAT(Must(ParseKafkaConfig("# of the test\n\n  security.protocol = SASL_SSL \r\n"
                                    "sasl.password=a=b#c d\nempty=\nlast=1")),
              ElementsAre(Pair("empty", ""), Pair("last", "1"), Pair("sasl.password", "a=b#c d"),
                          Pair("security.protocol", "SASL_SSL")));
}

TEST_F(KafkaPropertiesTest, NamesTheLineThatIsWrongAndNoValue) {
  EXPECT_THAT(ErrorOf(ParseKafkaConfig("a=1\n\nhunter2\n")).context,
              AllOf(HasSubstr("line 3"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(
      ErrorOf(ParseKafkaConfig("sasl.password=hunter1\nsasl.password=hunter2")).context,
      AllOf(HasSubstr("line 2: sasl.password stands there twice"), Not(HasSubstr("hunter"))));
  EXPECT_FALSE(ParseKafkaConfig("=1").has_value());
  EXPECT_FALSE(ParseKafkaConfig("a b=1").has_value());
}

TEST_F(KafkaPropertiesTest, AFileThatCannotBeReadIsAnError) {
  const base::Error error = ErrorOf(CollectKafkaProperties({}, {}, directory_.In("nowhere")));
  EXPECT_EQ(error.code, ErrorCode::kIo);
  EXPECT_THAT(error.context, AllOf(HasSubstr("nowhere"), HasSubstr("No such file")));
  EXPECT_EQ(CodeOf(CollectKafkaProperties({}, {}, directory_.path())), ErrorCode::kIo);
  EXPECT_THAT(ErrorOf(CollectKafkaProperties({}, {}, File("x"))).context,
              HasSubstr("client.properties: line 1"));
}

TEST_F(KafkaPropertiesTest, TakesOnlyItsOwnVariables) {
  EXPECT_THAT(
      KafkaPropertiesOf({"PATH=/bin", "PAYLOG_LOG=kafka:h:1", "PAYLOG_KAFKA=x",
                         "PAYLOG_KAFKA_SASL_PASSWORD=a=b", "PAYLOG_KAFKA_SSL_CA_LOCATION="}),
      ElementsAre(Pair("sasl.password", "a=b"), Pair("ssl.ca.location", "")));
}

TEST_F(KafkaPropertiesTest, RefusesSecretsOnTheCommandLine) {
  for (const std::string name :
       {"sasl.password", "ssl.key.password", "ssl.keystore.password", "ssl.key.pem",
        "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config"}) {
    const base::Error error = ErrorOf(CheckCommandLineProperty(name + "=hunter2"));
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(error.context, AllOf(HasSubstr(name), HasSubstr("--kafka-config"),
                                     HasSubstr("$PAYLOG_KAFKA_S"), Not(HasSubstr("hunter2"))));
    EXPECT_FALSE(CollectKafkaProperties({name + "=hunter2"}, {}, "").has_value());
  }
  Must(CheckCommandLineProperty("sasl.username=bob"));
  Must(CheckCommandLineProperty("ssl.ca.location=/etc/ca.pem"));
}

TEST_F(KafkaPropertiesTest, RefusesWhatIsNoPropertyWithoutRepeatingIt) {
  EXPECT_THAT(ErrorOf(CheckCommandLineProperty("hunter2")).context,
              AllOf(HasSubstr("NAME=VALUE"), Not(HasSubstr("hunter2"))));
  EXPECT_FALSE(CheckCommandLineProperty("=x").has_value());
}

}  // namespace
}  // namespace paylog::service
