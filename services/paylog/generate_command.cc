#include <iostream>
#include <optional>
#include <string>

#include "paylog/cli/commands.h"
#include "paylog/cli/output.h"
#include "paylog/cli/payment_generator.h"

namespace paylog::cli {

ExitCode Generate(const GenerateArguments& arguments) {
  PaymentGenerator generator(
      {.accounts = arguments.accounts, .payments = arguments.payments, .seed = arguments.seed});
  if (arguments.part != "payments") {
    for (auto line = generator.NextOpening(); line && !OutputFailed();
         line = generator.NextOpening()) {
      std::cout << *line << '\n';
    }
  }
  if (arguments.part != "accounts") {
    for (auto line = generator.NextPayment(); line && !OutputFailed();
         line = generator.NextPayment()) {
      std::cout << *line << '\n';
    }
  }
  return ExitCode::kDone;
}

}  // namespace paylog::cli
