#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "paylog/base/check.h"
#include "paylog/base/murmur2.h"
#include "paylog/ledger/core/decide.h"
#include "paylog/ledger/core/evolve.h"
#include "paylog/ledger/core/invariants.h"

// For tests: ledger partitions on plain containers. The inboxes are queues, the index is a map, and
// each step takes one inbox record the way the runtime does. Every event is checked on the way.
namespace paylog::ledger::testing {

inline const model::Currency kEuro = *model::Currency::Parse("EUR");
inline const model::Currency kYen = *model::Currency::Parse("JPY");

inline model::AccountId Account(const std::string& name) {
  return *model::AccountId::Parse(name);
}
inline model::Money Euro(std::int64_t minor) {
  return {.minor = minor, .currency = kEuro};
}

template <typename Body>
model::Command MakeCommand(const std::string& id, const std::string& account, Body body) {
  return {.id = *model::CommandId::Parse(id), .account = Account(account), .body = std::move(body)};
}

inline model::Command Open(const std::string& id, const std::string& account,
                           model::AccountLimits limits = {}) {
  return MakeCommand(id, account, model::OpenAccount{.currency = kEuro, .limits = limits});
}
inline model::Command DepositOf(const std::string& id, const std::string& account,
                                std::int64_t minor) {
  return MakeCommand(id, account,
                     model::Deposit{.amount = Euro(minor), .reference = {}, .metadata = {}});
}
inline model::Command WithdrawalOf(const std::string& id, const std::string& account,
                                   std::int64_t minor) {
  return MakeCommand(id, account,
                     model::Withdraw{.amount = Euro(minor), .reference = {}, .metadata = {}});
}
inline model::Command TransferOf(const std::string& id, const std::string& debtor,
                                 const std::string& creditor, std::int64_t minor) {
  return MakeCommand(id, debtor,
                     model::Transfer{.creditor_account = Account(creditor),
                                     .amount = Euro(minor),
                                     .reference = {},
                                     .metadata = {}});
}

inline std::string KeyOf(const model::AccountId& account, const model::CommandId& id) {
  return std::string(model::IndexKey(account, id).view());
}

// The first name of the form `stem`N that lives on the partition.
inline std::string NameOn(const std::string& stem, int partition, int partition_count) {
  for (int n = 0;; ++n) {
    const std::string name = stem + std::to_string(n);
    if (base::PartitionOf(name, partition_count).value() == partition) {
      return name;
    }
  }
}

class TestLedger {
 public:
  explicit TestLedger(int partition_count) {
    for (int p = 0; p < partition_count; ++p) {
      partitions_.emplace_back(base::PartitionId(p), partition_count);
    }
  }

  // Accepts the command; its body hash is over `body`, so that another body can be sent.
  void Submit(const model::Command& command, const std::string& body = "same") {
    const auto p = base::PartitionOf(command.account.value(), count());
    partitions_[Index(p)].inbox.push_back(
        model::CommandInput{.command = command, .body_sha256 = base::Sha256(body)});
  }

  // Takes the next record of the partition's inbox; false where there is none.
  bool Step(int p) {
    Partition& partition = partitions_[static_cast<std::size_t>(p)];
    if (partition.inbox.empty()) {
      return false;
    }
    const model::InboxRecord input{.offset = base::Offset(partition.next_offset++),
                                   .timestamp = base::TimestampMs(1000),
                                   .body = std::move(partition.inbox.front())};
    partition.inbox.pop_front();
    const auto known = partition.index.find(std::string(IndexKeyOf(input).view()));
    const auto events =
        Decide(partition.state, input, known == partition.index.end() ? nullptr : &known->second);
    const auto count = static_cast<std::int32_t>(events.size());
    for (std::int32_t i = 0; i < count; ++i) {
      Apply(partition, {.header = MakeHeader(partition.state, input, i, count),
                        .event = events[static_cast<std::size_t>(i)]});
    }
    return true;
  }

  void RunToEnd() {
    for (bool busy = true; busy;) {
      busy = false;
      for (int p = 0; p < count(); ++p) {
        busy = Step(p) || busy;
      }
    }
  }

  // Submits, runs to the end, and gives the last result of this command.
  model::CommandResult Execute(const model::Command& command, const std::string& body = "same") {
    Submit(command, body);
    RunToEnd();
    return results_.at(KeyOf(command.account, command.id)).back();
  }

  [[nodiscard]] int count() const { return static_cast<int>(partitions_.size()); }
  [[nodiscard]] const State& state(int p) const {
    return partitions_[static_cast<std::size_t>(p)].state;
  }
  [[nodiscard]] const std::vector<model::JournalRecord>& journal(int p) const {
    return partitions_[static_cast<std::size_t>(p)].journal;
  }
  [[nodiscard]] const std::map<std::string, model::IndexEntry>& index(int p) const {
    return partitions_[static_cast<std::size_t>(p)].index;
  }
  [[nodiscard]] std::size_t inbox_size(int p) const {
    return partitions_[static_cast<std::size_t>(p)].inbox.size();
  }
  [[nodiscard]] const std::map<std::string, std::vector<model::CommandResult>>& results() const {
    return results_;
  }
  [[nodiscard]] base::Int128 Posted(const std::string& account) const {
    const auto p = base::PartitionOf(account, count());
    const model::Account* const found = partitions_[Index(p)].state.Find(Account(account));
    return found == nullptr ? base::Int128{0} : found->posted;
  }
  // Over all partitions.
  [[nodiscard]] base::Int128 Transit() const {
    base::Int128 sum = 0;
    for (const Partition& partition : partitions_) {
      for (const auto& [currency, amount] : TransitByCurrency(partition.state)) {
        sum += amount;
      }
    }
    return sum;
  }
  // The names of the events of a partition's journal, in order.
  [[nodiscard]] std::vector<std::string> EventNames(int p) const {
    std::vector<std::string> names;
    for (const model::JournalRecord& record : journal(p)) {
      names.emplace_back(model::EventTypeName(record.event.body));
    }
    return names;
  }

  static base::Hash256 RecordHash(const model::JournalRecord& record) {
    return base::Sha256(record.header.prev_hash.ToHex() +
                        std::to_string(record.header.position.sequence.value()));
  }

 private:
  struct Partition {
    Partition(base::PartitionId id, int partition_count) : state(id, partition_count) {}
    State state;
    std::deque<model::InboxBody> inbox;
    std::map<std::string, model::IndexEntry> index;
    std::vector<model::JournalRecord> journal;
    std::int64_t next_offset = 0;
  };

  static std::size_t Index(base::PartitionId p) { return static_cast<std::size_t>(p.value()); }

  void Apply(Partition& partition, model::JournalRecord record) {
    Effects effects = Evolve(partition.state, record, RecordHash(record));
    CHECK(!FindOverdraw(partition.state, record.event).has_value());
    if (effects.index_write) {
      partition.index.insert_or_assign(std::string(effects.index_write->key.view()),
                                       effects.index_write->entry);
    }
    if (effects.result) {
      results_[KeyOf(effects.result->account, effects.result->command_id)].push_back(
          *effects.result);
    }
    if (effects.message) {
      const auto to = base::PartitionOf(RecipientOf(*effects.message).value(), count());
      std::visit([&](auto& message) { partitions_[Index(to)].inbox.push_back(message); },
                 *effects.message);
    }
    partition.journal.push_back(std::move(record));
  }

  std::vector<Partition> partitions_;
  std::map<std::string, std::vector<model::CommandResult>> results_;
};

}  // namespace paylog::ledger::testing
