#include "paylog/codec/command_codec.h"

#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "paylog/base/limits.h"

// What a schema cannot say stands here as tables; tests/schema compares the rest with the schemas.
namespace paylog::codec {
namespace {

using model::ResultCode;

const model::Refusal& RefusalOf(const model::DecodedCommand& decoded) {
  static const model::Refusal kNone;
  if (const auto* const refused = std::get_if<model::RefusedCommand>(&decoded)) {
    return refused->refusal;
  }
  if (const auto* const unreadable = std::get_if<model::UnreadableCommand>(&decoded)) {
    return unreadable->refusal;
  }
  return kNone;
}

void ExpectRefused(const std::string& body, ResultCode code, const std::string& path) {
  const model::DecodedCommand decoded = DecodeCommand(body);
  const model::Refusal& refusal = RefusalOf(decoded);
  EXPECT_EQ(ToString(refusal.code), ToString(code)) << body;
  EXPECT_EQ(refusal.path, path) << body;
  EXPECT_EQ(refusal.message.empty(), code == ResultCode::kOk) << body;
  const bool dead = model::InfoOf(code).stage == model::CodeStage::kDeadLetter;
  EXPECT_EQ(std::holds_alternative<model::UnreadableCommand>(decoded), dead) << body;
}

// A deposit with these fields behind its id.
std::string Deposit(const std::string& fields) {
  return R"({"type":"deposit","command_id":"d-1","account":"alice",)" + fields + "}";
}

std::string DepositOf(const std::string& amount) {
  return Deposit(R"("amount":)" + amount + R"(,"currency":"EUR")");
}

TEST(DecodeCommand, ReadsEveryFieldOfATransfer) {
  const auto decoded = DecodeCommand(
      R"({"metadata":{"order":"7"},"reference":"invoice 7","currency":"EUR","amount":1250,)"
      R"("creditor_account":"bob","debtor_account":"alice","command_id":"inv-7","type":"transfer"})");
  const auto& command = std::get<model::Command>(decoded);
  EXPECT_EQ(command.id.value(), "inv-7");
  EXPECT_EQ(command.account.value(), "alice");
  const auto& transfer = std::get<model::Transfer>(command.body);
  EXPECT_EQ(transfer.creditor_account.value(), "bob");
  EXPECT_EQ(transfer.amount.minor, 1250);
  EXPECT_EQ(transfer.amount.currency.code(), "EUR");
  EXPECT_EQ(transfer.reference, "invoice 7");
  EXPECT_EQ(transfer.metadata, (model::Metadata{{"order", "7"}}));
}

TEST(DecodeCommand, LeavesAbsentFieldsAbsent) {
  const auto decoded =
      DecodeCommand(R"({"type":"open_account","command_id":"o","account":"a","currency":"EUR"})");
  const auto& open = std::get<model::OpenAccount>(std::get<model::Command>(decoded).body);
  EXPECT_EQ(open.limits, model::AccountLimits{});
}

TEST(DecodeCommand, TakesPlainIntegersOfTheDocumentedRangeOnly) {
  const struct {
    std::string spelling;
    ResultCode code;
  } cases[] = {{"1", ResultCode::kOk},
               {"9007199254740991", ResultCode::kOk},
               {"9007199254740992", ResultCode::kNumberOutOfRange},
               {"9007199254740993", ResultCode::kNumberOutOfRange},
               {"9223372036854775807", ResultCode::kNumberOutOfRange},
               {"9223372036854775808", ResultCode::kNumberOutOfRange},
               {"18446744073709551617", ResultCode::kNumberOutOfRange},
               {std::string(1000, '7'), ResultCode::kNumberOutOfRange},
               {"1.0", ResultCode::kNumberNotInteger},
               {"1e2", ResultCode::kNumberNotInteger},
               {"1E2", ResultCode::kNumberNotInteger},
               {"100e-2", ResultCode::kNumberNotInteger},
               {"1e999", ResultCode::kNumberNotInteger},
               {"0.5", ResultCode::kNumberNotInteger},
               {"-0", ResultCode::kNumberNotInteger},
               {"0", ResultCode::kAmountMustBePositive},
               {"-1", ResultCode::kAmountMustBePositive},
               {"-9223372036854775808", ResultCode::kAmountMustBePositive},
               {"-9223372036854775809", ResultCode::kNumberOutOfRange},
               {"\"1\"", ResultCode::kWrongFieldType},
               {"true", ResultCode::kWrongFieldType},
               {"null", ResultCode::kWrongFieldType},
               {"[1]", ResultCode::kWrongFieldType}};
  for (const auto& each : cases) {
    ExpectRefused(DepositOf(each.spelling), each.code,
                  each.code == ResultCode::kOk ? "" : "$.amount");
  }
}

TEST(DecodeCommand, RefusesRelationsThatDoNotHold) {
  ExpectRefused(
      R"({"type":"transfer","command_id":"t","debtor_account":"a","creditor_account":"a","amount":1,"currency":"EUR"})",
      ResultCode::kSameAccount, "$.creditor_account");
  for (const std::string type : {R"("open_account","currency":"EUR")", R"("update_account")"}) {
    const std::string head = R"({"type":)" + type + R"(,"command_id":"o","account":"a")";
    ExpectRefused(head + R"(,"overdraft_limit":1,"min_balance":1})", ResultCode::kConflictingLimits,
                  "$.min_balance");
    ExpectRefused(head + R"(,"overdraft_limit":1,"min_balance":0})", ResultCode::kOk, "");
  }
  ExpectRefused(R"({"type":"update_account","command_id":"o","account":"a"})",
                ResultCode::kNothingToUpdate, "$");
}

TEST(DecodeCommand, RefusesCurrenciesThatAreNotActive) {
  for (const char* code : {"DEM", "XXX", "XAU", "ZZZ", "eur", "", "EURO"}) {
    ExpectRefused(Deposit(R"("amount":1,"currency":")" + std::string(code) + "\""),
                  ResultCode::kUnknownCurrency, "$.currency");
  }
}

TEST(DecodeCommand, RefusesFieldsThatStandTwice) {
  ExpectRefused(Deposit(R"("amount":1,"currency":"EUR","amount":1)"), ResultCode::kDuplicateField,
                "$.amount");
  ExpectRefused(Deposit(R"("amount":1,"currency":"EUR","metadata":{"a":"1","\u0061":"2"})"),
                ResultCode::kDuplicateField, "$.metadata.a");
  ExpectRefused(Deposit(R"("amount":1,"currency":"EUR","type":"deposit")"),
                ResultCode::kDuplicateField, "$.type");
  ExpectRefused(Deposit(R"("amount":1,"currency":"EUR","command_id":"d-1")"),
                ResultCode::kUnreadableCommandId, "$.command_id");
  ExpectRefused(Deposit(R"("amount":1,"currency":"EUR","account":"alice")"),
                ResultCode::kUnreadableAccount, "$.account");
}

TEST(DecodeCommand, FindsTheAccountWhateverTheTypeSays) {
  const auto account_of = [](const std::string& body) {
    const auto decoded = DecodeCommand(body);
    const auto* const refused = std::get_if<model::RefusedCommand>(&decoded);
    EXPECT_NE(refused, nullptr) << body;
    EXPECT_EQ(refused->type, std::nullopt) << body;
    return refused->account.ToString();
  };
  EXPECT_EQ(account_of(R"({"type":"donate","command_id":"d","account":"a"})"), "a");
  EXPECT_EQ(account_of(R"({"type":"donate","command_id":"d","debtor_account":"b"})"), "b");
  EXPECT_EQ(account_of(R"({"command_id":"d","debtor_account":"b","account":"a"})"), "a");
  EXPECT_EQ(account_of(R"({"type":7,"command_id":"d","debtor_account":"b"})"), "b");
  ExpectRefused(R"({"type":"donate","command_id":"d"})", ResultCode::kUnreadableAccount,
                "$.account");
  ExpectRefused(R"({"type":"transfer","command_id":"d","account":"a"})",
                ResultCode::kUnreadableAccount, "$.debtor_account");
}

TEST(DecodeCommand, ReportsWhatStandsFirstInTheOrderOfPrecedence) {
  std::string body =
      R"({"x":1,"type":"transfer","debtor_account":"a","creditor_account":"$external:EUR",)"
      R"("amount":1.5,"currency":"DEM","reference":7,"metadata":{"k":""},"x":2)";
  ExpectRefused(body + "}", ResultCode::kUnreadableCommandId, "$.command_id");
  body += R"(,"command_id":"t")";
  ExpectRefused(body + "}", ResultCode::kDuplicateField, "$.x");
  body.replace(body.find(R"("x":2,)"), 6, "");
  ExpectRefused(body + "}", ResultCode::kUnknownField, "$.x");
  body.replace(body.find(R"("x":1,)"), 6, "");
  ExpectRefused(body + "}", ResultCode::kWrongFieldType, "$.reference");
  body.replace(body.find("7,\"meta"), 1, R"("\u0000")");
  ExpectRefused(body + "}", ResultCode::kNumberNotInteger, "$.amount");
  body.replace(body.find("1.5"), 3, "1");
  ExpectRefused(body + "}", ResultCode::kInvalidFieldValue, "$.reference");
  body.replace(body.find(R"(\u0000)"), 6, "ok");
  ExpectRefused(body + "}", ResultCode::kUnknownCurrency, "$.currency");
  body.replace(body.find("DEM"), 3, "EUR");
  ExpectRefused(body + "}", ResultCode::kReservedAccount, "$.creditor_account");
  body.replace(body.find("$external:EUR"), 13, "a");
  ExpectRefused(body + "}", ResultCode::kSameAccount, "$.creditor_account");
}

TEST(DecodeCommand, BoundsTheBody) {
  const std::string body = DepositOf("1");
  const std::string padding(base::kBodyBytesMax - body.size(), ' ');
  ExpectRefused(body + padding, ResultCode::kOk, "");
  ExpectRefused(body + padding + " ", ResultCode::kBodyTooLarge, "$");
  ExpectRefused(std::string(base::kBodyBytesMax + 1, '\xff'), ResultCode::kBodyTooLarge, "$");
}

TEST(DecodeCommand, TellsTheKindsOfUnreadableText) {
  ExpectRefused("", ResultCode::kInvalidJson, "$");
  ExpectRefused("[]", ResultCode::kInvalidJson, "$");
  ExpectRefused(DepositOf("1") + "x", ResultCode::kInvalidJson, "$");
  ExpectRefused(Deposit("\"reference\":\"\xC0\xAF\""), ResultCode::kInvalidUtf8, "$");
  ExpectRefused(Deposit(R"("reference":"\ud800")"), ResultCode::kInvalidJson, "$");
  ExpectRefused(Deposit(R"("x":)" + std::string(16, '[') + std::string(16, ']')),
                ResultCode::kNestingTooDeep, "$");
  ExpectRefused(
      Deposit(R"("amount":1,"currency":"EUR","x":)" + std::string(15, '[') + std::string(15, ']')),
      ResultCode::kUnknownField, "$.x");
}

TEST(DecodeCommand, CountsLengthsInCodePoints) {
  const auto with_reference = [](const std::string& text) {
    return Deposit(R"("amount":1,"currency":"EUR","reference":")" + text + "\"");
  };
  std::string faces;
  for (std::size_t i = 0; i < base::kReferenceLengthMax; ++i) {
    faces += "\U0001f600";
  }
  ExpectRefused(with_reference(faces), ResultCode::kOk, "");
  ExpectRefused(with_reference(faces + "x"), ResultCode::kInvalidFieldValue, "$.reference");
}

TEST(DecodeCommand, NeverEchoesMuchOfTheInput) {
  const std::string longest(60'000, 'x');
  for (const std::string& body :
       {Deposit(R"("amount":1,"currency":")" + longest + "\""), Deposit("\"" + longest + "\":1"),
        R"({"type":")" + longest + R"(","command_id":"d","account":"a"})",
        R"({"command_id":")" + longest + "\"}",
        R"({"command_id":"d","account":")" + longest + "\"}",
        Deposit(R"("amount":1,"currency":"EUR","metadata":{")" + longest + R"(":7})")}) {
    const auto decoded = DecodeCommand(body);
    EXPECT_LT(RefusalOf(decoded).message.size(), 300U);
    EXPECT_LT(RefusalOf(decoded).path.size(), 100U);
    EXPECT_FALSE(RefusalOf(decoded).message.empty());
  }
}

}  // namespace
}  // namespace paylog::codec
