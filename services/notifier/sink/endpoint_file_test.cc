#include "paylog/notifier/sink/endpoint_file.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "paylog/base/base64.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::notifier {
namespace {

namespace fs = std::filesystem;
using test_support::ErrorOf;
using test_support::Must;
using test_support::WriteFile;

class EndpointFileTest : public ::testing::Test {
 protected:
  EndpointFileTest() {
    Secret("shop.secret", 'k');
    Secret("old.secret", 'o');
  }

  void Secret(const std::string& name, char byte, const std::string& end = "\n") {
    WriteFile(directory_.In(name), "whsec_" + base::EncodeBase64(std::string(24, byte)) + end);
    fs::permissions(directory_.In(name), fs::perms::owner_read | fs::perms::owner_write);
  }
  base::Result<std::vector<Endpoint>> Read(const std::string& text) {
    WriteFile(directory_.In("endpoints.json"), text);
    return ReadEndpoints(directory_.In("endpoints.json"),
                         [this](const std::string& warning) { warnings_.push_back(warning); });
  }
  // An endpoint with this URL and further fields.
  base::Result<std::vector<Endpoint>> ReadOne(const std::string& url,
                                              const std::string& fields = {}) {
    return Read(R"([{"name":"shop","url":")" + url + R"(","secret_file":"shop.secret")" + fields +
                "}]");
  }
  // The error without the name of the endpoint file at its beginning.
  std::string Complaint(const base::Result<std::vector<Endpoint>>& result) {
    const std::string context = ErrorOf(result).context;
    const std::string file = directory_.In("endpoints.json") + ": ";
    EXPECT_TRUE(context.starts_with(file)) << context;
    return context.substr(std::min(file.size(), context.size()));
  }

  test_support::TemporaryDirectory directory_;
  std::vector<std::string> warnings_;
};

TEST_F(EndpointFileTest, ReadsEndpointsWithTheirKeys) {
  const auto endpoints = Must(Read(R"([
    {"name":"shop","url":"https://shop.example/hook","secret_files":["shop.secret",")" +
                                   directory_.In("old.secret") + R"("],
     "accounts":["alice"],"statuses":["completed","rejected"]},
    {"name":"dev","url":"http://127.0.0.1:8080/","secret_file":"old.secret","allow_insecure":true}])"));
  ASSERT_EQ(endpoints.size(), 2U);
  EXPECT_EQ(endpoints[0],
            (Endpoint{.name = "shop",
                      .url = "https://shop.example/hook",
                      .secrets = {std::string(24, 'k'), std::string(24, 'o')},
                      .accounts = {*model::AccountId::Parse("alice")},
                      .statuses = {model::ResultStatus::kCompleted, model::ResultStatus::kRejected},
                      .allow_insecure = false}));
  EXPECT_EQ(endpoints[1], (Endpoint{.name = "dev",
                                    .url = "http://127.0.0.1:8080/",
                                    .secrets = {std::string(24, 'o')},
                                    .accounts = {},
                                    .statuses = {},
                                    .allow_insecure = true}));
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(EndpointFileTest, AllowInsecureIsNeededForHttpAndAddressesThatAreNotPublic) {
  EXPECT_TRUE(ReadOne("https://shop.example").has_value());
  EXPECT_EQ(
      Complaint(ReadOne("http://shop.example")),
      "endpoint 'shop': http is neither encrypted nor verified: use https, or set allow_insecure");
  EXPECT_EQ(Complaint(ReadOne("https://127.1")),
            "endpoint 'shop': 127.0.0.1 is loopback (127.0.0.0/8), not a public address: set "
            "allow_insecure to send there");
  EXPECT_TRUE(ReadOne("https://127.1", R"(,"allow_insecure":true)").has_value());
  EXPECT_TRUE(ReadOne("http://shop.example", R"(,"allow_insecure":true)").has_value());
  EXPECT_FALSE(ReadOne("ftp://shop.example", R"(,"allow_insecure":true)").has_value());
  EXPECT_FALSE(ReadOne("http://a:b@shop.example", R"(,"allow_insecure":true)").has_value());
}

TEST_F(EndpointFileTest, NamesTheSecretFileThatIsNoGood) {
  const std::string file = directory_.In("shop.secret");
  const std::string where = "endpoint 'shop': " + file + ": ";
  WriteFile(file, "");
  EXPECT_EQ(Complaint(ReadOne("https://a.example")), where + "the secret is empty");
  WriteFile(file, "\n");
  EXPECT_EQ(Complaint(ReadOne("https://a.example")), where + "the secret is empty");
  WriteFile(file, "whsec_geheim");
  const std::string complaint = Complaint(ReadOne("https://a.example"));
  EXPECT_TRUE(complaint.starts_with(where)) << complaint;
  EXPECT_EQ(complaint.find("geheim"), std::string::npos);
  fs::remove(file);
  EXPECT_EQ(Complaint(ReadOne("https://a.example")), where + "No such file or directory");
  fs::create_directory(file);
  EXPECT_EQ(Complaint(ReadOne("https://a.example")), where + "Is a directory");
}

TEST_F(EndpointFileTest, TakesOneEndOfLineAfterASecret) {
  for (const char* end : {"", "\n", "\r\n"}) {
    Secret("shop.secret", 'e', end);
    EXPECT_EQ(Must(ReadOne("https://a.example"))[0].secrets[0], std::string(24, 'e'));
  }
  for (const char* end : {" ", "\n\n", "\nwhsec_"}) {
    Secret("shop.secret", 'e', end);
    EXPECT_FALSE(ReadOne("https://a.example").has_value());
  }
}

TEST_F(EndpointFileTest, LooksAtWhoMayTouchASecret) {
  const std::string file = directory_.In("shop.secret");
  fs::permissions(file, fs::perms::others_read, fs::perm_options::add);
  EXPECT_TRUE(ReadOne("https://a.example").has_value());
  EXPECT_EQ(warnings_,
            std::vector<std::string>{file + ": anybody on this machine may read this secret"});
  fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(Complaint(ReadOne("https://a.example")),
            "endpoint 'shop': " + file +
                ": anybody on this machine may change this secret: chmod o-w it");
}

TEST_F(EndpointFileTest, NamesTheFileThatCannotBeRead) {
  const base::Error missing = ErrorOf(ReadEndpoints(directory_.In("none.json")));
  EXPECT_EQ(missing.code, base::ErrorCode::kIo);
  EXPECT_EQ(missing.context, directory_.In("none.json") + ": No such file or directory");
  EXPECT_EQ(ErrorOf(ReadEndpoints(directory_.path())).code, base::ErrorCode::kIo);
  EXPECT_EQ(Complaint(Read("{}")), "$: the text is JSON, but not an array");
}

}  // namespace
}  // namespace paylog::notifier
