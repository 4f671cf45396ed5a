#include "paylog/ledger/core/evolve.h"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/base/short_text.h"
#include "paylog/base/vector_of.h"
#include "paylog/ledger/core/invariants.h"

namespace paylog::ledger {
namespace {

using model::Account;
using model::AccountBalance;
using model::AccountId;
using model::IndexState;
using model::Outcome;
using model::ResultCode;
using model::ResultStatus;

// Of a contribution, besides the key: a hash in hexadecimal, two numbers, and what parts them.
constexpr std::size_t kContributionBytes = 96;
using ContributionText = base::ShortText<model::IndexKeyText::kSizeMax + kContributionBytes>;

// One for each state that an id went through, so that it adds up however the id got there.
base::Hash256 Contribution(std::string_view key, const base::Hash256& body_sha256, IndexState state,
                           base::Sequence sequence) {
  const std::array<char, 64> hash = body_sha256.HexDigits();
  ContributionText text(key);
  text.Append("\n").Append({hash.data(), hash.size()}).Append("\n");
  text.Append(std::to_string(static_cast<int>(state))).Append("\n");
  text.Append(std::to_string(sequence.value()));
  return base::Sha256(text.view());
}

void Post(State& state, const model::Entry& entry, base::Sequence sequence) {
  if (entry.account.is_system() && state.Find(entry.account) == nullptr) {
    state.Add({.id = entry.account, .currency = entry.amount.currency});
  }
  Account& account = state.Mutable(entry.account);
  CHECK(account.currency == entry.amount.currency);
  const auto posted = base::CheckedAdd(account.posted, base::Int128{entry.amount.minor});
  CHECK(posted.has_value());
  account.posted = *posted;
  account.last_sequence = sequence;
}

// One overload per event; each changes the state and says what follows.
class Applier {
 public:
  Applier(State& state, const model::JournalRecord& record)
      : state_(state),
        command_(record.event.command),
        position_(record.header.position),
        sequence_(record.header.position.sequence) {
    for (const model::Entry& entry : EntriesOf(record.event.body)) {
      Post(state_, entry, sequence_);
    }
  }

  Effects operator()(const model::AccountOpened& event) const {
    state_.Add({.id = command_.account,
                .currency = event.currency,
                .last_sequence = sequence_,
                .overdraft_limit = event.overdraft_limit,
                .min_balance = event.min_balance,
                .max_balance = event.max_balance});
    return Complete(base::VectorOf(BalanceOf(command_.account)));
  }

  Effects operator()(const model::AccountUpdated& event) const {
    Account& account = Own();
    account.overdraft_limit = event.overdraft_limit;
    account.min_balance = event.min_balance;
    account.max_balance = event.max_balance;
    return Complete(base::VectorOf(account.Balance()));
  }

  Effects operator()(const model::AccountFrozen& event) const {
    Account& account = Own();
    account.debits_frozen |= event.scope != model::FreezeScope::kCredits;
    account.credits_frozen |= event.scope != model::FreezeScope::kDebits;
    account.freeze_reason = event.reason;
    return Complete(base::VectorOf(account.Balance()));
  }

  Effects operator()(const model::AccountUnfrozen& event) const {
    Account& account = Own();
    account.debits_frozen &= event.scope == model::FreezeScope::kCredits;
    account.credits_frozen &= event.scope == model::FreezeScope::kDebits;
    if (!account.debits_frozen && !account.credits_frozen) {
      account.freeze_reason = {};
    }
    return Complete(base::VectorOf(account.Balance()));
  }

  Effects operator()(const model::AccountClosed&) const {
    Account& account = Own();
    account.closed = true;
    return Complete(base::VectorOf(account.Balance()));
  }

  Effects operator()(const model::AccountReopened&) const {
    Own().closed = false;
    return {};
  }

  Effects operator()(const model::PaymentPosted& event) const {
    std::vector<AccountBalance> balances;
    balances.reserve(event.entries.size());
    if (const Account* const own = state_.Find(command_.account)) {
      balances.push_back(own->Balance());
    }
    for (const model::Entry& entry : event.entries) {
      if (!entry.account.is_system() && entry.account != command_.account) {
        balances.push_back(BalanceOf(entry.account));
      }
    }
    return Complete(std::move(balances));
  }

  Effects operator()(const model::TransferSent& event) const {
    model::CreditMessage credit{.command = command_,
                                .creditor_account = event.creditor_account,
                                .amount = event.entries.back().amount,
                                .reference = event.reference,
                                .sent = position_,
                                .debtor_balance = BalanceOf(command_.account)};
    return {.index_write = Remember(IndexState::kSent, event.to_partition),
            .result = {},
            .message = std::move(credit)};
  }

  Effects operator()(const model::TransferCredited& event) const {
    return Complete(base::VectorOf(event.debtor_balance, BalanceOf(event.entries.back().account)));
  }

  Effects operator()(const model::TransferRefused& event) const {
    model::ReturnMessage returned{.command = command_,
                                  .creditor_account = event.creditor_account,
                                  .amount = event.amount,
                                  .code = event.code,
                                  .sent = event.sent,
                                  .refused = position_};
    return {.index_write = Remember(IndexState::kReturned, event.sent.partition),
            .result = {},
            .message = returned};
  }

