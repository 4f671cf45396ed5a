#include "paylog/story/play.h"

#include <set>
#include <utility>
#include <variant>

#include "paylog/codec/command_codec.h"
#include "paylog/story/bank.h"
#include "paylog/story/expectation.h"

namespace paylog::story {
namespace {

// Plays the steps one after another.
class Player {
 public:
  explicit Player(Bank& bank) : bank_(bank) {}

  base::Result<void> operator()(const SendTogether& together) {
    PAYLOG_ASSIGN(const std::vector<Outcome> outcomes, bank_.Settle(together.sends));
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const Send& send = together.sends[i];
      NoteAccounts(send.body);
      const std::optional<Outcome>& expected = send.expected;
      Compare({.what = send.text,
               .line = send.line,
               .expected = expected ? std::optional(Format(*expected)) : std::nullopt,
               .found = Format(AsTold(outcomes[i], expected.value_or(Outcome{}))),
               .place = send.place});
    }
    played_.commands += static_cast<std::int64_t>(outcomes.size());
    return {};
  }

  base::Result<void> operator()(const CheckBalance& check) {
    accounts_.insert(check.account);
    const std::optional<Standing>& expected = check.expected;
    Compare(
        {.what = "balance " + check.account,
         .line = check.place.line,
         .expected = expected ? std::optional(Format(*expected)) : std::nullopt,
         .found = Format(AsTold(bank_.StandingOf(check.account), expected.value_or(Standing{}))),
         .place = check.place});
    return {};
  }

  base::Result<void> operator()(const CheckPartition& check) {
    accounts_.insert(check.account);
    Compare(
        {.what = "partition " + check.account,
         .line = check.place.line,
         .expected = check.expected ? std::optional(std::to_string(*check.expected)) : std::nullopt,
         .found = std::to_string(bank_.PartitionOf(check.account).value()),
         .place = check.place});
    return {};
  }

  Played Finish() {
    for (const std::string& account : accounts_) {
      played_.accounts.push_back({.account = account,
                                  .partition = bank_.PartitionOf(account).value(),
                                  .standing = bank_.StandingOf(account)});
    }
    return std::move(played_);
  }

 private:
  void Compare(Finding finding) {
    played_.expectations += finding.expected ? 1 : 0;
    if (finding.expected != finding.found) {
      played_.findings.push_back(std::move(finding));
    }
  }

  void NoteAccounts(const std::string& body) {
    const model::DecodedCommand decoded = codec::DecodeCommand(body);
    if (const auto* const command = std::get_if<model::Command>(&decoded)) {
      accounts_.insert(command->account.ToString());
    }
  }

  Bank& bank_;
  Played played_;
  std::set<std::string> accounts_;
};

}  // namespace

base::Result<Played> Play(const Story& story) {
  Bank bank(story.partitions);
  PAYLOG_TRY(bank.Open());
  Player player(bank);
  for (const Step& step : story.steps) {
    PAYLOG_TRY(std::visit(player, step));
  }
  Played played = player.Finish();
  const audit::Verdict verdict = bank.Audit();
  if (const base::Error* const error = verdict.error()) {
    return *error;
  }
  if (const audit::Difference* const difference = verdict.difference()) {
    played.audit = difference->where + ": " + difference->what;
  }
  return played;
}

}  // namespace paylog::story
