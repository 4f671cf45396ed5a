#include "paylog/story/command_text.h"

#include <optional>
#include <utility>
#include <vector>

#include "paylog/model/currency.h"
#include "paylog/story/amount.h"
#include "paylog/story/words.h"

namespace paylog::story {
namespace {

// No word holds a quote of its own (see Words), so only these need an escape.
std::string Quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '\\') {
      json += '\\';
    }
    json += c;
  }
  return json + '"';
}

// Takes the words of one command from the left, and makes the members of its body from them.
class BodyWriter {
 public:
  explicit BodyWriter(std::vector<std::string> words) : words_(std::move(words)) {}

  [[nodiscard]] bool done() const { return next_ == words_.size(); }

  // The next word; `what` names it where it is missing.
  base::Result<std::string> Take(std::string_view what) {
    if (done() || words_[next_].starts_with('"')) {
      return Wrong("here must stand " + std::string(what) +
                   (done() ? std::string() : ", not " + words_[next_] + '"'));
    }
    return words_[next_++];
  }
  base::Result<std::string> TakeQuoted(std::string_view what) {
    if (done() || !words_[next_].starts_with('"')) {
      return Wrong("here must stand " + std::string(what) + " in double quotes");
    }
    return words_[next_++].substr(1);
  }
  bool TakeIf(std::string_view word) {
    if (done() || words_[next_] != word) {
      return false;
    }
    ++next_;
    return true;
  }

  base::Result<void> Account(std::string_view member) {
    PAYLOG_ASSIGN(const std::string account, Take("an account"));
    Member(member, Quoted(account));
    return {};
  }
  base::Result<model::Currency> Currency() {
    PAYLOG_ASSIGN(const std::string code, Take("a currency"));
    const auto currency = model::Currency::Parse(code);
    if (!currency) {
      return Wrong("'" + code +
                   "' is not a currency that paylog knows; to send it all the same, "
                   "write the command as JSON");
    }
    return *currency;
  }
  base::Result<void> Limits(const model::Currency& currency) {
    constexpr std::pair<std::string_view, std::string_view> kLimits[] = {
        {"overdraft", "overdraft_limit"}, {"min", "min_balance"}, {"max", "max_balance"}};
    while (!done()) {
      const std::size_t before = next_;
      for (const auto& [word, member] : kLimits) {
        if (TakeIf(word)) {
          PAYLOG_ASSIGN(const std::string amount, Take("an amount"));
          PAYLOG_TRY(Amount(member, amount, currency));
        }
      }
      if (next_ == before) {
        return Unexpected("overdraft, min or max, each with an amount");
      }
    }
    return {};
  }
  base::Result<void> Money() {
    PAYLOG_ASSIGN(const std::string amount, Take("an amount"));
    PAYLOG_ASSIGN(const model::Currency currency, Currency());
    PAYLOG_TRY(Amount("amount", amount, currency));
    Member("currency", Quoted(currency.code()));
    return {};
  }
  base::Result<void> Notes() {
    if (TakeIf("ref")) {
      PAYLOG_ASSIGN(const std::string reference, TakeQuoted("a reference"));
      Member("reference", Quoted(reference));
    }
    std::string metadata;
    while (TakeIf("meta")) {
      PAYLOG_ASSIGN(const std::string key, Take("a name"));
      PAYLOG_ASSIGN(const std::string value, TakeQuoted("a value"));
      metadata += (metadata.empty() ? "" : ",") + Quoted(key) + ':' + Quoted(value);
    }
    if (!metadata.empty()) {
      Member("metadata", '{' + metadata + '}');
    }
    return {};
  }
  base::Result<void> End() { return done() ? base::Result<void>() : Unexpected("nothing more"); }

  void Member(std::string_view name, const std::string& json) {
    members_ += (members_.empty() ? "" : ",") + Quoted(name) + ':' + json;
  }
  [[nodiscard]] std::string Body() const { return '{' + members_ + '}'; }

