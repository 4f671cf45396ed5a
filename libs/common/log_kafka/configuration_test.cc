#include "paylog/log_kafka/configuration.h"

#include <array>

#include <gtest/gtest.h>

namespace paylog::log_kafka {
namespace {

std::string Read(const Conf& conf, const char* name) {
  std::array<char, 256> value{};
  std::size_t size = value.size();
  EXPECT_EQ(rd_kafka_conf_get(conf.get(), name, value.data(), &size), RD_KAFKA_CONF_OK) << name;
  return value.data();
}

Options With(Properties properties) {
  return {.brokers = "localhost:1", .properties = std::move(properties)};
}

TEST(ConfigurationTest, HasWhatCorrectnessNeeds) {
  const auto reader = MakeConf(With({}), ClientKind::kReadCommitted);
  ASSERT_TRUE(reader);
  EXPECT_EQ(Read(*reader, "isolation.level"), "read_committed");
  EXPECT_EQ(Read(*reader, "auto.offset.reset"), "error");
  EXPECT_EQ(Read(*reader, "check.crcs"), "true");
  EXPECT_EQ(Read(*reader, "enable.auto.commit"), "false");
  const auto writer = MakeConf(With({}), ClientKind::kTransactionalWriter, "ledger-0");
  ASSERT_TRUE(writer);
  EXPECT_EQ(Read(*writer, "transactional.id"), "ledger-0");
  EXPECT_EQ(Read(*writer, "enable.idempotence"), "true");
  EXPECT_EQ(Read(*writer, "acks"), "-1");  // All.
  EXPECT_EQ(Read(*writer, "transaction.timeout.ms"), "10000");
  EXPECT_EQ(Read(*writer, "connections.max.idle.ms"), "30000");
  const auto member = MakeConf(With({}), ClientKind::kGroupMember, "paylog-ledger");
  ASSERT_TRUE(member);
  EXPECT_EQ(Read(*member, "group.id"), "paylog-ledger");
  EXPECT_EQ(Read(*member, "partition.assignment.strategy"), "range");
}

TEST(ConfigurationTest, TakesTheUsersPropertiesAndWhatFollowsFromThem) {
  const auto conf = MakeConf(With({{"transaction.timeout.ms", "4000"}, {"linger.ms", "20"}}),
                             ClientKind::kTransactionalWriter, "ledger-0");
  ASSERT_TRUE(conf);
  EXPECT_EQ(Read(*conf, "linger.ms"), "20");
  EXPECT_EQ(Read(*conf, "transaction.timeout.ms"), "4000");
  EXPECT_EQ(Read(*conf, "message.timeout.ms"), "4000");
  EXPECT_EQ(Read(*conf, "socket.timeout.ms"), "2000");
}

TEST(ConfigurationTest, RefusesWhatWouldBreakAPromise) {
  const Properties breaking = {{"acks", "1"},
                               {"enable.idempotence", "false"},
                               {"auto.offset.reset", "latest"},
                               {"check.crcs", "false"},
                               {"enable.auto.commit", "true"},
                               {"isolation.level", "x"},
                               {"group.id", "mine"},
                               {"group.instance.id", "mine"},
                               {"transaction.timeout.ms", "60000"},
                               {"transactional.id", "mine"},
                               {"bootstrap.servers", "other:1"},
                               {"partition.assignment.strategy", "cooperative-sticky"}};
  for (const auto& [name, value] : breaking) {
    const auto conf = MakeConf(With({{name, value}}), ClientKind::kReadCommitted);
    ASSERT_FALSE(conf) << name;
    EXPECT_EQ(conf.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_NE(conf.error().context.find(name), std::string::npos);
  }
  EXPECT_TRUE(MakeConf(With({{"acks", "all"}}), ClientKind::kReadCommitted));
}

TEST(ConfigurationTest, NamesABadPropertyButNotItsValue) {
  for (const Properties& bad :
       {Properties{{"no.such.property", "secret"}},
        Properties{{"sasl.mechanism", "secret"}, {"linger.ms", "secret"}}}) {
    const auto conf = MakeConf(With(bad), ClientKind::kReadCommitted);
    ASSERT_FALSE(conf);
    EXPECT_EQ(conf.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_NE(conf.error().context.find(bad.begin()->first), std::string::npos);
    EXPECT_EQ(conf.error().context.find("secret"), std::string::npos) << conf.error().context;
  }
}

}  // namespace
}  // namespace paylog::log_kafka
