#include "paylog/codec/endpoints_codec.h"

#include <gtest/gtest.h>

namespace paylog::codec {
namespace {

TEST(EndpointsCodec, ReadsAllFields) {
  const auto entries = DecodeEndpoints(R"([
    {"name": "shop", "url": "https://shop.example/hook", "secret_file": "shop.secret"},
    {"name": "bank-2_B", "url": "http://127.0.0.1", "secret_files": ["new", "old"],
     "accounts": ["alice", "bob"], "statuses": ["completed", "refused"], "allow_insecure": true}])");
  ASSERT_TRUE(entries.has_value()) << entries.error().ToString();
  ASSERT_EQ(entries->size(), 2U);
  const EndpointEntry& shop = (*entries)[0];
  EXPECT_EQ(shop.name, "shop");
  EXPECT_EQ(shop.url, "https://shop.example/hook");
  EXPECT_EQ(shop.secret_files, std::vector<std::string>{"shop.secret"});
  EXPECT_TRUE(shop.accounts.empty());
  EXPECT_TRUE(shop.statuses.empty());
  EXPECT_FALSE(shop.allow_insecure);
  const EndpointEntry& bank = (*entries)[1];
  EXPECT_EQ(bank.secret_files, (std::vector<std::string>{"new", "old"}));
  ASSERT_EQ(bank.accounts.size(), 2U);
  EXPECT_EQ(bank.accounts[1].value(), "bob");
  EXPECT_EQ(bank.statuses, (std::vector<model::ResultStatus>{model::ResultStatus::kCompleted,
                                                             model::ResultStatus::kRefused}));
  EXPECT_TRUE(bank.allow_insecure);
}

struct Refusal {
  std::string text;
  std::string error;
};

TEST(EndpointsCodec, SaysWhatIsWrongAndWhere) {
  const auto with = [](const std::string& fields) {
    return R"([{"name":"a","url":"https://a.example")" + fields + "}]";
  };
  const std::string secret = R"(,"secret_file":"s")";
  const Refusal kRefusals[] = {
      {"", "$: the text stops being JSON at byte 1"},
      {"{}", "$: the text is JSON, but not an array"},
      {"[]", "$: there is no endpoint"},
      {"[] []", "$: the text stops being JSON at byte 4"},
      {"[1]", "$[0]: must be an object"},
      {R"([{"url":"https://a.example","secret_file":"s"}])", "$[0].name: is missing"},
      {R"([{"name":"a","secret_file":"s"}])", "$[0].url: is missing"},
      {with(""), "$[0].secret_file: is missing"},
      {with(R"(,"secret":"whsec_x")"), "$[0].secret: is no field of an endpoint"},
      {with(secret + R"(,"name":"a")"), "$[0].name: stands there twice"},
      {with(R"(,"secret_file":7)"), "$[0].secret_file: must be a string"},
      {with(R"(,"secret_file":"")"), "$[0].secret_file: must name a file"},
      {with(R"(,"secret_file":"a\u0000b")"), "$[0].secret_file: must name a file"},
      {with(secret + R"(,"secret_files":["s"])"),
       "$[0].secret_file: must not stand beside secret_files"},
      {with(R"(,"secret_files":[])"), "$[0].secret_files: must name at least one file"},
      {with(R"(,"secret_files":["s",1])"), "$[0].secret_files[1]: must be a string"},
      {with(R"(,"secret_files":["s",""])"), "$[0].secret_files: must name a file"},
      {with(R"(,"secret_files":"s")"), "$[0].secret_files: must be an array"},
      {with(secret + R"(,"accounts":"alice")"), "$[0].accounts: must be an array"},
      {with(secret + R"(,"accounts":[])"),
       "$[0].accounts: must not be empty: leave it out to choose all"},
      {with(secret + R"(,"accounts":["alice","$external:EUR"])"),
       "$[0].accounts[1]: must be a customer's account"},
      {with(secret + R"(,"accounts":["alice","alice"])"), "$[0].accounts[1]: stands there twice"},
      {with(secret + R"(,"statuses":["done"])"),
       "$[0].statuses[0]: must be completed, rejected or refused"},
      {with(secret + R"(,"statuses":[])"),
       "$[0].statuses: must not be empty: leave it out to choose all"},
      {with(secret + R"(,"allow_insecure":"yes")"), "$[0].allow_insecure: must be a boolean"},
      {with(secret + R"(,"allow_insecure":null)"), "$[0].allow_insecure: must be a boolean"},
  };
  for (const auto& [text, error] : kRefusals) {
    const auto entries = DecodeEndpoints(text);
    ASSERT_FALSE(entries.has_value()) << text;
    EXPECT_EQ(entries.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_EQ(entries.error().context, error) << text;
  }
}

TEST(EndpointsCodec, NamesAreShortAndFitAHeader) {
  const auto named = [](const std::string& name) {
    return DecodeEndpoints(R"([{"name":")" + name + R"(","url":"https://a","secret_file":"s"}])");
  };
  for (const std::string& name : {std::string("a"), std::string("9-_A"), std::string(64, 'x')}) {
    EXPECT_TRUE(named(name).has_value()) << name;
  }
  for (const std::string& name : {std::string(), std::string(65, 'x'), std::string("-a"),
                                  std::string("_a"), std::string("a.b"), std::string("a b"),
                                  std::string("a:b"), std::string("\u00e4"), std::string("a\\n")}) {
    EXPECT_FALSE(named(name).has_value()) << name;
  }
}

TEST(EndpointsCodec, TwoEndpointsNeedTwoNames) {
  const auto entries = DecodeEndpoints(R"([{"name":"a","url":"https://a","secret_file":"s"},
                                           {"name":"a","url":"https://b","secret_file":"t"}])");
  ASSERT_FALSE(entries.has_value());
  EXPECT_EQ(entries.error().context, "$[1].name: another endpoint is called 'a' too");
}

}  // namespace
}  // namespace paylog::codec
