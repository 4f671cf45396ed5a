#include "paylog/telemetry/diagnostics.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paylog::telemetry {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr const char* kTime =
    "[0-9]+-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9][.][0-9]+Z";

class DiagnosticsTest : public testing::Test {
 protected:
  Diagnostics Make(LineFormat format, Severity lowest = Severity::kInfo) {
    return Diagnostics(
        {.service = "paylog-ledger", .format = format, .lowest = lowest, .out = &out_});
  }

  std::ostringstream out_;
};

TEST_F(DiagnosticsTest, WritesTextForPeople) {
  Make(LineFormat::kText)
      .Info("took over", {{"partition", "ledger.inbox/3"}, {"replayed", 120}, {"why", "a b"}});
  EXPECT_THAT(out_.str(), MatchesRegex(std::string(kTime) +
                                       " info paylog-ledger: took over partition=ledger.inbox/3 "
                                       "replayed=120 why=\"a b\"\n"));
}

TEST_F(DiagnosticsTest, WritesJsonForMachines) {
  Make(LineFormat::kJson)
      .Warning("took \"over\"", {{"partition", "ledger.inbox/3"}, {"replayed", 120}});
  EXPECT_THAT(out_.str(), StartsWith(R"({"time":"2)"));
  EXPECT_THAT(
      out_.str(),
      EndsWith(R"(Z","level":"warning","service":"paylog-ledger","message":"took \"over\"",)"
               R"("partition":"ledger.inbox/3","replayed":120})"
               "\n"));
}

TEST_F(DiagnosticsTest, LeavesOutWhatIsBelowItsLevel) {
  Diagnostics diagnostics = Make(LineFormat::kText, Severity::kWarning);
  diagnostics.Debug("a");
  diagnostics.Info("b");
  EXPECT_FALSE(diagnostics.Writes(Severity::kInfo));
  EXPECT_THAT(out_.str(), IsEmpty());
  diagnostics.Warning("c");
  diagnostics.Error("d");
  EXPECT_THAT(out_.str(), HasSubstr("c\n"));
  EXPECT_THAT(out_.str(), HasSubstr("d\n"));
}

// The reason of an error may quote what somebody sent.
TEST_F(DiagnosticsTest, AnyTextStaysOneLineOfUtf8) {
  for (const LineFormat format : {LineFormat::kText, LineFormat::kJson}) {
    out_.str("");
    Make(format).Info("a\nb", {{"reason", std::string("x\r\n{\"level\":\"error\"}\xff\x00y", 22)}});
    const std::string line = out_.str();
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    EXPECT_EQ(line.find('\r'), std::string::npos);
    EXPECT_EQ(line.find('\xff'), std::string::npos);
    EXPECT_EQ(line.find('\0'), std::string::npos);
  }
}

// A percent sign or a brace is text, not a format.
TEST_F(DiagnosticsTest, FormatsNothingThatItIsGiven) {
  Make(LineFormat::kText).Info("100 % {} {0} %v %s", {{"f", "{}%v"}});
  EXPECT_THAT(out_.str(), EndsWith(": 100 % {} {0} %v %s f={}%v\n"));
}

TEST(ParseNames, TakesTheDocumentedOnesOnly) {
  EXPECT_EQ(ParseSeverity("debug"), Severity::kDebug);
  EXPECT_EQ(ParseSeverity("error"), Severity::kError);
  EXPECT_EQ(ParseSeverity("trace"), std::nullopt);
  EXPECT_EQ(ParseLineFormat("json"), LineFormat::kJson);
  EXPECT_EQ(ParseLineFormat(""), std::nullopt);
}

}  // namespace
}  // namespace paylog::telemetry
