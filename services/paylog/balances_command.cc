#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "paylog/cli/commands.h"
#include "paylog/cli/follow.h"
#include "paylog/cli/watched_log.h"
#include "paylog/codec/json_writer.h"
#include "paylog/ledger/core/state.h"
#include "paylog/ledger/stage/journal.h"
#include "paylog/service/open_log.h"

namespace paylog::cli {
namespace {

// Rebuilt from the journal, as of its end now.
base::Result<ledger::State> Rebuild(log::Log& log, const ReadRange& journal,
                                    std::int32_t partition_count) {
  PAYLOG_ASSIGN(const auto reader,
                log.NewReader(journal.partition, log::Isolation::kReadCommitted));
  ledger::State state(journal.partition.partition, partition_count);
  PAYLOG_TRY(ledger::Replay(*reader, journal.end, state,
                            [](const model::JournalRecord&,
                               const ledger::Effects&) -> base::Result<void> { return {}; }));
  return state;
}

// System accounts exist once per partition; they are shown summed up.
using Accounts = std::map<std::string, model::Account>;

base::Result<Accounts> CollectAccounts(log::Log& log, const std::vector<ReadRange>& journal,
                                       const BalancesArguments& arguments) {
  const auto partition_count = static_cast<std::int32_t>(journal.size());
  const std::set<std::string> wanted(arguments.accounts.begin(), arguments.accounts.end());
  Accounts accounts;
  for (const ReadRange& range : journal) {
    PAYLOG_ASSIGN(const ledger::State state, Rebuild(log, range, partition_count));
    for (const model::Account* account : state.SortedAccounts()) {
      const bool shown = wanted.empty() ? arguments.system || !account->id.is_system()
                                        : wanted.contains(account->id.ToString());
      if (!shown) {
        continue;
      }
      const auto [place, added] = accounts.emplace(account->id.value(), *account);
      if (!added) {
        place->second.posted += account->posted;
      }
    }
  }
  return accounts;
}

std::vector<std::string> Cells(const model::Account& account) {
  return {account.id.ToString(), std::string(account.currency.code()),
          base::ToString(account.posted), base::ToString(account.held),
          base::ToString(account.available())};
}

void PrintJson(const model::Account& account) {
  codec::JsonWriter json;
  json.BeginObject()
      .Field("account", account.id.value())
      .Field("currency", account.currency.code());
  const auto number = [&](std::string_view name, base::Int128 value) {
    json.Key(name);
    if (account.id.is_system()) {
      json.Text(base::ToString(value));
    } else {
      json.Integer128(value);
    }
  };
  number("posted", account.posted);
  number("held", account.held);
  number("available", account.available());
  json.EndObject();
  std::cout << std::move(json).Take() << '\n';
}

void Print(const Accounts& accounts, Format format) {
  Table table({"account", "currency", "posted>", "held>", "available>"});
  if (format == Format::kCsv) {
    std::cout << "account,currency,posted,held,available\n";
  }
  for (const auto& [id, account] : accounts) {
    switch (format) {
      case Format::kTable:
        table.Add(Cells(account));
        break;
      case Format::kCsv:
        std::cout << CsvLine(Cells(account));
        break;
      case Format::kJson:
        PrintJson(account);
        break;
    }
  }
  if (format == Format::kTable) {
    table.Print();
  }
}

}  // namespace

ExitCode Balances(const BalancesArguments& arguments) {
  const base::SystemClock clock;
  const service::StopSignal stop;
  auto opened = service::OpenExistingLog(arguments.log, clock, Warn);
  if (!opened) {
    return ReportError(opened.error().ToString());
  }
  if (auto frozen = service::Freeze(*opened); !frozen) {
    return ReportError(frozen.error().ToString());
  }
  const auto journal = WholeTopic(*opened->log, runtime::kJournalTopic, opened->counts.inbox);
  if (!journal) {
    return ReportError(journal.error().ToString());
  }
  ProgressBar bar("balances", "events");
  WatchedLog watched(*opened->log, stop, bar, Count(*journal));
  const auto accounts = CollectAccounts(watched, *journal, arguments);
  bar.Clear();
  if (!accounts) {
    return ReportReading(accounts.error());
  }
  Print(*accounts, arguments.format);
  bool all_found = true;
  for (const std::string& account : arguments.accounts) {
    if (!accounts->contains(account)) {
      std::cerr << "paylog: there is no account " << account << '\n';
      all_found = false;
    }
  }
  return all_found ? ExitCode::kDone : ExitCode::kIncomplete;
}

}  // namespace paylog::cli
