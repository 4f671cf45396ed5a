#include "paylog/codec/snapshot_codec.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "paylog/base/bytes.h"
#include "paylog/base/limits.h"
#include "paylog/codec/utf8.h"

// Numbers are varints, and signed varints where they may be negative; a text's length is before it.
//
// An account: currency (3 letters), flags (1 debits frozen, 2 credits frozen, 4 closed), posted,
// held, overdraft_limit, min_balance, max_balance, freeze_reason, last_sequence.
//
// An index entry: body_sha256 (32 bytes), type, state, other, first_sequence, and the outcome:
// status, code, partition, sequence, how many balances, of each account, currency, posted, held and
// available, at last 0, or 1 and reopened_account.
namespace paylog::codec {
namespace {

using base::ByteReader;
using base::ByteWriter;
using model::Account;
using model::IndexEntry;

// Numbers of enumerators are stored.
static_assert(static_cast<int>(model::ResultStatus::kCompleted) == 0);
static_assert(static_cast<int>(model::ResultStatus::kRejected) == 1);
static_assert(static_cast<int>(model::ResultStatus::kRefused) == 2);

constexpr std::uint8_t kDebitsFrozen = 1;
constexpr std::uint8_t kCreditsFrozen = 2;
constexpr std::uint8_t kClosed = 4;
constexpr std::uint64_t kStatuses = 3;
constexpr std::uint64_t kStates = 3;
constexpr std::uint64_t kCurrencyBytes = 3;
// Some bytes more than an entry with two balances of usual names takes.
constexpr std::size_t kUsualBytes = 160;

template <typename Enum>
std::uint64_t NumberOf(Enum value) {
  return static_cast<std::uint64_t>(value);
}

std::uint64_t NumberOf(base::PartitionId partition) {
  return static_cast<std::uint64_t>(partition.value());
}

std::uint64_t NumberOf(base::Sequence sequence) {
  return static_cast<std::uint64_t>(sequence.value());
}

void WriteBalance(ByteWriter& writer, const model::AccountBalance& balance) {
  writer.Bytes(balance.account.value());
  writer.Raw(balance.currency.code());
  writer.SignedVarint128(balance.posted);
  writer.SignedVarint128(balance.held);
  writer.SignedVarint128(balance.available);
}

void WriteOutcome(ByteWriter& writer, const model::Outcome& outcome) {
  writer.Varint(NumberOf(outcome.status));
  writer.Varint(NumberOf(outcome.code));
  writer.Varint(NumberOf(outcome.position.partition));
  writer.Varint(NumberOf(outcome.position.sequence));
  writer.Varint(outcome.balances.size());
  for (const model::AccountBalance& balance : outcome.balances) {
    WriteBalance(writer, balance);
  }
  writer.U8(outcome.reopened_account ? 1 : 0);
  if (outcome.reopened_account) {
    writer.Bytes(outcome.reopened_account->value());
  }
}

// Reads values that are checked; the first fault is the one that Finish tells.
class SavedReader {
 public:
  explicit SavedReader(std::string_view bytes) : bytes_(bytes), reader_(bytes) {}

  void Expect(bool holds, std::string_view problem) {
    if (!holds && problem_.empty()) {
      problem_ = problem;
      at_ = bytes_.size() - reader_.remaining();
    }
  }

  std::uint64_t Number(std::uint64_t end, std::string_view problem) {
    const std::uint64_t number = reader_.Varint();
    Expect(number < end, problem);
    return number < end ? number : 0;
  }

  template <typename Enum>
  Enum Enumerator(std::uint64_t count, std::string_view problem) {
    return static_cast<Enum>(Number(count, problem));
  }

  base::PartitionId Partition() {
    constexpr std::uint64_t kEnd = std::uint64_t{1} << 31;
    return base::PartitionId(static_cast<std::int32_t>(Number(kEnd, "not a partition")));
  }

  base::Sequence Sequence() {
    constexpr std::uint64_t kEnd = std::uint64_t{1} << 63;
    return base::Sequence(static_cast<std::int64_t>(Number(kEnd, "not a sequence number")));
  }

  std::int64_t Limit() {
    return static_cast<std::int64_t>(
        Number(std::uint64_t{base::kAmountMinorMax} + 1, "not a limit"));
  }

  // So far from the ends that limits can be added.
  base::Int128 Balance() {
    constexpr base::Int128 kEnd = base::Int128{1} << 120;
    const base::Int128 value = reader_.SignedVarint128();
    Expect(value < kEnd && value > -kEnd, "not a balance");
    return value;
  }

  model::Currency Currency() {
    const auto currency = model::Currency::Parse(reader_.Raw(kCurrencyBytes));
    Expect(currency.has_value(), "not a currency");
    return currency.value_or(model::Currency::All().front());
  }

  model::AccountId Customer() {
    auto account = model::AccountId::Parse(reader_.Bytes());
    Expect(account.has_value(), "not a customer's account");
    return account ? *account : model::AccountId::External(model::Currency::All().front());
  }

  std::string Text() {
    const std::string_view text = reader_.Bytes();
    Expect(!FindInvalidUtf8(text).has_value(), "not UTF-8");
    return std::string(text);
  }

