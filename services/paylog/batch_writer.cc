#include "paylog/cli/batch_writer.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace paylog::cli {
namespace {

using base::ErrorCode;

constexpr std::chrono::milliseconds kBackoffMin{20};
constexpr std::chrono::milliseconds kBackoffMax{1'000};

bool TimeMayCure(const base::Error& error) {
  switch (error.code) {
    case ErrorCode::kTainted:
    case ErrorCode::kUnknownOutcome:
    case ErrorCode::kAbortRequired:
      return !error.fatal;
    default:
      return error.retriable && !error.fatal;
  }
}

}  // namespace

base::Result<void> BatchWriter::Write(const std::vector<Entry>& batch, std::int64_t reached) {
  for (auto backoff = kBackoffMin;; backoff = std::min(backoff * 2, kBackoffMax)) {
    auto written = TryWrite(batch, reached);
    if (written) {
      return written;
    }
    AfterTrouble(written.error());
    if (!TimeMayCure(written.error()) || options_.stopped()) {
      return written;
    }
    std::this_thread::sleep_for(backoff);
  }
}

base::Result<void> BatchWriter::TryWrite(const std::vector<Entry>& batch, std::int64_t reached) {
  PAYLOG_TRY(EnsureWriter());
  if (outcome_unknown_ && options_.group) {
    // Init has completed or aborted what was open, so this is the last word.
    PAYLOG_ASSIGN(const auto committed,
                  log_.CommittedOffset(options_.group->group(), options_.place));
    if (committed == base::Offset(reached)) {
      outcome_unknown_ = false;
      return {};
    }
  }
  outcome_unknown_ = false;
  PAYLOG_TRY(writer_->Begin());
  transaction_open_ = true;
  for (const Entry& entry : batch) {
    PAYLOG_TRY(writer_->Append(entry.to, entry.record));
  }
  if (options_.group) {
    PAYLOG_TRY(writer_->CommitOffset(*options_.group, options_.place, base::Offset(reached)));
  }
  PAYLOG_TRY(writer_->Commit());
  transaction_open_ = false;
  return {};
}

base::Result<void> BatchWriter::EnsureWriter() {
  if (writer_ != nullptr) {
    return {};
  }
  PAYLOG_ASSIGN(auto writer, log_.NewWriter(options_.transactional_id));
  PAYLOG_TRY(writer->Init());
  writer_ = std::move(writer);
  return {};
}

void BatchWriter::AfterTrouble(const base::Error& error) {
  outcome_unknown_ = outcome_unknown_ || error.code == ErrorCode::kUnknownOutcome;
  const bool abort = transaction_open_ && log::RecoveryOf(error) == log::Recovery::kAbortAndRewind;
  if (!abort || !writer_->Abort()) {
    writer_.reset();
  }
  transaction_open_ = false;
}

}  // namespace paylog::cli
