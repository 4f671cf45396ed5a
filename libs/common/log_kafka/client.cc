#include "paylog/log_kafka/client.h"

#include <array>
#include <utility>

#include "paylog/log_kafka/error_protocol.h"

namespace paylog::log_kafka {
namespace {

// A broker that is away is reported by every client about once a second.
constexpr std::chrono::seconds kSameWarningAgain{30};
constexpr std::size_t kWarningsRemembered = 1'000;

// The requests whose lost replies taint a transaction, by Kafka's protocol guide.
constexpr std::array<std::int16_t, 6> kTaintingRequests = {
    0,   // Produce
    22,  // InitProducerId
    24,  // AddPartitionsToTxn
    25,  // AddOffsetsToTxn
    26,  // EndTxn
    28,  // TxnOffsetCommit
};

constexpr int kSyslogCritical = 2;

// Texts that differ only in ports, times and counts say the same.
std::string WithoutDigits(std::string text) {
  std::erase_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return text;
}

}  // namespace

void Troubles::Note(rd_kafka_resp_err_t code, const std::string& text) {
  {
    const std::scoped_lock lock(mutex_);
    // A connection that breaks while credentials are exchanged is reported as a refusal, too; then
    // the reason is a local one.
    const bool refusal = IsRefusal(code) || (code == RD_KAFKA_RESP_ERR__AUTHENTICATION &&
                                             text.find("Local:") == std::string::npos);
    if (refusal || !refused_) {
      last_ = text;
    }
    refused_ = refused_ || refusal;
    if (warned_.size() >= kWarningsRemembered) {
      warned_.clear();
    }
    const auto now = std::chrono::steady_clock::now();
    const auto [known, is_new] = warned_.try_emplace(WithoutDigits(text), now);
    if (!is_new && now - known->second < kSameWarningAgain) {
      return;
    }
    known->second = now;
  }
  if (warn_) {
    warn_(text);
  }
}

std::string Troubles::last() const {
  const std::scoped_lock lock(mutex_);
  return last_;
}

bool Troubles::refused() const {
  const std::scoped_lock lock(mutex_);
  return refused_;
}

struct ClientInstance::Callbacks {
  static State& StateOf(void* opaque) { return *static_cast<State*>(opaque); }

  static void OnError(rd_kafka_t* /*client*/, int code, const char* reason, void* opaque) {
    const State& state = StateOf(opaque);
    // That the last connection was closed because nobody used it is told in the same words.
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && state.closes_idle_connections) {
      return;
    }
    state.troubles.Note(static_cast<rd_kafka_resp_err_t>(code), reason);
  }

  static void OnLog(const rd_kafka_t* client, int level, const char* /*facility*/,
                    const char* text) {
    if (level <= kSyslogCritical && client != nullptr) {
      StateOf(rd_kafka_opaque(client)).troubles.Note(RD_KAFKA_RESP_ERR__FAIL, text);
    }
  }

  static void OnDelivery(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* opaque) {
    State& state = StateOf(opaque);
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR &&
        state.delivery_error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      state.delivery_error = message->err;
    }
  }

  // On librdkafka's broker threads; no call of librdkafka is allowed here.
  static rd_kafka_resp_err_t OnResponse(rd_kafka_t* /*client*/, int /*socket*/,
                                        const char* /*broker_name*/, int32_t /*broker*/,
                                        int16_t api_key, int16_t /*api_version*/,
                                        int32_t /*correlation*/, size_t /*size*/, int64_t /*rtt*/,
                                        rd_kafka_resp_err_t error, void* opaque) {
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      for (const std::int16_t tainting : kTaintingRequests) {
        if (api_key == tainting) {
          StateOf(opaque).tainted = true;
        }
      }
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  }

  static rd_kafka_resp_err_t OnNew(rd_kafka_t* client, const rd_kafka_conf_t* /*conf*/,
                                   void* opaque, char* /*reason*/, size_t /*reason_size*/) {
    return rd_kafka_interceptor_add_on_response_received(client, "paylog", OnResponse, opaque);
  }
};

void ClientInstance::LearnTopics(std::chrono::milliseconds patience) {
  const auto asked_at = std::chrono::steady_clock::now();
  const std::scoped_lock lock(state_->learning);
  if (state_->looked_at > asked_at) {
    return;
  }
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client_.get(), 1, nullptr, &metadata, static_cast<int>(patience.count())) ==
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_metadata_destroy(metadata);
  }
  state_->looked_at = std::chrono::steady_clock::now();
}

base::Result<ClientInstance> ClientInstance::New(const Options& options, ClientKind kind,
                                                 const std::string& name, Troubles& troubles) {
  PAYLOG_ASSIGN(Conf conf, MakeConf(options, kind, name));
  auto state = std::unique_ptr<State>(new State{
      .troubles = troubles, .closes_idle_connections = kind == ClientKind::kTransactionalWriter});
  rd_kafka_conf_set_opaque(conf.get(), state.get());
  rd_kafka_conf_set_error_cb(conf.get(), Callbacks::OnError);
  rd_kafka_conf_set_log_cb(conf.get(), Callbacks::OnLog);
  const bool writes = kind == ClientKind::kTransactionalWriter || kind == ClientKind::kProducer;
  if (writes) {
    rd_kafka_conf_set_dr_msg_cb(conf.get(), Callbacks::OnDelivery);
    rd_kafka_conf_interceptor_add_on_new(conf.get(), "paylog", Callbacks::OnNew, state.get());
  }
  if (kind == ClientKind::kGroupMember) {
    rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR);
  }
  std::array<char, 512> reason{};
  Client client(rd_kafka_new(writes ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf.get(),
                             reason.data(), reason.size()));
  if (client == nullptr) {
    return base::Error{
        .code = base::ErrorCode::kInvalidArgument,
        .context = "librdkafka does not take the configuration: " + std::string(reason.data())};
  }
  (void)conf.release();  // The client owns it now.
  return ClientInstance(std::move(state), std::move(client));
}

}  // namespace paylog::log_kafka
