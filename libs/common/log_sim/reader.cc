#include "paylog/log_sim/reader.h"

#include <algorithm>

namespace paylog::log_sim {
namespace {

constexpr std::uint64_t kShortReadMax = 4;
constexpr std::uint64_t kStaleEntriesMax = 6;

}  // namespace

base::Result<void> Reader::Seek(base::Offset offset) {
  PAYLOG_TRY(client_->Enter());
  const base::Offset end = client_->broker.End(from_, /*committed_only=*/false);
  if (offset.value() < 0 || offset > end) {
    return base::Error{.code = base::ErrorCode::kOffsetOutOfRange,
                       .context = from_.ToString() + " goes from 0 to " +
                                  std::to_string(end.value()) + ", and not to " +
                                  std::to_string(offset.value())};
  }
  position_ = offset;
  return {};
}

base::Result<log::PolledRecords> Reader::Poll(const log::PollLimits& limits) {
  PAYLOG_TRY(client_->Enter());
  PAYLOG_TRY(client_->Fail(fault::kReadFails));
  Broker& broker = client_->broker;
  if (broker.Happens(fault::kReadLate)) {
    (void)broker.WaitUntil(limits.wait, [] { return false; });
    return log::PolledRecords{.records = {}, .next = position_};
  }
  std::size_t records_max = limits.records_max;
  if (broker.Happens(fault::kReadShort)) {
    records_max = std::min(records_max, 1 + static_cast<std::size_t>(broker.Choose(kShortReadMax)));
  }
  const auto read = [&] {
    return broker.Read(from_, position_, records_max, limits.bytes_max, committed_only_);
  };
  Broker::View view = read();
  if (view.records.empty() && limits.wait.count() > 0) {
    const base::Offset end = broker.End(from_, committed_only_);
    (void)broker.WaitUntil(
        limits.wait, [&] { return woken_ || broker.EndLocked(from_, committed_only_) > end; });
    broker.Notify([this] { woken_ = false; });
    view = read();
  }
  position_ = view.next;
  return log::PolledRecords{.records = std::move(view.records), .next = position_};
}

base::Result<base::Offset> Reader::EndOffset() {
  PAYLOG_TRY(client_->Enter());
  const base::Offset end = client_->broker.End(from_, committed_only_);
  if (client_->hears_stale_ends && client_->broker.Happens(fault::kEndStale)) {
    const auto missing = static_cast<std::int64_t>(client_->broker.Choose(kStaleEntriesMax));
    return base::Offset(std::max<std::int64_t>(0, end.value() - missing));
  }
  return end;
}

base::Result<base::Offset> Reader::BeginningOffset() {
  PAYLOG_TRY(client_->Enter());
  return base::Offset(0);
}

void Reader::Wakeup() {
  client_->broker.Notify([this] { woken_ = true; });
}

}  // namespace paylog::log_sim