 private:
  base::Result<void> Amount(std::string_view member, const std::string& text,
                            const model::Currency& currency) {
    const auto digits = MinorDigits(text, currency);
    if (!digits) {
      return Wrong("'" + text + "' is not an amount in " + std::string(currency.code()) +
                   ": digits, with " + std::to_string(currency.minor_units()) +
                   " decimals or none");
    }
    Member(member, *digits);
    return {};
  }
  base::Error Unexpected(std::string_view what) const {
    const std::string& word = words_[next_];
    return Wrong("here may stand " + std::string(what) + ", not '" +
                 (word.starts_with('"') ? word.substr(1) : word) + "'");
  }

  std::vector<std::string> words_;
  std::size_t next_ = 0;
  std::string members_;
};

base::Result<void> WriteOpenOrUpdate(BodyWriter& writer, bool open) {
  PAYLOG_TRY(writer.Account("account"));
  PAYLOG_ASSIGN(const model::Currency currency, writer.Currency());
  if (open) {
    writer.Member("currency", Quoted(currency.code()));
  }
  return writer.Limits(currency);
}

base::Result<void> WriteFreeze(BodyWriter& writer) {
  PAYLOG_TRY(writer.Account("account"));
  PAYLOG_ASSIGN(const std::string scope, writer.Take("debits, credits or both"));
  PAYLOG_ASSIGN(const std::string reason, writer.TakeQuoted("a reason"));
  writer.Member("scope", Quoted(scope));
  writer.Member("reason", Quoted(reason));
  return {};
}

base::Result<void> WritePayment(BodyWriter& writer) {
  PAYLOG_TRY(writer.Account("account"));
  PAYLOG_TRY(writer.Money());
  return writer.Notes();
}

base::Result<void> WriteTransfer(BodyWriter& writer) {
  PAYLOG_TRY(writer.Account("debtor_account"));
  if (!writer.TakeIf("->")) {
    return Wrong("a transfer is written: transfer DEBTOR -> CREDITOR AMOUNT CURRENCY");
  }
  PAYLOG_TRY(writer.Account("creditor_account"));
  PAYLOG_TRY(writer.Money());
  return writer.Notes();
}

struct Verb {
  std::string_view word;
  std::string_view type;
  base::Result<void> (*write)(BodyWriter&);
};
constexpr Verb kVerbs[] = {
    {"open", "open_account", [](BodyWriter& writer) { return WriteOpenOrUpdate(writer, true); }},
    {"update", "update_account",
     [](BodyWriter& writer) { return WriteOpenOrUpdate(writer, false); }},
    {"freeze", "freeze_account", WriteFreeze},
    {"unfreeze", "unfreeze_account", WriteFreeze},
    {"close", "close_account", [](BodyWriter& writer) { return writer.Account("account"); }},
    {"deposit", "deposit", WritePayment},
    {"withdraw", "withdraw", WritePayment},
    {"transfer", "transfer", WriteTransfer},
};

}  // namespace

base::Result<std::string> CommandBody(std::string_view text, const std::string& id) {
  auto words = Words(text);
  if (!words) {
    return Wrong("a quote is not closed");
  }
  std::string command_id = id;
  if (words->size() > 1 && words->front().ends_with(':')) {
    command_id = words->front().substr(0, words->front().size() - 1);
    words->erase(words->begin());
  }
  const std::string verb = words->empty() ? std::string() : words->front();
  for (const Verb& known : kVerbs) {
    if (verb == known.word) {
      words->erase(words->begin());
      BodyWriter writer(std::move(*words));
      writer.Member("type", Quoted(known.type));
      writer.Member("command_id", Quoted(command_id));
      PAYLOG_TRY(known.write(writer));
      PAYLOG_TRY(writer.End());
      return writer.Body();
    }
  }
  return Wrong("'" + verb +
               "' is not a command: open, update, freeze, unfreeze, close, deposit, withdraw or "
               "transfer; nor is the line one of the others that a story may have");
}

}  // namespace paylog::story