  Effects operator()(const model::TransferReturned& event) const {
    Outcome outcome = MakeOutcome(event.code, base::VectorOf(BalanceOf(command_.account)));
    if (event.reopened) {
      outcome.reopened_account = command_.account;
    }
    return Finish(std::move(outcome), event.sent.sequence);
  }

  Effects operator()(const model::CommandRejected& event) const {
    std::vector<AccountBalance> balances;
    if (const Account* const account = state_.Find(command_.account)) {
      balances.push_back(account->Balance());
    }
    Outcome outcome = MakeOutcome(event.code, std::move(balances));
    if (event.code == ResultCode::kIdempotencyConflict) {  // The id keeps its first outcome.
      return {.index_write = {}, .result = MakeResult(outcome, false), .message = {}};
    }
    return Finish(std::move(outcome), sequence_);
  }

  Effects operator()(const model::CommandRepeated& event) const {
    return {.index_write = {}, .result = MakeResult(event.outcome, true), .message = {}};
  }

  Effects operator()(const model::RepeatForwarded& event) const {
    return {.index_write = {},
            .result = {},
            .message = model::RepeatMessage{
                .command = command_, .to_account = event.to_account, .forwarded = position_}};
  }

 private:
  [[nodiscard]] Account& Own() const {
    Account& account = state_.Mutable(command_.account);
    account.last_sequence = sequence_;
    return account;
  }

  [[nodiscard]] AccountBalance BalanceOf(const AccountId& id) const {
    const Account* const account = state_.Find(id);
    CHECK(account != nullptr);
    return account->Balance();
  }

  [[nodiscard]] Outcome MakeOutcome(ResultCode code, std::vector<AccountBalance> balances) const {
    return {.status = code == ResultCode::kOk ? ResultStatus::kCompleted : ResultStatus::kRejected,
            .code = code,
            .position = position_,
            .balances = std::move(balances),
            .reopened_account = {}};
  }

  [[nodiscard]] model::CommandResult MakeResult(const Outcome& outcome, bool duplicate) const {
    const bool ok = outcome.code == ResultCode::kOk;
    return {.command_id = command_.id,
            .account = command_.account,
            .type = command_.type,
            .status = outcome.status,
            .code = outcome.code,
            .duplicate = duplicate,
            .position = outcome.position,
            .balances = outcome.balances,
            .reopened_account = outcome.reopened_account,
            .path = {},
            .message = ok ? std::string() : std::string(model::InfoOf(outcome.code).meaning)};
  }

  [[nodiscard]] IndexWrite Remember(IndexState state, base::PartitionId other) const {
    return {.key = model::IndexKey(command_.account, command_.id),
            .entry = {.body_sha256 = command_.body_sha256,
                      .type = command_.type,
                      .state = state,
                      .other = other,
                      .first_sequence = sequence_,
                      .outcome = {.position = position_}}};
  }

  [[nodiscard]] Effects Complete(std::vector<AccountBalance> balances) const {
    return Finish(MakeOutcome(ResultCode::kOk, std::move(balances)), sequence_);
  }

  [[nodiscard]] Effects Finish(Outcome outcome, base::Sequence first_sequence) const {
    Effects effects;
    effects.result = MakeResult(outcome, false);
    effects.index_write = Remember(IndexState::kFinal, base::PartitionId(0));
    effects.index_write->entry.first_sequence = first_sequence;
    effects.index_write->entry.outcome = std::move(outcome);
    return effects;
  }

  State& state_;
  const model::CommandRef& command_;
  const model::Position position_;
  const base::Sequence sequence_;
};

void CountId(Progress& progress, const IndexWrite& write) {
  const model::IndexEntry& entry = write.entry;
  const base::Sequence sequence = entry.outcome.position.sequence;
  if (entry.first_sequence == sequence) {
    ++progress.id_count;
  }
  progress.ids_digest =
      base::AddDigests(progress.ids_digest,
                       Contribution(write.key.view(), entry.body_sha256, entry.state, sequence));
}

}  // namespace

base::Hash256 IndexDigest(std::string_view key, const model::IndexEntry& entry) {
  const base::Sequence sequence = entry.outcome.position.sequence;
  base::Hash256 digest = Contribution(key, entry.body_sha256, entry.state, sequence);
  if (entry.first_sequence != sequence) {
    digest = base::AddDigests(
        digest, Contribution(key, entry.body_sha256, IndexState::kSent, entry.first_sequence));
  }
  return digest;
}

Effects Evolve(State& state, const model::JournalRecord& record, const base::Hash256& record_hash) {
  CHECK(!FindContinuityFault(state, record.header).has_value());
  CHECK(!FindImbalance(record.event).has_value());
  Effects effects = std::visit(Applier(state, record), record.event.body);
  Progress& progress = state.mutable_progress();
  progress.last_sequence = record.header.position.sequence;
  progress.last_hash = record_hash;
  progress.last_inbox_offset = record.header.inbox_offset;
  progress.events_left = record.header.count - record.header.index - 1;
  progress.time = record.header.time;
  if (effects.index_write) {
    CountId(progress, *effects.index_write);
  }
  return effects;
}

}  // namespace paylog::ledger
