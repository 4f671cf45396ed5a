#include "paylog/cli/payment_generator.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/codec/json_writer.h"

namespace paylog::cli {
namespace {

constexpr std::int64_t kWalletsPerShop = 10;
constexpr std::uint64_t kRefusedOneIn = 50;
constexpr std::uint64_t kRepeatedOneIn = 100;
constexpr std::int64_t kMinorMin = 150;
constexpr std::int64_t kMinorMax = 9'500;
constexpr std::int64_t kTopUpStep = 500;
constexpr std::int64_t kTopUpMaxSteps = 80;
constexpr std::int64_t kFarTooMuch = 9'999'999'999;
constexpr std::size_t kNumberDigits = 9;
constexpr std::string_view kNowhere = "shop:nowhere";

// Numbers of one width sort as they count.
std::string Padded(std::int64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, kNumberDigits - std::min(kNumberDigits, digits.size()), '0');
  return digits;
}

// A command on one account.
std::string Movement(std::string_view type, const std::string& id, const std::string& account,
                     std::int64_t minor, std::string_view reference) {
  codec::JsonWriter json;
  json.BeginObject().Field("type", type).Field("command_id", id).Field("account", account);
  json.Field("amount", minor).Field("currency", "EUR").Field("reference", reference).EndObject();
  return std::move(json).Take();
}

std::string Transfer(const std::string& id, const std::string& debtor, std::string_view creditor,
                     std::int64_t minor) {
  codec::JsonWriter json;
  json.BeginObject().Field("type", "transfer").Field("command_id", id);
  json.Field("debtor_account", debtor).Field("creditor_account", creditor);
  json.Field("amount", minor).Field("currency", "EUR").EndObject();
  return std::move(json).Take();
}

}  // namespace

PaymentGenerator::PaymentGenerator(const GeneratorOptions& options)
    : options_(options), random_(options.seed, "payments") {
  CHECK(options_.accounts >= 2);
  spendable_.resize(static_cast<std::size_t>(options_.accounts - shops()));
}

std::int64_t PaymentGenerator::shops() const {
  return std::max<std::int64_t>(1, options_.accounts / kWalletsPerShop);
}

// Wallets come first.
std::string PaymentGenerator::NameOf(std::int64_t account) const {
  const auto wallets = static_cast<std::int64_t>(spendable_.size());
  return account < wallets ? "wallet:" + Padded(account) : "shop:" + Padded(account - wallets);
}

// The lowest of three: the first shops have most of the customers.
std::string PaymentGenerator::PickShop() {
  const auto count = static_cast<std::uint64_t>(shops());
  const std::uint64_t shop =
      std::min({random_.Below(count), random_.Below(count), random_.Below(count)});
  return "shop:" + Padded(static_cast<std::int64_t>(shop));
}

// In order of time, and of this seed alone.
std::string PaymentGenerator::NewId(const char* kind) {
  return Padded(next_id_++) + '-' + kind + '-' + std::to_string(options_.seed);
}

std::optional<std::string> PaymentGenerator::NextOpening() {
  if (opened_ == options_.accounts) {
    return std::nullopt;
  }
  codec::JsonWriter json;
  json.BeginObject().Field("type", "open_account").Field("command_id", "open");
  json.Field("account", NameOf(opened_++)).Field("currency", "EUR").EndObject();
  return std::move(json).Take();
}

std::optional<std::string> PaymentGenerator::NextPayment() {
  if (made_ == options_.payments) {
    return std::nullopt;
  }
  ++made_;
  if (!last_.empty() && random_.Below(kRepeatedOneIn) == 0) {
    return last_;
  }
  const auto wallet = static_cast<std::int64_t>(random_.Below(spendable_.size()));
  const std::int64_t minor = random_.Between(kMinorMin, kMinorMax);
  if (random_.Below(kRefusedOneIn) == 0) {
    last_ = Refused(wallet);
  } else if (spendable_[static_cast<std::size_t>(wallet)] < minor) {
    last_ = TopUp(wallet);
  } else if (random_.Chance(95)) {
    last_ = Pay(wallet, minor);
  } else {
    last_ = Withdraw(wallet, minor);
  }
  return last_;
}

std::string PaymentGenerator::TopUp(std::int64_t wallet) {
  const std::int64_t minor = kMinorMax + kTopUpStep * random_.Between(1, kTopUpMaxSteps);
  spendable_[static_cast<std::size_t>(wallet)] += minor;
  return Movement("deposit", NewId("top-up"), NameOf(wallet), minor, "top-up by card");
}

std::string PaymentGenerator::Pay(std::int64_t wallet, std::int64_t minor) {
  spendable_[static_cast<std::size_t>(wallet)] -= minor;
  const auto friendly = static_cast<std::int64_t>(random_.Below(spendable_.size()));
  const bool to_shop = friendly == wallet || random_.Chance(75);
  const std::string creditor = to_shop ? PickShop() : NameOf(friendly);
  return Transfer(NewId(to_shop ? "pay" : "send"), NameOf(wallet), creditor, minor);
}

std::string PaymentGenerator::Withdraw(std::int64_t wallet, std::int64_t minor) {
  spendable_[static_cast<std::size_t>(wallet)] -= minor;
  return Movement("withdraw", NewId("cash"), NameOf(wallet), minor, "cash machine");
}

// For each of these reasons in turn, at random.
std::string PaymentGenerator::Refused(std::int64_t wallet) {
  const std::string name = NameOf(wallet);
  switch (random_.Below(4)) {
    case 0:  // insufficient_funds
      return Transfer(NewId("too-much"), name, PickShop(), kFarTooMuch);
    case 1:  // creditor_not_found, or insufficient_funds where the wallet is empty.
      return Transfer(NewId("nowhere"), name, kNowhere, kMinorMin);
    case 2:  // amount_must_be_positive
      return Transfer(NewId("nothing"), name, PickShop(), 0);
    default:  // same_account
      return Transfer(NewId("to-self"), name, name, kMinorMin);
  }
}

}  // namespace paylog::cli
