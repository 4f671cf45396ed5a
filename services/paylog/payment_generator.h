#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "paylog/simulation/random.h"

namespace paylog::cli {

// What is made up, and from what. The same options make the same bytes on every machine.
struct GeneratorOptions {
  std::int64_t accounts = 1'000;  // At least 2: about one in ten is a shop, the others are wallets.
  std::int64_t payments = 10'000;
  std::uint64_t seed = 1;
};

// Makes up commands, a line each: first each account is opened; then come top-ups, payments to
// shops (few of them have most of the customers), transfers between wallets and cash, of which one
// in fifty must be refused and one in a hundred is sent a second time. A wallet spends only what
// its own top-ups brought, so that what should succeed does, in whatever order partitions work.
// Memory: some bytes an account. Not thread-safe.
class PaymentGenerator {
 public:
  // REQUIRES: accounts >= 2
  explicit PaymentGenerator(const GeneratorOptions& options);

  // The command that opens the next account, as JSON without a newline; nullopt once all are open.
  std::optional<std::string> NextOpening();
  // The next payment; nullopt once all were made.
  std::optional<std::string> NextPayment();

 private:
  [[nodiscard]] std::int64_t shops() const;
  [[nodiscard]] std::string NameOf(std::int64_t account) const;
  std::string PickShop();
  std::string NewId(const char* kind);
  std::string TopUp(std::int64_t wallet);
  std::string Pay(std::int64_t wallet, std::int64_t minor);
  std::string Withdraw(std::int64_t wallet, std::int64_t minor);
  std::string Refused(std::int64_t wallet);

  const GeneratorOptions options_;
  simulation::Random random_;
  std::vector<std::int64_t> spendable_;  // By wallet, in cents.
  std::int64_t opened_ = 0;
  std::int64_t made_ = 0;
  std::int64_t next_id_ = 0;
  std::string last_;
};

}  // namespace paylog::cli
