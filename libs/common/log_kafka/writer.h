#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "paylog/log/writer.h"
#include "paylog/log_kafka/client.h"
#include "paylog/log_kafka/cluster.h"
#include "paylog/log_kafka/error_protocol.h"
#include "paylog/log_kafka/sender.h"

namespace paylog::log_kafka {

// The metadata of a membership, as librdkafka holds it.
struct MemberMetadata final : log::GroupMetadata::Rep {
  explicit MemberMetadata(ConsumerGroupMetadata metadata) : handle(std::move(metadata)) {}
  const ConsumerGroupMetadata handle;
};

// Transactions on one transactional id. It follows the error protocol of error_protocol.h: calls
// that must be repeated are repeated here, everything else is reported by its consequence.
class Writer final : public log::TransactionalWriter {
 public:
  // So many records at most are held back before librdkafka gets them, all together. A partition
  // that is new to the transaction is told to the coordinator 1 ms after its first record, with all
  // others that came meanwhile; for that time librdkafka's main thread spins, and until the answer
  // has come no other is told. More make fewer produce requests, and these later (ADR 8).
  static constexpr std::size_t kStagedMax = 256;

  Writer(Cluster& cluster, std::string transactional_id, ClientInstance client);
  // May wait a second for what was handed over to librdkafka.
  ~Writer() override;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  base::Result<void> Init() override;
  base::Result<void> Begin() override;
  base::Result<void> Append(const log::TopicPartition& to, log::Record record) override;
  base::Result<void> CommitOffset(const log::GroupMetadata& group, const log::TopicPartition& from,
                                  base::Offset next) override;
  base::Result<void> Commit() override;
  base::Result<void> Abort() override;

  // kTainted where a late copy of a request could still decide the next transaction: then the
  // writer is of no more use.
  base::Result<void> CheckTaint();
  // Nothing was staged in the open transaction.
  [[nodiscard]] bool is_empty() const { return sent_ == 0 && staged_.empty() && progress_.empty(); }

 private:
  enum class State {
    kNew,      // Before Init.
    kReady,    // No transaction is open.
    kOpen,     // Begun.
    kUnknown,  // A commit of unknown outcome: only destruction is left.
    kDead,     // librdkafka's instance, or our trust in it, is gone.
  };
  struct Cause {
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    std::string reason;
    bool fatal = false;  // librdkafka's instance is dead.
  };
  // A record that librdkafka does not have yet.
  struct Staged {
    const Sender::Topic* topic;
    base::PartitionId partition;
    log::Record record;
  };
  // What one group has processed in this transaction.
  struct Progress {
    log::GroupMetadata group;
    std::map<log::TopicPartition, base::Offset> next;
  };

  // `attempt(milliseconds)` until it succeeds, or the verdict is another than to repeat it.
  template <typename Attempt>
  base::Result<void> Carry(Call call, Attempt attempt);
  base::Error Explain(Call call, const Fault& fault, const std::string& reason);
  base::Result<void> SendStaged();
  base::Result<void> SendOffsets(const Progress& progress);
  base::Result<void> Deliver();
  base::Error ExplainDelivery(rd_kafka_resp_err_t code);
  base::Error ExplainRefusal(rd_kafka_resp_err_t code, const Staged& staged);
  [[nodiscard]] Cause RootOf(const Cause& seen) const;
  [[nodiscard]] Cause RootInTransaction(const Cause& seen) const;
  base::Result<void> MustAbort(const std::string& why);
  void AwaitOneDelivery();

  Cluster& cluster_;
  const std::string transactional_id_;
  const std::chrono::milliseconds transaction_timeout_;
  ClientInstance client_;
  std::optional<Sender> sender_;  // Of the client.
  State state_ = State::kNew;
  std::optional<base::Error> must_abort_;  // librdkafka forgets errors of producing; we do not.
  std::vector<Staged> staged_;
  std::size_t sent_ = 0;  // Records of this transaction that librdkafka has, or had.
  std::map<std::string, Progress> progress_;  // By group.
};

}  // namespace paylog::log_kafka
