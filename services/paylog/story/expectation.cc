#include "paylog/story/expectation.h"

#include <vector>

#include "paylog/story/amount.h"
#include "paylog/story/words.h"

namespace paylog::story {
namespace {

struct EndingName {
  Ending ending;
  std::string_view name;
};
constexpr EndingName kEndings[] = {{Ending::kCompleted, "completed"},
                                   {Ending::kRejected, "rejected"},
                                   {Ending::kRefused, "refused"},
                                   {Ending::kDeadLetter, "dead letter"}};

std::string_view NameOf(Ending ending) {
  return kEndings[static_cast<std::size_t>(ending)].name;
}

constexpr std::string_view kNoAccount = "no account";
constexpr std::string_view kPath = " at ";

std::string FormatHolding(const Holding& holding) {
  return holding.account + ' ' + FormatAmount(holding.posted, holding.currency) + ' ' +
         std::string(holding.currency.code());
}

base::Error WrongAmount(std::string_view amount, std::string_view currency) {
  return Wrong("'" + std::string(amount) + ' ' + std::string(currency) +
               "' is not an amount: digits with all decimals of the currency or none, then an "
               "ISO 4217 code, as in 12.50 EUR");
}

// "87.50 EUR"
base::Result<Holding> ParseMoney(const std::string& amount, const std::string& code) {
  const auto currency = model::Currency::Parse(code);
  const auto posted = currency ? ParseBalance(amount, *currency) : std::nullopt;
  if (!posted) {
    return WrongAmount(amount, code);
  }
  return Holding{.account = {}, .currency = *currency, .posted = *posted};
}

base::Result<std::vector<Holding>> ParseHoldings(std::string_view text) {
  std::vector<Holding> holdings;
  for (const std::string_view part : Split(text, " and ")) {
    const auto words = Words(part);
    if (!words || words->size() != 3) {
      return Wrong("'" + std::string(part) +
                   "': 'with' takes ACCOUNT AMOUNT CURRENCY, and more "
                   "behind 'and'");
    }
    PAYLOG_ASSIGN(Holding holding, ParseMoney((*words)[1], (*words)[2]));
    holding.account = (*words)[0];
    holdings.push_back(std::move(holding));
  }
  return holdings;
}

// "completed", "rejected CODE", ...
base::Result<Outcome> ParseEnding(std::string_view text) {
  for (const auto& [ending, name] : kEndings) {
    if (!text.starts_with(name)) {
      continue;
    }
    const std::string_view code = Trim(text.substr(name.size()));
    if (ending == Ending::kCompleted) {
      if (!code.empty()) {
        break;
      }
      return Outcome{};
    }
    const auto parsed = model::ParseResultCode(code);
    if (!parsed || parsed == model::ResultCode::kOk) {
      return Wrong("'" + std::string(code) + "' is not a result code, such as insufficient_funds");
    }
    return Outcome{.ending = ending, .code = *parsed};
  }
  return Wrong("'" + std::string(text) +
               "' is not an outcome: completed, rejected CODE, refused CODE or dead letter CODE");
}

base::Result<void> ParseClause(std::string_view clause, Outcome& outcome) {
  constexpr std::string_view kReopened = "reopened ";
  constexpr std::string_view kWith = "with ";
  if (clause == "duplicate") {
    outcome.duplicate = true;
  } else if (clause.starts_with(kReopened)) {
    outcome.reopened = Trim(clause.substr(kReopened.size()));
  } else if (clause.starts_with(kWith)) {
    PAYLOG_ASSIGN(outcome.balances, ParseHoldings(clause.substr(kWith.size())));
  } else {
    return Wrong("'" + std::string(clause) +
                 "': behind an outcome may stand duplicate, reopened ACCOUNT or with BALANCES");
  }
  return {};
}

std::string_view FrozenName(const Standing& standing) {
  if (standing.debits_frozen && standing.credits_frozen) {
    return "both";
  }
  return standing.debits_frozen ? "debits" : "credits";
}

base::Result<void> ParseClause(std::string_view clause, Standing& standing) {
  constexpr std::string_view kAvailable = "available ";
  constexpr std::string_view kFrozen = "frozen ";
  if (clause == "closed") {
    standing.closed = true;
    return {};
  }
  if (clause.starts_with(kAvailable)) {
    const std::string_view amount = Trim(clause.substr(kAvailable.size()));
    standing.available = ParseBalance(amount, *standing.currency);
    return standing.available ? base::Result<void>()
                              : WrongAmount(amount, standing.currency->code());
  }
  if (clause.starts_with(kFrozen)) {
    const std::string_view scope = Trim(clause.substr(kFrozen.size()));
    standing.debits_frozen = scope == "debits" || scope == "both";
    standing.credits_frozen = scope == "credits" || scope == "both";
    if (standing.debits_frozen || standing.credits_frozen) {
      return {};
    }
  }
  return Wrong("'" + std::string(clause) +
               "': behind a balance may stand available AMOUNT, frozen debits, frozen credits, "
               "frozen both or closed");
}

}  // namespace

std::string Format(const Outcome& outcome) {
  std::string text(NameOf(outcome.ending));
  if (outcome.ending != Ending::kCompleted) {
    text += ' ' + std::string(model::ToString(outcome.code));
  }
  if (outcome.duplicate) {
    text += ", duplicate";
  }
  if (!outcome.reopened.empty()) {
    text += ", reopened " + outcome.reopened;
  }
  if (outcome.balances && !outcome.balances->empty()) {
    std::string_view before = ", with ";
    for (const Holding& holding : *outcome.balances) {
      text += before;
      text += FormatHolding(holding);
      before = " and ";
    }
  }
  if (outcome.path && !outcome.path->empty()) {
    text += std::string(kPath) + *outcome.path;
  }
  return text;
}

std::string Format(const Standing& standing) {
  if (!standing.exists) {
    return std::string(kNoAccount);
  }
  std::string text = FormatAmount(standing.posted, *standing.currency) + ' ' +
                     std::string(standing.currency->code());
  if (standing.available) {
    text += ", available " + FormatAmount(*standing.available, *standing.currency);
  }
  if (standing.debits_frozen || standing.credits_frozen) {
    text += ", frozen " + std::string(FrozenName(standing));
  }
  return standing.closed ? text + ", closed" : text;
}

base::Result<Outcome> ParseOutcome(std::string_view text) {
  // A path may hold anything, so it is the last.
  const std::size_t path = text.find(kPath);
  const std::vector<std::string_view> clauses = Split(text.substr(0, path), ",");
  PAYLOG_ASSIGN(Outcome outcome, ParseEnding(clauses.front()));
  for (std::size_t i = 1; i < clauses.size(); ++i) {
    PAYLOG_TRY(ParseClause(clauses[i], outcome));
  }
  if (path != std::string_view::npos) {
    outcome.path = Trim(text.substr(path + kPath.size()));
  }
  return outcome;
}

base::Result<Standing> ParseStanding(std::string_view text) {
  if (text == kNoAccount) {
    return Standing{};
  }
  const std::vector<std::string_view> clauses = Split(text, ",");
  const auto words = Words(clauses.front());
  if (!words || words->size() != 2) {
    return Wrong("'" + std::string(clauses.front()) +
                 "' is not a balance: AMOUNT CURRENCY, as in 12.50 EUR, or 'no account'");
  }
  PAYLOG_ASSIGN(const Holding holding, ParseMoney((*words)[0], (*words)[1]));
  Standing standing{.exists = true, .currency = holding.currency, .posted = holding.posted};
  for (std::size_t i = 1; i < clauses.size(); ++i) {
    PAYLOG_TRY(ParseClause(clauses[i], standing));
  }
  return standing;
}

Outcome AsTold(Outcome found, const Outcome& expected) {
  if (!expected.balances) {
    found.balances.reset();
  }
  if (!expected.path) {
    found.path.reset();
  }
  return found;
}

Standing AsTold(Standing found, const Standing& expected) {
  if (!expected.available) {
    found.available.reset();
  }
  return found;
}

}  // namespace paylog::story
