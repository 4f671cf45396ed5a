#include "paylog/story/bank.h"

#include <chrono>
#include <optional>
#include <variant>

#include "paylog/audit/auditor.h"
#include "paylog/base/check.h"
#include "paylog/base/murmur2.h"
#include "paylog/codec/command_codec.h"
#include "paylog/codec/headers.h"
#include "paylog/codec/result_codec.h"
#include "paylog/ledger/stage/ledger_partition.h"
#include "paylog/runtime/progress.h"
#include "paylog/story/words.h"
#include "paylog/validator/stage/validator_partition.h"

namespace paylog::story {
namespace {

using std::chrono::milliseconds;
using Made = base::Result<std::unique_ptr<runtime::PartitionProcessor>>;

// Each round commits something; a command makes a handful of records.
constexpr int kRoundsMax = 100'000;

runtime::StageOptions Options(const char* name, std::string_view group, std::string_view topic) {
  return {.name = name, .group = std::string(group), .input_topic = std::string(topic)};
}

runtime::ProcessorFactory MakeValidators(log::Log& log, const runtime::PartitionCounts& counts,
                                         runtime::Counters& counters) {
  return [&log, &counts, &counters](base::PartitionId partition) -> Made {
    return std::unique_ptr<runtime::PartitionProcessor>(
        std::make_unique<validator::ValidatorPartition>(log, partition, counts, counters));
  };
}

runtime::ProcessorFactory MakeLedgers(log::Log& log, const runtime::PartitionCounts& counts,
                                      runtime::Counters& counters) {
  return [&log, &counts, &counters](base::PartitionId partition) -> Made {
    return std::unique_ptr<runtime::PartitionProcessor>(std::make_unique<ledger::LedgerPartition>(
        log, partition, ledger::LedgerOptions{.counts = counts}, counters));
  };
}

base::Result<void> AssignAll(runtime::WorkerTable& table, const runtime::StageOptions& options,
                             std::int32_t partitions) {
  log::Assigned assigned{.partitions = {},
                         .metadata = log::GroupMetadata::Standalone(options.group)};
  for (std::int32_t p = 0; p < partitions; ++p) {
    assigned.partitions.push_back(runtime::Partition(options.input_topic, base::PartitionId(p)));
  }
  return table.Assign(assigned);
}

// One step of each partition, in order. Did any of them do something?
base::Result<bool> StepAll(const runtime::WorkerTable& table) {
  bool any = false;
  for (const auto& [partition, served] : table.served()) {
    PAYLOG_ASSIGN(const runtime::StepOutcome outcome, served.worker->Step(milliseconds(0)));
    any = any || outcome != runtime::StepOutcome::kIdle;
  }
  return any;
}

// As `paylog submit` chooses it; nullopt where the body does not say whose it is.
std::optional<std::string> KeyOf(const std::string& body) {
  const model::DecodedCommand decoded = codec::DecodeCommand(body);
  if (const auto* const command = std::get_if<model::Command>(&decoded)) {
    return command->account.ToString();
  }
  if (const auto* const refused = std::get_if<model::RefusedCommand>(&decoded)) {
    return refused->account.ToString();
  }
  return std::nullopt;
}

Ending EndingOf(model::ResultStatus status) {
  switch (status) {
    case model::ResultStatus::kCompleted:
      return Ending::kCompleted;
    case model::ResultStatus::kRejected:
      return Ending::kRejected;
    case model::ResultStatus::kRefused:
      return Ending::kRefused;
  }
  CHECK(false);
}

base::Error Corrupt(std::string context) {
  return {.code = base::ErrorCode::kCorrupt, .context = std::move(context)};
}

}  // namespace

Bank::Bank(std::int32_t partitions)
    : counts_(runtime::EqualCounts(partitions)),
      broker_({.clock = &clock_, .time = &clock_}),
      log_(broker_),
      validator_options_(Options("validator", runtime::kValidatorGroup, runtime::kCommandsTopic)),
      ledger_options_(Options("ledger", runtime::kLedgerGroup, runtime::kInboxTopic)),
      validator_factory_(MakeValidators(log_, counts_, counters_)),
      ledger_factory_(MakeLedgers(log_, counts_, counters_)),
      validators_(log_, validator_options_, validator_factory_, counters_),
      ledgers_(log_, ledger_options_, ledger_factory_, counters_) {}

Bank::~Bank() = default;

base::Result<void> Bank::Open() {
  PAYLOG_TRY(log_.CreateTopics(runtime::TopicSpecs(counts_)));
  PAYLOG_TRY(AssignAll(validators_, validator_options_, counts_.commands));
  PAYLOG_TRY(AssignAll(ledgers_, ledger_options_, counts_.inbox));
  return Work();
}

base::Result<std::vector<Outcome>> Bank::Settle(const std::vector<Send>& sends) {
  std::vector<Origin> origins;
  for (const Send& send : sends) {
    PAYLOG_ASSIGN(const Origin origin, Put(send));
    origins.push_back(origin);
  }
  PAYLOG_TRY(Work());
  PAYLOG_TRY(ReadAnswers());
  std::vector<Outcome> outcomes;
  for (std::size_t i = 0; i < sends.size(); ++i) {
    const std::vector<Outcome>& answers = answers_[origins[i]];
    if (answers.size() != 1) {
      return Corrupt(std::to_string(sends[i].line) + ": the command has " +
                     std::to_string(answers.size()) + " answers instead of one");
    }
    outcomes.push_back(answers.front());
  }
  return outcomes;
}

base::Result<Bank::Origin> Bank::Put(const Send& send) {
  const std::optional<std::string> key = send.key.value_or(KeyOf(send.body));
  base::PartitionId partition = key ? PartitionOf(*key) : base::PartitionId(0);
  if (send.partition) {
    if (*send.partition >= counts_.commands) {
      return Wrong(std::to_string(send.line) + ": there is no partition " +
                   std::to_string(*send.partition) + "; there are " +
                   std::to_string(counts_.commands) + ", counted from 0");
    }
    partition = base::PartitionId(*send.partition);
  }
  clock_.Advance(milliseconds(1));
  PAYLOG_ASSIGN(const auto producer, log_.NewProducer());
  PAYLOG_TRY(
      producer->Send(runtime::Partition(runtime::kCommandsTopic, partition),
                     {.key = key, .value = send.body, .headers = {}, .timestamp = clock_.Now()}));
  PAYLOG_TRY(producer->Flush());
  base::Offset& end = ends_.try_emplace(partition, base::Offset(0)).first->second;
  const Origin origin(partition, end);
  end = end.Next();
  return origin;
}

base::Result<void> Bank::Work() {
  for (int round = 0; round < kRoundsMax; ++round) {
    PAYLOG_ASSIGN(const bool validated, StepAll(validators_));
    PAYLOG_ASSIGN(const bool posted, StepAll(ledgers_));
    if (!validated && !posted) {
      PAYLOG_ASSIGN(const bool quiet, runtime::IsQuiet(log_, counts_));
      return quiet ? base::Result<void>() : Corrupt("the work ended before all was answered");
    }
  }
  return Corrupt("the work does not come to an end");
}

base::Result<void> Bank::ReadAnswers() {
  PAYLOG_TRY(ReadNew(runtime::kResultsTopic, counts_.results));
  return ReadNew(runtime::kDeadLettersTopic, counts_.dead_letters);
}

base::Result<void> Bank::ReadNew(std::string_view topic, std::int32_t partitions) {
  for (std::int32_t p = 0; p < partitions; ++p) {
    const auto from = runtime::Partition(topic, base::PartitionId(p));
    auto& reader = readers_[from];
    if (reader == nullptr) {
      PAYLOG_ASSIGN(reader, log_.NewReader(from, log::Isolation::kReadCommitted));
    }
    for (;;) {
      PAYLOG_ASSIGN(const log::PolledRecords polled, reader->Poll({}));
      for (const log::StoredRecord& record : polled.records) {
        PAYLOG_TRY(topic == runtime::kResultsTopic ? NoteResult(record) : NoteDeadLetter(record));
      }
      if (polled.records.empty()) {
        break;
      }
    }
  }
  return {};
}

base::Result<void> Bank::NoteResult(const log::StoredRecord& record) {
  PAYLOG_ASSIGN(const model::CommandResult result, codec::DecodeResult(record.value));
  Outcome outcome{.ending = EndingOf(result.status),
                  .code = result.code,
                  .duplicate = result.duplicate,
                  .reopened = result.reopened_account ? result.reopened_account->ToString() : "",
                  .balances = std::vector<Holding>(),
                  .path = result.path};
  for (const model::AccountBalance& balance : result.balances) {
    outcome.balances->push_back({.account = balance.account.ToString(),
                                 .currency = balance.currency,
                                 .posted = balance.posted});
  }
  return Note(record, std::move(outcome));
}

base::Result<void> Bank::NoteDeadLetter(const log::StoredRecord& record) {
  const auto code = model::ParseResultCode(record.FindHeader(codec::kReason).value_or(""));
  if (!code) {
    return Corrupt("a dead letter without a reason");
  }
  return Note(record, {.ending = Ending::kDeadLetter,
                       .code = *code,
                       .balances = std::vector<Holding>(),
                       .path = std::string(record.FindHeader(codec::kReasonPath).value_or(""))});
}

base::Result<void> Bank::Note(const log::StoredRecord& record, Outcome outcome) {
  const auto origin = codec::Origin::Parse(record.FindHeader(codec::kOrigin).value_or(""));
  if (!origin) {
    return Corrupt("an answer that does not say to what");
  }
  answers_[{origin->partition, origin->offset}].push_back(std::move(outcome));
  return {};
}

Standing Bank::StandingOf(const std::string& account) const {
  const auto& served =
      ledgers_.served().at(runtime::Partition(runtime::kInboxTopic, PartitionOf(account)));
  const auto* const ledger = dynamic_cast<const ledger::LedgerPartition*>(served.processor.get());
  CHECK(ledger != nullptr);
  const auto id = model::AccountId::Parse(account);
  const model::Account* const found = id ? ledger->state().Find(*id) : nullptr;
  if (found == nullptr) {
    return {};
  }
  return {.exists = true,
          .currency = found->currency,
          .posted = found->posted,
          .available = found->available(),
          .debits_frozen = found->debits_frozen,
          .credits_frozen = found->credits_frozen,
          .closed = found->closed};
}

base::PartitionId Bank::PartitionOf(const std::string& account) const {
  return base::PartitionOf(account, counts_.commands);
}

audit::Verdict Bank::Audit() {
  audit::AuditReport report;
  return audit::Audit(log_, {.counts = counts_}, report);
}

}  // namespace paylog::story