  base::Hash256 Hash() {
    base::Hash256 hash;
    const std::string_view bytes = reader_.Raw(hash.bytes.size());
    Expect(bytes.size() == hash.bytes.size(), "not a hash");
    std::copy(bytes.begin(), bytes.end(), hash.bytes.begin());
    return hash;
  }

  std::uint8_t Flags(std::uint8_t known) {
    const std::uint8_t flags = reader_.U8();
    Expect((flags & ~known) == 0, "unknown flags");
    return flags & known;
  }

  [[nodiscard]] bool ok() const { return reader_.ok() && problem_.empty(); }

  template <typename Value>
  base::Result<Value> Finish(std::string_view what, Value value) {
    Expect(reader_.ok(), "it ends too early, or has a number in another spelling");
    Expect(reader_.remaining() == 0, "there is more than should be");
    if (!problem_.empty()) {
      return base::Error{.code = base::ErrorCode::kCorrupt,
                         .context = std::string(what) + ", before byte " + std::to_string(at_) +
                                    ": " + std::string(problem_)};
    }
    return value;
  }

 private:
  std::string_view bytes_;
  ByteReader reader_;
  std::string_view problem_;  // Empty while there is none.
  std::size_t at_ = 0;
};

model::AccountBalance ReadBalance(SavedReader& reader) {
  return {.account = reader.Customer(),
          .currency = reader.Currency(),
          .posted = reader.Balance(),
          .held = reader.Balance(),
          .available = reader.Balance()};
}

model::Outcome ReadOutcome(SavedReader& reader) {
  model::Outcome outcome{
      .status = reader.Enumerator<model::ResultStatus>(kStatuses, "not a status"),
      .code = reader.Enumerator<model::ResultCode>(model::AllResultCodes().size(), "not a code"),
      .position = {.partition = reader.Partition(), .sequence = reader.Sequence()},
      .balances = {},
      .reopened_account = std::nullopt};
  const std::uint64_t count =
      reader.Number(std::numeric_limits<std::uint64_t>::max(), "not a count");
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    outcome.balances.push_back(ReadBalance(reader));
  }
  if (reader.Flags(/*known=*/1) != 0) {
    outcome.reopened_account = reader.Customer();
  }
  return outcome;
}

}  // namespace

std::string EncodeSavedAccount(const Account& account) {
  std::string value;
  ByteWriter writer(value);
  writer.Raw(account.currency.code());
  writer.U8(static_cast<std::uint8_t>((account.debits_frozen ? kDebitsFrozen : 0) |
                                      (account.credits_frozen ? kCreditsFrozen : 0) |
                                      (account.closed ? kClosed : 0)));
  writer.SignedVarint128(account.posted);
  writer.SignedVarint128(account.held);
  writer.Varint(static_cast<std::uint64_t>(account.overdraft_limit));
  writer.Varint(static_cast<std::uint64_t>(account.min_balance));
  writer.Varint(static_cast<std::uint64_t>(account.max_balance));
  writer.Bytes(account.freeze_reason.value());
  writer.Varint(NumberOf(account.last_sequence));
  return value;
}

base::Result<Account> DecodeSavedAccount(std::string_view id, std::string_view value) {
  auto account_id = model::AccountId::ParseAny(id);
  if (!account_id) {
    return base::Error{.code = base::ErrorCode::kCorrupt,
                       .context = "saved account: its key is not an account"};
  }
  SavedReader reader(value);
  Account account{.id = *account_id, .currency = reader.Currency()};
  const std::uint8_t flags = reader.Flags(kDebitsFrozen | kCreditsFrozen | kClosed);
  account.debits_frozen = (flags & kDebitsFrozen) != 0;
  account.credits_frozen = (flags & kCreditsFrozen) != 0;
  account.closed = (flags & kClosed) != 0;
  account.posted = reader.Balance();
  account.held = reader.Balance();
  account.overdraft_limit = reader.Limit();
  account.min_balance = reader.Limit();
  account.max_balance = reader.Limit();
  account.freeze_reason = reader.Text();
  account.last_sequence = reader.Sequence();
  return reader.Finish("saved account", std::move(account));
}

std::string EncodeIndexEntry(const IndexEntry& entry) {
  std::string value;
  value.reserve(kUsualBytes);
  AppendIndexEntry(entry, value);
  return value;
}

void AppendIndexEntry(const IndexEntry& entry, std::string& to) {
  ByteWriter writer(to);
  writer.Raw({reinterpret_cast<const char*>(entry.body_sha256.bytes.data()),
              entry.body_sha256.bytes.size()});
  writer.Varint(NumberOf(entry.type));
  writer.Varint(NumberOf(entry.state));
  writer.Varint(NumberOf(entry.other));
  writer.Varint(NumberOf(entry.first_sequence));
  WriteOutcome(writer, entry.outcome);
}

base::Result<IndexEntry> DecodeIndexEntry(std::string_view value) {
  SavedReader reader(value);
  IndexEntry entry{.body_sha256 = reader.Hash(),
                   .type = reader.Enumerator<model::CommandType>(model::kCommandTypeCount,
                                                                 "not a command's type"),
                   .state = reader.Enumerator<model::IndexState>(kStates, "not a state"),
                   .other = reader.Partition(),
                   .first_sequence = reader.Sequence(),
                   .outcome = ReadOutcome(reader)};
  return reader.Finish("index entry", std::move(entry));
}

}  // namespace paylog::codec
